"""What a server process does for itself between answers."""

import gc
import itertools

# Streamlit searches all objects for cycles after every run of the script, which with compiled kernels and catalogue
# in memory takes longer than the run. What is there after these runs stays for good and is left out of the search.
FREEZE_AFTER = frozenset((1, 4, 16, 64))
_runs = itertools.count(1)


def rested() -> None:
    """At the end of a run of the script."""
    if next(_runs) in FREEZE_AFTER:
        gc.collect()
        gc.freeze()
