"""对比: pinned scenarios side by side, each against the baseline under its own assumptions, and what they trade off."""

from dataclasses import dataclass, replace
from html import escape

import pyarrow as pa
import streamlit as st

from scenarios.address import END, Address
from sim.catalogue import assumptions, indicators, levers
from ui.city import city_pack
from ui.desk import Desk
from ui.drawing import draw
from ui.ensemble import Change, Ensemble, change
from ui.figures import KEY_FIGURES
from ui.menus import menu
from ui.simulate import Size, pairs, places
from ui.slot import Slot
from ui.table import difference_text
from ui.texts import number, place_name, scaled, short_title, text, title, unit
from ui.trade_off import trade_off_spec

ROWS = (*KEY_FIGURES, "residents", "conversions", "vacancy_rate")
AXES = ("urbanisation_rate", "income_ratio")


@dataclass(frozen=True)
class ComparePanel:
    """A table of differences and a chart of two of them against each other."""

    pins: tuple[Address, ...]
    size: Size
    axes: tuple[str, str]
    language: str
    big: bool
    as_table: bool
    table: Slot
    chart: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        if baseline.futures < self.size.futures:
            return
        exact = replace(self.size, refined=self.size.futures)
        shown = []
        for name, address in zip("ABCDEFGH", self.pins, strict=False):
            *_, last = pairs(address.baseline, address.scenario, exact)
            shown.append((name, described(address, self.language), last))
        self.table.html(self._html(shown))
        self._draw(shown)

    def _html(self, shown: list) -> str:
        language = self.language
        heads = "".join(f'<th scope="col" title="{escape(said)}">{name}</th>' for name, said, _ in shown)
        rows = []
        for key in ROWS:
            if key not in indicators():
                continue
            entry = indicators()[key]
            cells = "".join(cell(change(*runs, key, places()[0], END), entry.unit, language) for _, _, runs in shown)
            first = change(*shown[0][2], key, places()[0], END)
            base = level(first, entry.unit, language)
            label = scaled(language, entry.unit, abs(first.baseline))[1]
            name = f"{escape(short_title(language, entry))} <small>{escape(label)}</small>"
            rows.append(f'<tr><th scope="row">{name}</th>{base}{cells}</tr>')
        corner = f"{escape(text(language, 'baseline'))} {END}"
        return (
            f'<table class="compare"><thead><tr><th></th><th scope="col">{corner}</th>{heads}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>"
        )

    def _draw(self, shown: list) -> None:
        points: dict[str, list] = {k: [] for k in ("name", "about", "x", "x0", "x1", "y", "y0", "y1")}
        for name, said, runs in shown:
            points["name"].append(name)
            points["about"].append(said)
            for axis, key in zip("xy", self.axes, strict=True):
                c = change(*runs, key, places()[0], END)
                for field, value in ((axis, c.difference), (f"{axis}0", c.least), (f"{axis}1", c.most)):
                    points[field].append(value)
        titles = tuple(self._axis_title(key) for key in self.axes)
        alt = text(self.language, "trade_off_alt", x=titles[0], y=titles[1])
        spec = trade_off_spec(titles, self.big)
        draw(self.chart, pa.table(points), spec, alt, self.as_table, self.language)

    def _axis_title(self, key: str) -> str:
        entry = indicators()[key]
        code = text(self.language, "points").strip() if entry.unit == "percent" else unit(self.language, entry.unit)
        return text(self.language, "difference_of", indicator=short_title(self.language, entry), unit=code)


def level(c: Change, code: str, language: str) -> str:
    """The baseline's mean."""
    divisor, _ = scaled(language, code, abs(c.baseline))
    return f"<td>{number(c.baseline / divisor)}</td>"


def cell(c: Change, code: str, language: str) -> str:
    """The mean paired difference, its range, and in how many futures it has that sign."""
    if c.same == c.pairs:
        return f'<td class="same">{escape(text(language, "as_baseline"))}</td>'
    divisor, _ = scaled(language, code, abs(c.baseline))
    ends = [difference_text(v, code, divisor, abs(c.baseline), language, bare=True) for v in (c.least, c.most)]
    told = difference_text(c.difference, code, divisor, abs(c.baseline), language, bare=True)
    counted = text(language, "up_down", up=c.up, down=c.down, n=c.pairs)
    return f'<td title="{escape(counted)}"><b>{escape(told)}</b><small>{ends[0]} … {ends[1]}</small></td>'


def described(address: Address, language: str) -> str:
    """What a scenario sets, in words."""
    parts = []
    for s in address.settings:
        place = "" if s.place == city_pack().city_id else f"{place_name(language, s.place)} "
        parts.append(f"{place}{title(language, levers()[s.lever])} {s.path.values[-1]:g}")
    parts += [f"[{title(language, assumptions()[k])} {p.values[-1]:g}]" for k, p in address.assumptions.items()]
    joint = "；" if language == "zh" else "; "
    return joint.join(parts) or text(language, "baseline")


def lay_out(desk: Desk) -> list[ComparePanel]:
    language = desk.language
    if not desk.pins:
        with st.container(key="fill_empty"):
            st.info(text(language, "no_pins"), icon=":material/keep:")
        return []
    pin_rows(desk)
    left, right = st.columns([4, 3], gap="medium")
    with left:
        table = Slot(st.container(key="fill_table"))
    axes = []
    with right:
        for column, side, first in zip(st.columns(2, gap="small"), ("x", "y"), AXES, strict=True):
            with column:
                axes.append(axis_menu(side, first, language))
        chart = Slot(st.container(key="fill_trade"))
    size, looks = Size.of(desk.address), [bool(desk.look.get(k)) for k in ("big", "table")]
    return [ComparePanel(tuple(desk.pins), size, (axes[0], axes[1]), language, *looks, table, chart)]


def axis_menu(side: str, first: str, language: str) -> str:
    key = f"axis_{side}"
    chosen = st.session_state.get(key, first)

    def keep(indicator: str) -> None:
        st.session_state[key] = indicator

    menu(
        f"indicator_axis_{side}.{language}", list(indicators()), chosen,
        lambda k: f"{side.upper()}  {title(language, indicators()[k])}", text(language, "indicator"), keep,
    )  # fmt: skip
    return st.session_state.get(key, chosen)


def pin_rows(desk: Desk) -> None:
    """One line a pin: its letter, what it sets, a button that takes it to the desk and one that lets it go."""
    for i, (name, address) in enumerate(zip("ABCDEFGH", desk.pins, strict=False)):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"pin_{name}"):
            st.markdown(f"**{name}**  {described(address, desk.language)}")
            st.button(
                text(desk.language, "open_pin"), key=f"open_pin_{i}", type="tertiary", icon=":material/open_in_new:",
                on_click=lambda a=address: desk.move(replace(a, look=desk.look)),
            )  # fmt: skip
            st.button(
                text(desk.language, "drop_pin"), key=f"drop_pin_{i}", type="tertiary", icon=":material/close:",
                on_click=lambda a=address: desk.pins.remove(a),
            )  # fmt: skip
