"""The menu 主持: guess first, notes and timer, the whole city, open a file."""

import streamlit as st

from ui.desk import Desk
from ui.room.files import open_file
from ui.room.guesses import GuessPanel, guessing
from ui.room.notes import notes
from ui.room.whole import WholePanel, whole_city
from ui.texts import text
from ui.widgets import key_of

PARTS = ("guess", "notes", "whole", "file")


def room_menu(desk: Desk) -> list[GuessPanel | WholePanel]:
    """Panels to be filled as futures come in."""
    language = desk.language
    box = st.popover(text(language, "room"), icon=":material/groups:", type="tertiary", key="room", on_change="rerun")
    if not box.open:
        return []
    with box, st.container(key="room_box"):
        part = st.session_state.get("room part", PARTS[0])
        key = key_of(f"room.{language}", part)

        def keep() -> None:
            st.session_state["room part"] = st.session_state[key] or PARTS[0]

        st.segmented_control(
            text(language, "room"), PARTS, key=key, label_visibility="collapsed", required=True, on_change=keep,
            format_func=lambda p: text(language, f"room_{p}"),
        )  # fmt: skip
        return {"guess": guessing, "notes": notes, "whole": whole_city, "file": open_file}[part](desk)
