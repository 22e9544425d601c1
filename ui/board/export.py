"""A class's results as files: a row a student and lesson, no names."""

import io
from collections.abc import Callable

import pandas as pd

from scenarios.lessons import Lesson
from sim.catalogue import indicators
from ui.board.store import Boards
from ui.board.words import say
from ui.texts import title, unit

COLUMNS = ("student", "lesson", "lever", "value", "indicator", "unit", "direction", "amount", "difference", "cost",
           "solved", "answered", "right")  # fmt: skip


def table(boards: Boards, code: str, lessons: dict[str, Lesson], language: str) -> pd.DataFrame:
    """All that the class has handed in; amounts in the catalogue's units."""
    rows = []
    for key in boards.lessons(code):
        if key not in lessons:
            continue
        watch = indicators()[lessons[key].watch.indicator]
        for s in boards.sheets(code, key):
            rows.append(
                (
                    s.student, lessons[key].title[language], ", ".join(k for k, _ in s.values),
                    ", ".join(f"{v:g}" for _, v in s.values), title(language, watch), unit(language, watch.unit),
                    s.direction, s.amount, s.difference, s.cost, s.solved, s.answered, s.right,
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=[say(f"col_{c}", language) for c in COLUMNS])


def csv(found: pd.DataFrame) -> bytes:
    return found.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def xlsx(found: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    found.to_excel(out, sheet_name="class", index=False, freeze_panes=(1, 0), engine="xlsxwriter")
    return out.getvalue()


FILES: dict[str, tuple[str, Callable[[pd.DataFrame], bytes]]] = {
    "csv": ("text/csv", csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx),
}
