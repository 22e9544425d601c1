"""The page: levers at the left, the chosen view at the right, filled as futures come in."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

import streamlit as st

from scenarios.outputs import model_version
from scenarios.scenario import library
from ui.actions import action_bar
from ui.address_bar import keep_address
from ui.budget import BudgetMeter
from ui.cautions import Cautions
from ui.city import city_pack
from ui.desk import Desk, desk, policy_of, preset
from ui.ensemble import Ensemble
from ui.events import event_menu
from ui.levers import assumption_panel, lever_panel
from ui.menus import menu
from ui.readiness import first_work
from ui.simulate import Size, explain, pairs
from ui.slot import Slot, fresh
from ui.texts import LANGUAGES, text
from ui.widgets import key_of

# a module in ui/views and an icon
VIEWS = {
    "sandbox": "tune", "map": "map", "why": "account_tree", "reach": "explore", "compare": "compare_arrows",
    "plan": "flag", "evidence": "fact_check",
}  # fmt: skip
TEACH = "teach"  # lessons for a classroom instead of the views
BOARD = "board"  # what a class has bet and found
WALL = "wall"  # the sandbox without controls, for a second screen
REPLAYS, PAUSE = 3, 1.1  # how often and how slowly the last change is shown again
log = logging.getLogger(__name__)


def page() -> None:
    """One run of the script: from the desk as it stands to the charts. A lever moved meanwhile starts it anew."""
    st.set_page_config("江门城镇化沙盘 Jiangmen sandbox", layout="wide", initial_sidebar_state=312)
    here = desk()
    if here.look.get("mode") == TEACH:
        import_module("ui.teach.page").teach_page(here)  # it uses parts of this page
        return
    if here.look.get("mode") == BOARD:
        import_module("ui.board.page").board_page(here)
        return
    view = here.look.get("view", "sandbox")
    wall = view == WALL
    shown = "sandbox" if view not in VIEWS else view
    style(here, wall)
    meter = None
    if not wall:
        with st.sidebar:
            meter = sidebar(here)
    with st.container(key="main"):
        status = header(here, shown, wall)
        with st.container(key="notices"):
            notices(here)
            cautions = Cautions(here.address, here.language, Slot())
        with fresh((shown, len(here.pins), here.language), "view"):
            panels = view_of(shown).lay_out(here)
        if not wall:
            panels = [*panels, cautions, *action_bar(here)]
    keep_address(here)
    results(here, [*panels, meter] if meter else panels, status)


def view_of(name: str) -> ModuleType:
    """A view is a module with `lay_out(desk) -> panels`; a panel is filled with the futures that there are."""
    return import_module(f"ui.views.{name}")


def style(here: Desk, wall: bool) -> None:
    """The style sheet; the language of the page for browsers and screen readers."""
    sheets = ["style.css"] + ["big.css"] * bool(here.look.get("big") or wall) + ["wall.css"] * wall
    css = "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in sheets)
    lang = "zh-CN" if here.language == "zh" else "en"
    script = f"<script>document.documentElement.lang = '{lang}'</script>"
    st.html(f"<style>{css}</style>{script}", unsafe_allow_javascript=True)


def sidebar(here: Desk) -> BudgetMeter:
    """Switches, presets, levers, assumptions; returns the meter that is filled with the rest."""
    language = here.language
    with st.container(horizontal=True, vertical_alignment="center", key="switches"):
        language_switch(here)
        big = bool(here.look.get("big"))
        st.button(
            text(language, "projector"), key="big", icon=":material/present_to_all:",
            type="primary" if big else "tertiary", help=text(language, "projector_help"),
            on_click=lambda: here.see(big="" if big else "1"),
        )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="presets"):
        preset_menu(here)
        preset_notes(here)
    lever_panel(here)
    with st.container(key="budget"):
        meter = BudgetMeter(language, Slot())
    assumption_panel(here)
    event_menu(here)
    return meter


def language_switch(here: Desk) -> None:
    """zh or en; the desk knows nothing of words, so all levers stay."""
    key = key_of("language", here.language)
    st.segmented_control(
        "语言 Language",
        list(LANGUAGES),
        format_func=LANGUAGES.get,
        key=key,
        label_visibility="collapsed",
        required=True,
        on_change=lambda: here.see(lang=st.session_state[key] or "zh"),
    )


def preset_menu(here: Desk) -> None:
    """Scenarios of the library; `own` while the levers stand otherwise."""
    language = here.language
    names = library()
    policy = policy_of(here.address)
    now = next((n for n in names if policy_of(preset(n)) == policy), "own")
    menu(
        f"preset.{language}",
        [*names, "own"],
        now,
        lambda n: text(language, "own") if n == "own" else preset(n).title(language),
        text(language, "preset"),
        lambda n: None if n == "own" else here.take(preset(n)),
    )


def preset_notes(here: Desk) -> None:
    """Why each scenario of the library is in it; the one on the desk first."""
    language = here.language
    policy = policy_of(here.address)
    with (
        st.popover(
            " ", icon=":material/info:", type="tertiary", help=text(language, "about_preset"), key="presets_about"
        ),
        st.container(key="presets_box", height=420),
    ):
        for name in sorted(library(), key=lambda n: policy_of(preset(n)) != policy):
            st.markdown(f"**{preset(name).title(language)}** — {preset(name).rationale[language]}")


def header(here: Desk, view: str, wall: bool):
    """Views as tabs and the state of the simulation; returns the place of the latter."""
    language = here.language
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        if wall:
            st.markdown(f"**{text(language, 'title')}**")
        else:
            key = key_of(f"view.{language}", view)
            st.segmented_control(
                text(language, "views"), list(VIEWS), key=key, label_visibility="collapsed", required=True,
                format_func=lambda v: f":material/{VIEWS[v]}: {text(language, f'view_{v}')}",
                on_change=lambda: here.see(view=st.session_state[key] or "sandbox"),
            )  # fmt: skip
        with st.container(key="status"):
            return Slot()


def notices(here: Desk) -> None:
    """Entries of an address or moves that were refused, once; an address of another model."""
    language = here.language
    ours = model_version(city_pack().hash)
    if here.address.version not in ("", ours):
        said = text(language, "other_version", theirs=here.address.version, ours=ours)
        st.warning(said, icon=":material/history:")
    for error in here.notices[:3]:
        st.toast(text(language, "refused", message=explain(error, language)), icon=":material/error:")
    here.notices.clear()


def results(here: Desk, panels: list, status) -> None:
    """Fill the view after the first futures and again as more come in."""
    language = here.language
    size = Size.of(here.address)

    def waiting(done: int) -> None:
        key = first_work() if not done else "some_futures" if done < size.futures else "all_futures"
        status.caption(text(language, key, k=done, n=size.futures))  # here a click ends this run of the script

    waiting(0)
    if here.replaying:
        here.replaying = False
        replay(here, panels, size, status)
    for baseline, current in answers(here, size, waiting):
        for panel in panels:
            if not here.covered:
                panel.fill(baseline, current)
            elif hasattr(panel, "cover"):
                panel.cover(baseline)
        waiting(baseline.futures)
    for panel in panels:
        if hasattr(panel, "follow") and not here.covered:  # long work beside the page
            panel.follow()


def answers(here: Desk, size: Size, waiting) -> Iterator[tuple[Ensemble, Ensemble]]:
    """(baseline, current) with ever more futures; ends early after saying why."""
    try:
        yield from pairs(here.address.baseline, here.address.scenario, size, waiting)
    except Exception as error:  # whatever it is, the person at the screen gets a sentence and the levers stay
        log.exception("simulation failed")
        with st.container(key="failure"):
            st.error(text(here.language, "failed", message=explain(error, here.language)), icon=":material/error:")


def replay(here: Desk, panels: list, size: Size, status) -> None:
    """Show the state before the last change and the one after it in turn, so that the room can look elsewhere."""
    if not here.past:
        return
    exact = replace(size, refined=size.futures)
    pictures = []
    for address in (here.past[-1], here.address):
        *_, last = pairs(address.baseline, address.scenario, exact)
        pictures.append(last)
    for _ in range(REPLAYS):
        for key, (baseline, current) in zip(("replay_before", "replay_after"), pictures, strict=True):
            status.caption(text(here.language, key))
            for panel in panels:
                panel.fill(baseline, current)
            time.sleep(PAUSE)
