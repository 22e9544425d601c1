"""What a student's page tells the board, when the address names a class."""

import secrets
from functools import cache

import streamlit as st

from scenarios.lessons import Lesson
from scenarios.lessons.goals import judge as judge_goals
from ui.board.store import Boards
from ui.board.words import say
from ui.city import city_pack
from ui.desk import Desk

TOKEN = "board token"
FIELD = "class_field"


@cache
def boards() -> Boards:
    """One for the whole server."""
    return Boards()


def token() -> str:
    """Of this session only; it says nothing about the person."""
    return st.session_state.setdefault(TOKEN, secrets.token_hex(8))


def class_of(desk: Desk) -> str:
    """The code in the address, in capitals."""
    return desk.look.get("class", "").strip().upper()[:12]


def class_line(desk: Desk) -> None:
    """The student's number in the class, or a field for the code."""
    code = class_of(desk)
    number = boards().join(code, token()) if code else None
    if number is not None:
        st.caption(say("class_in", desk.language, code=code, n=number))
        return

    def typed() -> None:
        desk.see(**{"class": st.session_state[FIELD].strip().upper()})

    label = say("class_unknown", desk.language, code=code) if code else say("class_field", desk.language)
    st.text_input(
        label, key=FIELD, max_chars=4, on_change=typed, placeholder=label, label_visibility="collapsed", width=150
    )


def hand_in(desk: Desk, lesson: Lesson, mine, step: str) -> None:
    """The bet as soon as it stands, the result once it has run, the challenge and the answers in their steps."""
    from ui.teach import tasks, words  # they import this module
    from ui.teach.runs import small_pairs

    code = class_of(desk)
    if not code or not boards().known(code) or not mine.betted:
        return
    watch = lesson.watch
    divisor = words.Unit(desk.language, watch, small_pairs(desk, lesson, {})).divisor
    what = {
        "values": tuple(sorted(mine.values.items())),
        "direction": mine.direction,
        "amount": mine.amount * divisor,
    }
    if mine.ran:
        change = small_pairs(desk, lesson, mine.values).change(watch.indicator, watch.place)
        what["difference"] = change.difference
    else:
        what["difference"] = None
    if step in ("challenge", "end"):
        judged = judge_goals(lesson, small_pairs(desk, lesson, mine.tried), city_pack())
        what |= {"cost": judged.cost, "solved": judged.solved}
    if step in ("check", "end"):
        grades = [tasks.grade(desk, lesson, mine, i) for i in mine.answers]
        what |= {"answered": len(grades), "right": grades.count("right")}
    boards().hand_in(code, token(), lesson.id, **what)
