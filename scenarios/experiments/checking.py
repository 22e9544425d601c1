"""Tells experiment and goal files from scenario files, for `jiangmen check`."""

from pathlib import Path

from scenarios.experiments.experiment import Experiment
from scenarios.experiments.reading import MARKS, load
from scenarios.marked import read_marked


def experiment_of(file: str) -> Experiment | None:
    """The experiment in a file; None when the file is something else (a scenario, or nothing that can be read)."""
    if not Path(file).is_file():
        return None
    marked = read_marked(Path(file), file)
    if "goals" in marked.data:
        from scenarios.analyses.reaching import load_goal

        return load_goal(file).experiment
    return load(file) if any(key in MARKS for key in marked.data) else None
