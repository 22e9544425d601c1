"""The lessons that there are: those of the project, and a teacher's own in a folder of files.

A teacher's folder is `lessons` where the program is started, or the one named by JIANGMEN_LESSONS. A file there with
the name of a lesson of the project takes its place. A broken file is listed with what is wrong; the others are taught.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.lessons.lesson import Lesson, load_lesson
from scenarios.marked import read_marked
from scenarios.scenario import SUFFIX

HERE = Path(__file__).parent
LIBRARY = HERE / "library"
TEMPLATE = HERE / f"template{SUFFIX}"
MARKS = {"watch", "chain", "challenge", "questions"}  # keys that no other kind of file has
OWN = "lessons"
VARIABLE = "JIANGMEN_LESSONS"


@dataclass(frozen=True)
class Broken:
    """A file that is no lesson, and why."""

    id: str
    error: ScenarioError


def own_folder() -> Path:
    """Where a teacher's own lessons are looked for."""
    return Path(os.environ.get(VARIABLE) or Path.cwd() / OWN)


def files() -> dict[str, Path]:
    """Id -> file of every lesson; a teacher's own comes before the project's."""
    found = {path.stem: path for path in sorted(LIBRARY.glob(f"*{SUFFIX}"))}
    return found | {path.stem: path for path in sorted(own_folder().glob(f"*{SUFFIX}"))}


def course(pack) -> tuple[list[Lesson], list[Broken]]:
    """(lessons in the order of the course, files that could not be read), as the files stand now."""
    lessons, broken = [], []
    for path in files().values():
        found = _read(path, _stamp(path), pack)
        (broken if isinstance(found, Broken) else lessons).append(found)
    return sorted(lessons, key=lambda lesson: (lesson.order, lesson.id)), broken


def lesson_of(file: str) -> Lesson | None:
    """The lesson in a file; None when the file is something else (a scenario, or nothing that can be read)."""
    if not Path(file).is_file() or not set(read_marked(Path(file), file).data) & MARKS:
        return None
    return load_lesson(file, shown=file)


def template() -> str:
    """The text of a lesson file to start from, with comments."""
    return TEMPLATE.read_text(encoding="utf-8")


def _stamp(path: Path) -> tuple[int, int]:
    """Changes when the file does."""
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=128)
def _read(path: Path, stamp: tuple[int, int], pack) -> Lesson | Broken:
    try:
        return load_lesson(path, pack, path.name)
    except ScenarioError as error:
        return Broken(path.stem, error)
