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
