"""Where compiled code is kept: one folder for each state of the sources.

Numba's own disk cache looks at the file of a function only; a kernel would go on using the old version of a rule
that stands in another file. So the folder's name is a hash of all of `sim/`, and a changed rule is compiled anew.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

KEPT = 4  # folders of earlier sources that are kept


def source_hash() -> str:
    """First 12 hex digits of the SHA-256 of the package's Python sources."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def use_own_folder() -> Path:
    """Point Numba at the folder of these sources (before any function is compiled) and drop old ones."""
    from sim.data.cache import cache_folder

    name = source_hash()
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder() / "numba")
    if base.name == name:
        folder = base  # a child process
    else:
        folder = base / name
        _drop_old(base, name)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder


def _drop_old(base: Path, name: str) -> None:
    try:
        others = sorted((p for p in base.iterdir() if p.is_dir() and p.name != name), key=lambda p: p.stat().st_mtime)
        for old in others[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        pass  # no cache yet, or one that cannot be read: costs time, never an error
