"""What the documentation site is made from and by: generated pages, the check that nothing is missing, the build."""
