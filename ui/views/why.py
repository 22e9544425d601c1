"""为什么: what each lever contributed, the chain from lever to outcome, who gains and loses, one household's life."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from scenarios.address import Address, scenario_of
from scenarios.analyses.shapley import MOST_PARTS, part_title, parts_of
from sim.catalogue import indicators, levers
from ui.chain import AGREE
from ui.contributions import default_by, possible, work_out
from ui.desk import Desk
from ui.ensemble import Ensemble
from ui.lives import find
from ui.menus import menu
from ui.simulate import Size, pairs, places
from ui.slot import Slot, fresh
from ui.tasks import Task, start, task_of
from ui.texts import place_name, text, title
from ui.why_panels import ChainPanel, GainsPanel, LifePanel, Outcome, PartsPanel
from ui.widgets import key_of
from ui.winners import GROUPS

PARTS = ("parts", "chain", "gains", "life")
AT_ONCE = 100  # so many runs are begun without being asked for


def lay_out(desk: Desk) -> list:
    language = desk.language
    if not desk.address.settings:
        with st.container(key="fill_empty"):
            st.info(text(language, "why_no_policy"), icon=":material/help:")
        return []
    part, outcome = chosen(desk)
    left, middle, right = st.columns([6, 5, 2], gap="small", vertical_alignment="center")
    with left:
        part_switch(desk, part, outcome)
    if part in ("parts", "chain"):
        with middle:
            menu(
                f"indicator_why.{language}", list(indicators()), outcome.indicator,
                lambda k: title(language, indicators()[k]), text(language, "indicator"),
                lambda k: see(desk, part, k, outcome.place),
            )  # fmt: skip
    if part != "life":
        with right:
            menu(
                f"place_why.{language}", places(), outcome.place, lambda p: place_name(language, p),
                text(language, "place"), lambda p: see(desk, part, outcome.indicator, p),
            )  # fmt: skip
    return {"parts": parts, "chain": links, "gains": groups, "life": life}[part](desk, outcome)


def chosen(desk: Desk) -> tuple[str, Outcome]:
    """Which part is looked at, and of what; what the address says as far as that exists."""
    part, indicator, place = [*desk.look.get("why", "").split("@"), "", "", ""][:3]
    indicator = indicator if indicator in indicators() else "urbanisation_rate"
    place = place if place in places() else places()[0]
    big, table = bool(desk.look.get("big")), bool(desk.look.get("table"))
    return part if part in PARTS else PARTS[0], Outcome(indicator, place, desk.language, big, table)


def see(desk: Desk, part: str, indicator: str, place: str) -> None:
    desk.see(why=f"{part}@{indicator}@{place}")


def part_switch(desk: Desk, part: str, outcome: Outcome) -> None:
    key = key_of(f"why.{desk.language}", part)
    st.segmented_control(
        text(desk.language, "view_why"), PARTS, key=key, label_visibility="collapsed", required=True,
        format_func=lambda p: text(desk.language, f"why_{p}"),
        on_change=lambda: see(desk, st.session_state[key] or PARTS[0], outcome.indicator, outcome.place),
    )  # fmt: skip


def parts(desk: Desk, outcome: Outcome) -> list[PartsPanel]:
    """The combinations are simulated beside the page."""
    language, address = desk.language, desk.address
    package, baseline, size = address.scenario, address.baseline, Size.of(address)
    ways = possible(package)
    chart = Slot(st.container(key="fill_parts"))
    if not ways:
        chart.warning(text(language, "why_too_many", n=len(parts_of(package, "family")), most=MOST_PARTS))
        return []
    by = way_of(package, ways)
    count = 2 ** len(parts_of(package, by)) * size.futures
    task = task_row(
        ("parts", package.hash, baseline.hash, by, size), lambda task: work_out(package, baseline, by, size, task),
        text(language, "start_parts", n=count), count <= AT_ONCE, language, lambda: way_menu(ways, by, language),
    )  # fmt: skip
    bar, words = Slot(), Slot()
    return [PartsPanel(outcome, task, lambda part: part_title(part, by, language), chart, words, bar)]


def way_of(package, ways: tuple[str, ...]) -> str:
    wanted = st.session_state.get("taken apart", default_by(package))
    return wanted if wanted in ways else ways[0]


def way_menu(ways: tuple[str, ...], by: str, language: str) -> None:
    def keep(way: str) -> None:
        st.session_state["taken apart"] = way

    if len(ways) > 1:
        menu(f"way.{language}", ways, by, lambda w: text(language, f"by_{w}"), text(language, "taken_apart"), keep)


def task_row(
    key: tuple, work: Callable[[Task], object], label: str, at_once: bool, language: str,
    beside: Callable[[], None] = lambda: None,
) -> Task | None:  # fmt: skip
    """The task under a key, with a button that starts it, goes on with it or stops it, where there is a use for one."""
    task = task_of(key)
    if task is None and at_once:
        task = start(key, work)
    state = "running" if task and task.running else "ended" if task and task.finished else "idle"
    if task:
        task.laid_out_running = state == "running"
    with (
        fresh((key, state, language), f"box_{key[0]}"),
        st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"task_{key[0]}"),
    ):
        beside()
        if state == "running":
            st.button(text(language, "stop"), key=f"stop_{key[0]}", icon=":material/stop:", on_click=task.stop)
        elif state == "idle":
            said = text(language, "go_on") if task else label
            st.button(
                said, key=f"start_{key[0]}", icon=":material/play_arrow:", type="primary",
                on_click=lambda: start(key, work),
            )  # fmt: skip
    return task


def links(desk: Desk, outcome: Outcome) -> list[ChainPanel]:
    """The chain of the whole package or of one of its levers."""
    language, address, size = desk.language, desk.address, Size.of(desk.address)
    names = list(dict.fromkeys(s.lever for s in address.settings))
    options = ["", *names] if len(names) > 1 else [""]
    wanted = st.session_state.get("chain of", "")
    wanted = wanted if wanted in options else ""

    def keep(name: str) -> None:
        st.session_state["chain of"] = name

    if len(options) > 1:
        menu(
            f"chain_of.{language}", options, wanted,
            lambda n: title(language, levers()[n]) if n else text(language, "whole_package"),
            text(language, "chain_of"), keep,
        )  # fmt: skip
    slot = Slot(st.container(key="fill_chain"))
    st.caption(text(language, "chain_note", share=f"{100 * AGREE:.0f}"))
    if not wanted:
        return [ChainPanel(outcome, address.scenario, None, size, slot)]
    alone = only(address, wanted)
    return [ChainPanel(outcome, alone.scenario, lambda: last_pair(alone, size), size, slot)]


def only(address: Address, lever: str) -> Address:
    """The same assumptions and events with this lever alone."""
    return replace(address, settings=tuple(s for s in address.settings if s.lever == lever))


def last_pair(address: Address, size: Size) -> tuple[Ensemble, Ensemble]:
    *_, last = pairs(address.baseline, address.scenario, replace(size, refined=size.futures))
    return last


def groups(desk: Desk, outcome: Outcome) -> list[GainsPanel]:
    """Income at the left, services at the right."""
    panels = []
    for column, what in zip(st.columns(len(GROUPS), gap="medium"), GROUPS, strict=True):
        with column:
            panels.append(GainsPanel(what, outcome, Slot(st.container(key=f"fill_{what}"))))
    st.caption(text(desk.language, "gains_note", n=Size.of(desk.address).futures))
    return panels


def life(desk: Desk, outcome: Outcome) -> list[LifePanel]:
    """One household that ends up elsewhere because of the policy."""
    language, address, size = desk.language, desk.address, Size.of(desk.address)
    worlds = (address.baseline, scenario_of(address.settings, address.assumptions, address.shocks))
    at = st.session_state.get("life at", 0)

    def following() -> None:
        st.session_state["life at"] = at + 1

    def beside() -> None:
        st.button(text(language, "next_life"), key="next_life", icon=":material/groups:", on_click=following)

    task = task_row(
        ("life", *(w.hash for w in worlds), size), lambda task: find(*worlds, size, task),
        text(language, "find_lives"), True, language, beside,
    )  # fmt: skip
    words = Slot()
    slot = Slot(st.container(key="fill_life"))
    return [LifePanel(worlds, task, at, size, language, slot, words, Slot())]
