"""The city model. Imports none of the other packages of the project."""
