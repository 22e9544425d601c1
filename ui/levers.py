"""Controls of the levers and of the assumptions, made from the catalogue: nothing here names a lever.

Each family has a main slider for the whole city; behind it stand all its levers for any place. Sliders show the desk
and tell it what they were moved to; they keep nothing themselves.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import streamlit as st

from scenarios.address import FROM_YEAR
from sim.catalogue import Entry, assumptions, levers
from sim.catalogue.lever_fields import LEVELS
from ui.city import city_pack
from ui.desk import Desk, assumed_value, value_at
from ui.menus import place_menu
from ui.texts import short_title, text, title, unit
from ui.widgets import key_of, rounded

STEPS = 40  # a slider has at most about this many positions
ICONS = {
    "hukou": "badge", "housing": "apartment", "jobs": "work", "services": "school", "land": "crop_free",
    "countryside": "grass", "region": "hub", "environment": "eco", "shocks": "bolt",
}  # fmt: skip


@dataclass(frozen=True)
class Slider:
    """Range of one slider in the catalogue's unit."""

    low: float
    high: float
    step: float


def round_step(span: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that divides a span into at most `STEPS` positions."""
    raw = span / STEPS
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if raw <= m * power * (1 + 1e-9))


def slider_of(entry: Entry, whole_city: bool = True) -> Slider:
    """The bounds. A quantity that adds up leaves, beyond the city's own, what the bounds leave; a whole number of
    years goes by years."""
    low, high = entry.bounds
    step = 1.0 if entry.unit == "years" else round_step(high - low)
    if getattr(entry, "spread", "same") == "total" and not whole_city:
        return Slider(0.0, math.floor((high - entry.in_force(FROM_YEAR)) / step) * step, step)
    return Slider(float(low), float(high), step)


@cache
def families() -> dict[str, tuple[Entry, ...]]:
    """family -> its levers in the order of the catalogue; the first that is not spent stands for the family."""
    found: dict[str, list[Entry]] = {}
    for entry in levers().values():
        found.setdefault(entry.family, []).append(entry)
    return {f: tuple(sorted(entries, key=lambda e: "spent" in e.extra)) for f, entries in found.items()}


def named_levels(entry: Entry, language: str) -> list[tuple[str, float]]:
    """(word, value) of the catalogue's named levels, from the least to the most, then as planned."""
    given = entry.levels
    return [(words[language], float(given[name])) for name, words in LEVELS.items() if name in given]


def lever_panel(desk: Desk) -> None:
    """One row a family: the main slider for the whole city, and a button to the details."""
    language, city = desk.language, city_pack().city_id
    for family, entries in families().items():
        main = entries[0]
        with st.container(key=f"family_{family}"):
            left, right = st.columns([8, 1], gap="xsmall", vertical_alignment="bottom")
            with left:
                label = f"**{family_name(language, family)}**  {short_title(language, main)}"
                lever_slider(desk, main, city, f"main.{main.key}", label)
            with right:
                set_here = sum(s.lever in {e.key for e in entries} for s in desk.address.settings)
                details = st.popover(
                    " " if not set_here else f"**{set_here}**",
                    icon=f":material/{ICONS.get(family, 'tune')}:",
                    type="tertiary",
                    key=f"details.{family}",
                    on_change="rerun",
                    help=text(language, "details", family=family_name(language, family), n=len(entries)),
                )
            if details.open:
                with details:
                    family_details(desk, family, entries)


def family_details(desk: Desk, family: str, entries: tuple[Entry, ...]) -> None:
    """All levers of a family in one place, with named levels where the catalogue has them."""
    language = desk.language
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.markdown(f"##### {family_name(language, family)}")
    with right:
        place = place_menu(f"levers_of.{family}", language)
    entries = tuple(e for e in entries if place == city_pack().city_id or not e.extra.get("for_pairs"))
    for row in range(0, len(entries), 2):
        for column, entry in zip(st.columns(2, gap="medium"), entries[row : row + 2], strict=False):
            with column:
                label = f"{title(language, entry)} · {unit(language, entry.unit)}"
                lever_slider(desk, entry, place, f"lever.{entry.key}.{place}", label)
                level_buttons(desk, entry, place)


def level_buttons(desk: Desk, entry: Entry, place: str) -> None:
    """The four named levels as one row of buttons."""
    if "spent" in entry.extra:
        st.caption(entry.spent[desk.language])
        return
    if place != city_pack().city_id and entry.spread == "total":
        return
    found = named_levels(entry, desk.language)
    with st.container(horizontal=True, gap="xxsmall", key=f"levels_{entry.key}_{place}"):
        for i, (word, value) in enumerate(found):
            now = math.isclose(value, value_at(desk.address, entry, place))
            st.button(
                word, key=f"level.{entry.key}.{place}.{i}", type="primary" if now else "tertiary",
                on_click=desk.set_lever, args=(entry.key, place, value),
            )  # fmt: skip


def lever_slider(desk: Desk, entry: Entry, place: str, key: str, label: str) -> None:
    """One slider over one lever in one place."""
    shape = slider_of(entry, place == city_pack().city_id)

    def moved(value: float) -> None:
        desk.set_lever(entry.key, place, value)

    draw_slider(shape, value_at(desk.address, entry, place), key, label, lever_help(desk.language, entry, shape), moved)


def assumption_panel(desk: Desk) -> None:
    """The assumptions, in a drawer of their own colour."""
    language, moved = desk.language, len(desk.address.assumptions)
    with st.container(key="assumptions"):
        drawer = st.popover(
            text(language, "assumptions") + (f" · **{moved}**" if moved else ""),
            icon=":material/public:",
            width="stretch",
            key="drawer",
            on_change="rerun",
        )
    if not drawer.open:
        return
    with drawer, st.container(key="assumption_drawer"):
        st.caption(text(language, "assumptions_note"))
        varied_toggle(desk)
        shown = [e for e in assumptions().values() if not is_shock(e)]
        for row in range(0, len(shown), 2):
            for column, entry in zip(st.columns(2, gap="medium"), shown[row : row + 2], strict=False):
                with column:
                    assumption_slider(desk, entry)


def varied_toggle(desk: Desk) -> None:
    """Whether the futures differ in the model's parameters too, by the fitted ensemble."""
    key = key_of("varied", bool(desk.address.parameters))
    st.toggle(
        text(desk.language, "varied"),
        key=key,
        help=text(desk.language, "varied_help"),
        on_change=lambda: desk.vary(bool(st.session_state[key])),
    )


def assumption_slider(desk: Desk, entry: Entry) -> None:
    def moved(value: float) -> None:
        desk.assume(entry.key, value)

    label = f"{title(desk.language, entry)} · {unit(desk.language, entry.unit)}"
    value = assumed_value(desk.address, entry)
    draw_slider(slider_of(entry), value, f"assumed.{entry.key}", label, assumption_help(desk.language, entry), moved)


def is_shock(entry: Entry) -> bool:
    """A shock holds in one named year: it has no slider, a scenario file or an address sets it."""
    return entry.source.startswith("named year")


def family_name(language: str, family: str) -> str:
    return text(language, f"family_{family}", missing=family.capitalize())


def draw_slider(shape: Slider, value: float, key: str, label: str, about: str, moved: Callable[[float], None]) -> None:
    """A slider that shows `value` and tells `moved` what it was set to."""
    drawn = key_of(key, value)
    places = max(decimals_of(shape.step), decimals_of(value))
    st.slider(
        label,
        min(shape.low, value),
        max(shape.high, value),
        step=shape.step,
        format=f"%.{places}f",
        key=drawn,
        help=about,
        on_change=lambda: moved(rounded(st.session_state[drawn])),
    )


def decimals_of(value: float) -> int:
    """Decimals that it takes to write a number of at most six decimals."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def lever_help(language: str, entry: Entry, shape: Slider) -> str:
    """What the lever is, from when, what holds now and the range; its levels; then the catalogue's note."""
    kind = "default_total" if shape.low == 0.0 and entry.spread == "total" else "default_same"
    described = text(
        language,
        "lever_help",
        title=title(language, entry),
        unit=unit(language, entry.unit),
        year=FROM_YEAR,
        default=text(language, kind, value=f"{entry.in_force(FROM_YEAR):,g}"),
        low=f"{shape.low:g}",
        high=f"{shape.high:,g}",
    )
    named = " · ".join(f"{word} {value:,g}" for word, value in named_levels(entry, language))
    spent = entry.extra.get("spent", {}).get(language, "")
    return "\n\n".join(part for part in (described, named, spent, entry.note[language]) if part)


def assumption_help(language: str, entry: Entry) -> str:
    default = entry.default
    steps = ", ".join(f"{y}: {v:g}" for y, v in default.items()) if isinstance(default, dict) else f"{default:g}"
    return text(
        language,
        "assumption_help",
        title=title(language, entry),
        unit=unit(language, entry.unit),
        default=steps,
        year=FROM_YEAR,
        source=entry.source,
    )
