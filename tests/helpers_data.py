"""For tests of the city pack: a copy that may be broken, its rows, and a cache of their own."""

import csv
import shutil
from pathlib import Path

import pytest

from sim.data import load_pack


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("JIANGMEN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def pack():
    return load_pack()


@pytest.fixture
def copy(tmp_path, pack):
    return Path(shutil.copytree(pack.folder, tmp_path / "pack"))


def rows_of(folder, file):
    with open(folder / file, encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def rewrite(folder, file, change):
    """Lets change edit the rows (header first) in place; row i stands on line i + 1."""
    rows = rows_of(folder, file)
    change(rows)
    with open(folder / file, "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def find(rows, **wanted):
    return next(i for i, r in enumerate(rows) if all(r[rows[0].index(k)] == v for k, v in wanted.items()))
