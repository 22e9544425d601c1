"""Keys of controls that show what the desk says and can be set by it.

The browser sends the values of all controls with each message. A value that the desk has just set reaches the browser
a moment later, so a message on its way still carries the old one, and Streamlit would take that for a person's choice:
with keys pressed quickly on a slider, the menu of presets "chose" the scenario that had been left, and the move was
lost. A control that the desk sets therefore becomes a new control: what the old one still sends has no effect.
"""

from typing import Any

import streamlit as st

SEPARATOR = "~"
GRID = 6  # decimals of a slider's value: 0.6000000001 and 0.6 are one scenario


def key_of(key: str, shown: Any) -> str:
    """The key under which the control is drawn that shows `shown`; `key` itself until the desk sets it anew."""
    turns = f"turns of {key}"
    turn = st.session_state.get(turns, 0)
    name = _named(key, turn)
    if name in st.session_state:
        if _same(st.session_state[name], shown):
            return name
        turn = st.session_state[turns] = turn + 1
        name = _named(key, turn)
    st.session_state[name] = shown
    return name


def _named(key: str, turn: int) -> str:
    return f"{key}{SEPARATOR}{turn}" if turn else key


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float) or isinstance(b, float):
        return a is not None and rounded(a) == rounded(b)
    return a == b


def rounded(value: float) -> float:
    """On a slider's own grid."""
    return round(float(value), GRID)
