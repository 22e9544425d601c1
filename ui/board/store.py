"""What classes have handed in, in the memory of this server, within fixed bounds."""

import re
import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that are easily taken for another
CODE = re.compile(rf"[{LETTERS}]{{4}}")
CLASSES, STUDENTS, LESSONS = 20, 80, 40  # kept at most; the class that was used longest ago goes first


@dataclass(frozen=True)
class Sheet:
    """What one student has handed in for one lesson. Amounts are in the catalogue's units."""

    student: int
    values: tuple[tuple[str, float], ...] = ()  # levers of the bet
    direction: str = ""
    amount: float | None = None
    difference: float | None = None  # mean difference of the run that was bet on
    cost: float | None = None  # of the challenge, 100 million yuan beyond the baseline
    solved: bool | None = None
    answered: int = 0
    right: int = 0


@dataclass
class _Class:
    students: dict[str, int] = field(default_factory=dict)  # token of a session -> number
    sheets: dict[str, dict[int, Sheet]] = field(default_factory=dict)  # lesson -> student -> sheet
    version: int = 0


class Boards:
    """All classes of a server; every method may be called from any thread."""

    def __init__(self, classes: int = CLASSES, students: int = STUDENTS, lessons: int = LESSONS):
        self.most = (classes, students, lessons)
        self._classes: OrderedDict[str, _Class] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, code: str = "") -> str:
        """The code of a class that is there from now on: the one given if it is a code, else a new one."""
        with self._lock:
            if not CODE.fullmatch(code):
                code = next(c for c in iter(_new_code, None) if c not in self._classes)
            self._classes.setdefault(code, _Class())
            self._classes.move_to_end(code)
            while len(self._classes) > self.most[0]:
                self._classes.popitem(last=False)
            return code

    def known(self, code: str) -> bool:
        """Whether a board has opened the class."""
        return code in self._classes

    def join(self, code: str, token: str) -> int | None:
        """The number of a session in a class; None where there is no such class, or no room in it."""
        with self._lock:
            found = self._classes.get(code)
            if found is None:
                return None
            if token not in found.students:
                if len(found.students) >= self.most[1]:
                    return None
                found.students[token] = len(found.students) + 1
                found.version += 1
            self._classes.move_to_end(code)
            return found.students[token]

    def hand_in(self, code: str, token: str, lesson: str, **what: Any) -> Sheet | None:
        """Adds to a student's sheet of a lesson (fields of `Sheet`); None where the class takes no more."""
        student = self.join(code, token)
        if student is None:
            return None
        with self._lock:
            found = self._classes.get(code)
            if found is None or (lesson not in found.sheets and len(found.sheets) >= self.most[2]):
                return None
            of_lesson = found.sheets.setdefault(lesson, {})
            before = of_lesson.get(student, Sheet(student))
            after = replace(before, **what)
            if after != before:
                of_lesson[student] = after
                found.version += 1
            return after

    def sheets(self, code: str, lesson: str) -> list[Sheet]:
        """In the order of students."""
        with self._lock:
            found = self._classes.get(code)
            return sorted(found.sheets.get(lesson, {}).values(), key=lambda s: s.student) if found else []

    def lessons(self, code: str) -> list[str]:
        """Lessons for which somebody has handed in something."""
        with self._lock:
            found = self._classes.get(code)
            return list(found.sheets) if found else []

    def students(self, code: str) -> int:
        """How many have joined."""
        with self._lock:
            found = self._classes.get(code)
            return len(found.students) if found else 0

    def version(self, code: str) -> int:
        """Goes up with every change of a class."""
        found = self._classes.get(code)
        return found.version if found else 0

    def clear(self, code: str) -> None:
        """Sheets go, the class stays."""
        with self._lock:
            if code in self._classes:
                self._classes[code].sheets.clear()
                self._classes[code].version += 1

    def count(self) -> tuple[int, int, int]:
        """Classes, students and sheets that are kept."""
        with self._lock:
            known = list(self._classes.values())
            sheets = sum(len(s) for c in known for s in c.sheets.values())
            return len(known), sum(len(c.students) for c in known), sheets


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(4))
