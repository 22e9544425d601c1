"""Where compiled code is kept: one folder for each state of a module and of all that it imports from this package.

Numba's own disk cache looks at the file of a function only; a kernel would go on using the old version of a rule
that stands in another file. So each module's compiled code lies in a folder named by a hash of the module and of every
module of `sim` that it reaches by imports: a changed rule is compiled anew with the kernels that may use it, and
nothing else is.
"""

import functools
import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numba

ROOT = Path(__file__).parent
KEPT = 4  # earlier states of a module that are kept
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(sim[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]+)|import[ \t]+(sim[\w.]*))", re.M
)


def _file_of(module: str) -> Path | None:
    """Source of a dotted module of this package; None where there is none (a name within a module)."""
    path = ROOT.joinpath(*module.split(".")[1:])
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


@functools.cache
def _imports(module: str) -> frozenset[str]:
    """Modules of this package that the text of a module imports (with the packages that they stand in)."""
    found = set()
    for origin, names, plain in _IMPORT.findall(_file_of(module).read_text(encoding="utf-8")):
        found.add(origin or plain)
        found.update(f"{origin}.{name}" for name in re.findall(r"\w+", names))
    return frozenset(name for name in found if _file_of(name))


def reached(module: str) -> set[str]:
    """The module and all of this package that it reaches by imports."""
    seen, open_ = set(), {module}
    while open_:
        name = open_.pop()
        seen.add(name)
        open_ |= _imports(name) - seen
    return seen


@functools.cache
def folder_of(module: str) -> Path:
    """Folder for the compiled code of a module: <base>/<module>/<hash of what it reaches>."""
    digest = hashlib.sha256()
    for name in sorted(reached(module)):
        digest.update(name.encode() + b"\0" + _file_of(name).read_bytes())
    base = _base() / module
    _drop_old(base, digest.hexdigest()[:12])
    return base / digest.hexdigest()[:12]


@functools.cache
def _base() -> Path:
    from sim.data.cache import cache_folder

    return Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder() / "numba")


def compiler(**options) -> Callable:
    """`numba.njit(**options)` as a decorator that keeps what it compiles in the folder of the function's module."""
    compile_ = numba.njit(cache=True, **options)

    def decorate(function: Callable) -> Callable:
        before = numba.config.CACHE_DIR
        if _file_of(function.__module__):
            numba.config.CACHE_DIR = str(folder_of(function.__module__))  # read by Numba when it decorates
        try:
            return compile_(function)
        finally:
            numba.config.CACHE_DIR = before

    return decorate


def _drop_old(base: Path, name: str) -> None:
    try:
        others = sorted((p for p in base.iterdir() if p.is_dir() and p.name != name), key=lambda p: p.stat().st_mtime)
        for old in others[: 1 - KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        pass  # no cache yet, or one that cannot be read: costs time, never an error
