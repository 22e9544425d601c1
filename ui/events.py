"""Events of the world (jobs lost, arrivals stopped, homes lost), from the catalogue: a list, and a row to add one."""

from dataclasses import replace

import streamlit as st

from scenarios.address import END, FROM_YEAR
from sim.catalogue import shock_kinds
from sim.shocks import LONGEST_RECOVERY, Shock
from ui.city import city_pack
from ui.desk import Desk
from ui.texts import place_name, text, title


def event_menu(desk: Desk) -> None:
    """A drawer beside that of the assumptions, in their colour: events hold in the baseline too."""
    count = len(desk.address.shocks)
    with st.container(key="events"):
        box = st.popover(
            text(desk.language, "events") + (f" · **{count}**" if count else ""), icon=":material/bolt:",
            width="stretch", key="event_drawer", on_change="rerun",
        )  # fmt: skip
    if box.open:
        with box, st.container(key="event_box"):
            event_panel(desk)


def event_panel(desk: Desk) -> None:
    """The events that there are, and a row for a new one."""
    language = desk.language
    st.caption(text(language, "events_note"))
    for n, event in enumerate(desk.address.shocks):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"event_{n}"):
            st.markdown(told(event, language))
            st.button(
                text(language, "event_drop"), key=f"drop_event_{n}", type="tertiary", icon=":material/close:",
                on_click=lambda n=n: set_events(desk, [e for k, e in enumerate(desk.address.shocks) if k != n]),
            )  # fmt: skip
    new_event(desk)


def new_event(desk: Desk) -> None:
    language, kinds, pack = desk.language, list(shock_kinds()), city_pack()
    places = [pack.city_id, *pack.regions, *pack.counties, *pack.towns]
    kind, year, size, place, recovery = st.columns([3, 2, 2, 3, 2], gap="small", vertical_alignment="bottom")
    chosen = kind.selectbox(
        text(language, "event_kind"), kinds, format_func=lambda k: title(language, shock_kinds()[k]),
        key=f"event_kind.{language}",
    )  # fmt: skip
    low, high = shock_kinds()[chosen].bounds
    when = year.number_input(text(language, "year"), FROM_YEAR, END, 2027, key="event_year")
    how_much = size.number_input(
        text(language, "event_size"), float(low), float(high), min(10.0, float(high)), key=f"event_size.{chosen}",
        format="%.6g",
    )  # fmt: skip
    where = place.selectbox(
        text(language, "place"), places, format_func=lambda p: place_name(language, p), key=f"event_place.{language}"
    )
    years = recovery.number_input(text(language, "event_recovery"), 1, LONGEST_RECOVERY, 3, key="event_recovery")
    event = Shock(chosen, int(when), float(how_much), (where,), int(years))
    st.button(
        text(language, "event_add"), key="event_add", icon=":material/add:",
        on_click=lambda: set_events(desk, [*desk.address.shocks, event]),
    )  # fmt: skip


def set_events(desk: Desk, events: list[Shock]) -> None:
    """One step that can be undone; what the model refuses is told and not done."""
    desk.move(replace(desk.address, shocks=tuple(events)))


def told(event: Shock, language: str) -> str:
    """One event in words."""
    joint = "、" if language == "zh" else ", "
    where = joint.join(place_name(language, p) for p in event.places)
    kind = title(language, shock_kinds()[event.kind])
    return text(
        language, "event_told", year=event.year, place=where, kind=kind, size=f"{event.size:g}", recovery=event.recovery
    )
