"""A hand-out: one HTML file without network whose charts answer to levers, from a grid of real runs.

Every position of every lever is a scenario that was simulated; nothing lies between two positions.
"""
