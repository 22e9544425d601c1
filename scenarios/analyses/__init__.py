"""Analyses of batches and of policies, one method a file; command line, app and notebooks call the same functions.

A method gives a `Finding`: sentences and a table and a chart, in both languages.
"""
