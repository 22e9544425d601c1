"""Experiments: which scenarios, ranges, parameter sets and replicates a batch runs, read from a file and checked."""
