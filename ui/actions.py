"""The row of buttons under the charts (undo to take home), and what the numbers are of."""

from dataclasses import replace

import streamlit as st

from scenarios.address import Address
from scenarios.outputs import model_version
from scenarios.scenario import Scenario
from ui.address_bar import link, query_of
from ui.city import city_pack
from ui.desk import Desk
from ui.room.menu import room_menu
from ui.simulate import Size
from ui.texts import text


def action_bar(desk: Desk) -> list:
    """Draws the row; panels of an open menu that are to be filled as futures come in."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key="actions"):
        history_buttons(desk)
        reset_menu(desk)
        pins = len(desk.pins)
        action("pin", desk, "keep", desk.pin, label=text(desk.language, "pin") + (f" · {pins}" if pins else ""))
        share_menu(desk)
        take_home_menu(desk)
        table_switch(desk)
        panels = room_menu(desk)
        st.caption(facts_line(desk.address, desk.language))
    return panels


def table_switch(desk: Desk) -> None:
    """The tables behind the charts instead of the charts."""
    on = bool(desk.look.get("table"))
    st.button(
        text(desk.language, "tables"), key="tables", icon=":material/table_chart:",
        type="primary" if on else "tertiary", help=text(desk.language, "tables_help"),
        on_click=lambda: desk.see(table="" if on else "1"),
    )  # fmt: skip


def action(key: str, desk: Desk, icon: str, on_click, disabled: bool = False, shortcut=None, label: str = "") -> None:
    """A quiet button with an icon and a word."""
    st.button(
        label or text(desk.language, key), key=key, icon=f":material/{icon}:", type="tertiary", on_click=on_click,
        disabled=disabled, shortcut=shortcut, help=text(desk.language, f"{key}_help", missing="") or None,
    )  # fmt: skip


def history_buttons(desk: Desk) -> None:
    def replay() -> None:
        desk.replaying = True

    action("undo", desk, "undo", desk.undo, not desk.past, "Ctrl+Z")
    action("redo", desk, "redo", desk.redo, not desk.undone, "Ctrl+Y")
    action("replay", desk, "replay", replay, not desk.past)


def reset_menu(desk: Desk) -> None:
    """Three resets apart, so that none happens by mistake."""
    language = desk.language
    with st.popover(text(language, "reset"), icon=":material/restart_alt:", type="tertiary", key="resets"):
        action("reset_policy", desk, "tune", lambda: desk.reset(True, False), not desk.address.settings)
        action("reset_assumptions", desk, "public", lambda: desk.reset(False, True), not desk.address.assumptions)
        both = not (desk.address.settings or desk.address.assumptions)
        action("reset_both", desk, "restart_alt", lambda: desk.reset(True, True), both)


def share_menu(desk: Desk) -> None:
    """The link, and the command and Python lines that give the same numbers."""
    language = desk.language
    box = st.popover(text(language, "share"), icon=":material/share:", type="tertiary", key="share", on_change="rerun")
    if not box.open:
        return
    with box, st.container(key="share_box"):
        st.markdown(f"**{text(language, 'share_link')}**")
        st.code(link(desk), language=None, wrap_lines=True)
        st.markdown(f"**{text(language, 'share_command')}**")
        st.code(command_line(desk), language="bash", wrap_lines=True)
        st.markdown(f"**{text(language, 'share_python')}**")
        st.code(python_lines(desk), language="python", wrap_lines=True)


def command_line(desk: Desk) -> str:
    """Gives the numbers of the current scenario."""
    return f'jiangmen run --from-url "{_reproduced(desk)}"'


def command_of(scenario: Scenario, size: Size) -> str:
    """The command that gives a scenario's numbers at a size."""
    address = Address(scenario.settings, scenario.assumptions, scenario.shocks, size.seed, size.futures, size.scale)
    return f'jiangmen run --from-url "?{query_of(address)}"'


def python_lines(desk: Desk) -> str:
    """Give the paired differences on the screen."""
    return (
        "from scenarios import compare, read_address\n\n"
        f'address = read_address("{_reproduced(desk)}")\n'
        "differences = compare([address.baseline, address.scenario], **address.options)"
    )


def _reproduced(desk: Desk) -> str:
    """The query without the looks: what numbers depend on."""
    size = Size.of(desk.address)
    return "?" + query_of(replace(desk.address, look={}, scale=size.scale, futures=size.futures))


def take_home_menu(desk: Desk) -> None:
    language = desk.language
    box = st.popover(
        text(language, "take_home"), icon=":material/download:", type="tertiary", key="take_home", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        from ui.take_home import downloads

        downloads(desk)


def facts_line(address: Address, language: str) -> str:
    """Seed, scale, version: what the numbers are of."""
    size = Size.of(address)
    version = model_version(city_pack().hash)
    spread = text(language, "spread_varied" if size.parameters else "spread_chance")
    return text(language, "footer", seed=size.seed, scale=f"{100 * size.scale:.3g}", version=version, spread=spread)
