"""A place on the screen that keeps what it shows until something new is drawn there.

`st.empty()` would blank it at the start of each run of the script, for as long as the simulation takes.
"""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

NOTHING_YET = '<div class="nothing-yet"></div>'  # holds the place


class Slot:
    """Draws one element and then replaces it; `slot.vega_lite_chart(...)` as on any Streamlit container."""

    def __init__(self, place: DeltaGenerator | None = None):
        self._place = place or st.container()
        self._drawn: DeltaGenerator | None = None

    def __getattr__(self, kind: str) -> Any:
        def draw(*values: Any, **options: Any) -> None:
            drawn = getattr(self._drawn or self._place, kind)(*values, **options)
            self._drawn = self._drawn or drawn  # always from the first: one from the other would make a long chain

        return draw


def fresh(content: tuple, key: str) -> DeltaGenerator:
    """A container, emptied when something else is to stand in it than in the last run: what that run left would else
    be seen between the new elements until this run ends, and it goes on as long as futures come in."""
    if st.session_state.get(f"in {key}") == content:
        return st.container(key=key)
    st.session_state[f"in {key}"] = content
    return st.empty().container(key=key)
