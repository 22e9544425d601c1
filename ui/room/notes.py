"""A facilitator's notes by step, with a countdown that runs in the browser."""

import json
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st
import yaml

from ui.desk import Desk
from ui.texts import text
from ui.widgets import key_of

LENGTHS = (90, 60, 30)


@cache
def agenda() -> list[dict]:
    """Steps of the workshop: minutes by length, view, name and notes in both languages."""
    return yaml.safe_load((Path(__file__).parent / "agenda.yaml").read_text(encoding="utf-8"))["steps"]


def notes(desk: Desk) -> list:
    """The steps as a menu, the notes of the chosen one, its view and its time."""
    language = desk.language
    length, at = st.session_state.get("agenda", (LENGTHS[0], 0))
    left, right = st.columns([2, 3], vertical_alignment="center")
    with left:
        key = key_of(f"agenda_length.{language}", length)
        st.segmented_control(
            text(language, "agenda_length"), LENGTHS, key=key, label_visibility="collapsed", required=True,
            format_func=lambda n: text(language, "agenda_minutes", n=n),
            on_change=lambda: st.session_state.update(agenda=(st.session_state[key] or LENGTHS[0], at)),
        )  # fmt: skip
    step = agenda()[at]
    with right:
        timer(f"{length}-{at}", step["minutes"][length] * 60, language)
    for n, one in enumerate(agenda()):
        name = f"{n + 1}. {one['name'][language]} · {text(language, 'agenda_minutes', n=one['minutes'][length])}"

        def go(n: int = n, view: str = one["view"]) -> None:
            st.session_state["agenda"] = (length, n)
            desk.see(view=view)

        st.button(name, key=f"agenda_{n}", type="primary" if n == at else "tertiary", on_click=go)
        if n == at:
            st.markdown(one["notes"][language])
    return []


def timer(name: str, seconds: int, language: str) -> None:
    """A countdown kept by the browser, so that it runs on while the page is drawn anew."""
    words = {k: text(language, f"timer_{k}") for k in ("start", "pause", "reset")}
    buttons = "".join(f'<button type="button" data-do="{k}">{escape(w)}</button>' for k, w in words.items())
    script = (Path(__file__).parent / "timer.js").read_text(encoding="utf-8")
    st.html(
        f'<div class="timer" role="timer"><span class="left">–:–</span>{buttons}</div>'
        f"<script>({script})({json.dumps(name)}, {seconds});</script>",
        unsafe_allow_javascript=True,
    )
