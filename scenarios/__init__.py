"""Scenario files, batch runs, comparison, outputs and the command line."""
