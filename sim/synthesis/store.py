"""Start populations on disk, so that the city is made once and its 1 % is there at once.

A file is named by what it was made from: the pack, the parameters, the code's version, year and scale. It is
written beside its place and renamed, so a reader never sees half of one.
"""

import contextlib
import hashlib
import os
import tempfile
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from sim import draws
from sim.data import cache_folder
from sim.households import Households
from sim.people import People

SYNTHESIS_VERSION = 1  # raise when the code makes another population from the same tables
KEPT_FILES = 3  # of each pack, year and scale; older ones are removed
_TABLES = {"people": People, "households": Households}


def population_file(pack, year: int, scale: float, par) -> Path:
    """Where the population of this pack, year, scale and parameters is kept."""
    fields = [[t.__name__, list(t.FIELDS.items())] for t in _TABLES.values()]
    made_from = repr((SYNTHESIS_VERSION, _code(), pack.hash, par.dtype.descr, fields)).encode() + par.tobytes()
    digest = hashlib.sha256(made_from).hexdigest()[:16]
    return cache_folder() / "populations" / f"{pack.name}-{year}-{scale!r}-{digest}.npz"


@cache
def _code() -> str:
    """Hash of the synthesis' own source, so that a changed rule never meets an old population."""
    digest = hashlib.sha256()
    for path in (*sorted(Path(__file__).parent.glob("*.py")), Path(draws.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def save(path: Path, people: People, households: Households) -> None:
    """Writes the columns. A cache that cannot be written costs time, never an error."""
    columns = {}
    for prefix, table in (("people", people), ("households", households)):
        columns |= {f"{prefix}.{name}": getattr(table, name) for name in table.FIELDS}
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = file.name
            np.savez(file, **columns)
        os.replace(temporary, path)
        _remove_old(path)
    except OSError:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def load(path: Path) -> tuple[People, Households] | None:
    """The population kept there; None when there is none that can be read."""
    try:
        with np.load(path) as file:
            return tuple(_table(file, prefix) for prefix in _TABLES)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _table(file, prefix: str) -> People | Households:
    table = _TABLES[prefix]()
    columns = {name: file[f"{prefix}.{name}"] for name in table.FIELDS}
    table.hold(columns, len(columns["key"]))
    return table


def _remove_old(path: Path) -> None:
    """Keeps the newest KEPT_FILES populations of this pack, year and scale: a whole city takes 0.3 GB."""
    same = path.parent.glob(path.name.rpartition("-")[0] + "-*.npz")
    for old in sorted(same, key=lambda p: p.stat().st_mtime, reverse=True)[KEPT_FILES:]:
        old.unlink(missing_ok=True)
