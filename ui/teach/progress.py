"""What one student has done in a lesson: kept in the session, lesson by lesson."""

from dataclasses import dataclass, field, replace

import streamlit as st

from scenarios.lessons import Lesson
from ui.city import city_pack

STEPS = ("question", "bet", "run", "why", "challenge", "check", "end")


@dataclass
class Progress:
    """`values`: the levers that were bet on; `ran` is True once they have run and the bet is closed. `tried`: the
    levers of the challenge. `answers`: number of the question -> what was answered."""

    values: dict[str, float]
    tried: dict[str, float]
    direction: str | None = None
    amount: float | None = None  # in shown units
    ran: bool = False
    answers: dict[int, str | float] = field(default_factory=dict)
    asked: int = 0  # the question that is on the screen

    @property
    def betted(self) -> bool:
        return self.direction is not None and self.amount is not None

    def reopen(self) -> None:
        """Bet and run once more; answers belong to the old run."""
        self.ran, self.direction, self.amount, self.answers, self.asked = False, None, None, {}, 0


def progress(lesson: Lesson) -> Progress:
    """The session's progress in a lesson; begun anew when the lesson's file has changed."""
    key = f"progress of {lesson.id}"
    known = st.session_state.get(key)
    if known is None or known[0] != lesson:
        start = lesson.first_try(city_pack())
        known = st.session_state[key] = (replace(lesson), Progress(dict(start), dict(start)))
    return known[1]
