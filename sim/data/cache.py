"""The user's cache folder, and the memory of which packs have passed validation."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """Folder for files that can be made again: $JIANGMEN_CACHE, else the platform's user cache folder (not created)."""
    chosen = os.environ.get("JIANGMEN_CACHE")
    if chosen:
        return Path(chosen)
    app = "urbanisation-sandbox"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / app
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / app
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / app


def is_validated(key: str) -> bool:
    """Whether a pack of this content hash has passed validation by these same rules before."""
    try:
        return (cache_folder() / "packs" / f"{key}.ok").is_file()
    except (OSError, RuntimeError):  # no home, or no right to look
        return False


def remember_validated(key: str) -> None:
    """Remembers that the pack passed. An unwritable cache costs time, never an error."""
    try:
        folder = cache_folder() / "packs"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{key}.ok").touch()
    except (OSError, RuntimeError):
        pass
