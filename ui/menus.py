"""Menus whose choice outlives a change of language."""

from collections.abc import Callable, Sequence

import streamlit as st

from ui.city import city_pack
from ui.simulate import places
from ui.texts import place_name, text
from ui.widgets import key_of


def menu(
    key: str,
    options: Sequence[str],
    chosen: str,
    name: Callable[[str], str],
    label: str,
    keep: Callable[[str], None],
) -> None:
    """A select menu that shows `chosen` and tells `keep` what is chosen next.

    The browser remembers the words of the chosen option, not its id: `key` differs by language.
    """
    shown = chosen if chosen in options else options[0]
    drawn = key_of(key, shown)
    st.selectbox(
        label,
        options,
        format_func=name,
        key=drawn,
        on_change=lambda: keep(st.session_state[drawn]),
        label_visibility="collapsed",
    )


def place_menu(key: str, language: str, regions: bool = True) -> str:
    """The city, one of its regions (unless not wanted) or counties; remembered in the session under `key`."""
    chosen = st.session_state.get(key, places()[0])
    options = [p for p in places() if regions or p not in city_pack().regions]

    def keep(place: str) -> None:
        st.session_state[key] = place

    menu(f"{key}.{language}", options, chosen, lambda p: place_name(language, p), text(language, "place"), keep)
    return st.session_state.get(key, chosen)
