"""Shared by all tests: one cache folder in the project, so that tests share one start population and compiled code."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"


# Before anything imports numba or sim.
os.environ.setdefault("JIANGMEN_CACHE", str(CACHE))


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def expected(tmp_path_factory) -> dict[str, bytes]:
    """File contents of an undisturbed batch of the small city: what a disturbed one must arrive at."""
    from helpers_batch import contents, small_city

    from scenarios.batches import batch

    folder = tmp_path_factory.mktemp("expected") / "out"
    batch(small_city(), folder, workers=1, progress=False)
    return contents(folder)
