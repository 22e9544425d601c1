"""What the first answer waits for: compiled code, or the start population, or neither."""

from functools import cache

from sim.compiled import folder_of
from sim.data.cache import cache_folder

KERNELS = ("sim.steps.choice", "sim.steps.moving", "sim.steps.labour")  # of the last that a first run compiles
POPULATIONS = "populations"


@cache
def _compiled_at_start() -> bool:
    """Whether compiled code for this state of the model lay on disk when the server first looked."""
    return all(any(folder_of(module).rglob("*.nbc")) for module in KERNELS)


@cache
def _peopled_at_start() -> bool:
    folder = cache_folder() / POPULATIONS
    return folder.is_dir() and any(folder.iterdir())


def first_work() -> str:
    """Key of the sentence about what is being done before the first future is there."""
    from ui.simulate import memory

    if memory().size:
        return "simulating"
    if not _compiled_at_start():
        return "compiling"
    return "simulating" if _peopled_at_start() else "populating"
