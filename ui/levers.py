"""Sliders of the levers and of the assumptions, made from the catalogue, and the settings they stand for.

A slider that stands where it starts sets nothing: untouched levers leave the scenario equal to the baseline.
"""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from sim.catalogue import Entry, assumptions, levers
from sim.policy import Path, Setting, default_over
from ui.texts import text, title, unit

FROM_YEAR = 2021  # first year that a moved lever or assumption changes
REGIONS = ("east", "west")
FAMILIES = {
    "hukou": ("permit_parity", "rural_rights_kept", "hukou_threshold_years"),
    "housing": ("new_homes", "public_rental_homes"),
    "jobs": ("job_growth_secondary", "job_growth_tertiary"),
}
SHOCKS = ("jobs_shock", "arrivals_shock")  # hold in one named year: no slider of their own
STEPS = 40  # a slider has at most about this many positions


@dataclass(frozen=True)
class Slider:
    """Range of one slider in the catalogue's unit, and where it starts."""

    key: str
    low: float
    high: float
    step: float
    start: float


def round_step(span: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that divides a span into at most `STEPS` positions."""
    raw = span / STEPS
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1.0, 2.0, 5.0, 10.0) if raw <= m * power * (1 + 1e-9))


def in_force(entry: Entry) -> float:
    """The catalogue's default in the first year that a lever can change."""
    return float(default_over(entry, np.array([FROM_YEAR]))[0])


def lever_slider(entry: Entry, region: str) -> Slider:
    """A `same` lever starts at the value in force. A `total` lever is what the region gets beyond the city's own
    default, so it starts at nothing, and each of the two regions may take half of what the bounds leave."""
    low, high = entry.bounds
    if entry.spread == "total":
        step = round_step((high - low) / len(REGIONS))
        room = (high - in_force(entry)) / len(REGIONS)
        return Slider(f"{entry.key}.{region}", 0.0, math.floor(room / step) * step, step, 0.0)
    step = 1.0 if entry.unit == "years" else round_step(high - low)
    return Slider(f"{entry.key}.{region}", float(low), float(high), step, in_force(entry))


def assumption_slider(entry: Entry) -> Slider:
    low, high = entry.bounds
    return Slider(f"assumed.{entry.key}", float(low), float(high), round_step(high - low), in_force(entry))


def lever_sliders() -> dict[str, tuple[Entry, str, Slider]]:
    """key -> (lever, region, slider) for all levers on the screen."""
    chosen = (levers()[name] for names in FAMILIES.values() for name in names)
    return {s.key: (e, r, s) for e in chosen for r in REGIONS for s in [lever_slider(e, r)]}


def assumption_sliders() -> dict[str, tuple[Entry, Slider]]:
    chosen = (e for e in assumptions().values() if e.key not in SHOCKS)
    return {s.key: (e, s) for e in chosen for s in [assumption_slider(e)]}


def settings() -> tuple[Setting, ...]:
    """What the moved lever sliders ask for."""
    return tuple(
        Setting(entry.key, region, Path.starting(FROM_YEAR, _value(slider)))
        for entry, region, slider in lever_sliders().values()
        if _moved(slider)
    )


def assumed() -> dict[str, Path]:
    """What the moved assumption sliders ask for."""
    return {e.key: Path.starting(FROM_YEAR, _value(s)) for e, s in assumption_sliders().values() if _moved(s)}


def _value(slider: Slider) -> float:
    """The slider's value on its own grid, so that 0.6000000001 and 0.6 are one scenario."""
    raw = st.session_state.get(slider.key, slider.start)
    return slider.start if math.isclose(raw, slider.start) else round(float(raw), 6)


def _moved(slider: Slider) -> bool:
    return _value(slider) != slider.start


def reset(sliders: list[Slider]) -> None:
    """Callback: put sliders back where they start."""
    for slider in sliders:
        st.session_state[slider.key] = slider.start


def reset_levers(language: str) -> None:
    """The button that puts all levers back and leaves the assumptions."""
    st.button(
        text(language, "reset_levers"),
        key="reset_levers",
        icon=":material/restart_alt:",
        on_click=reset,
        args=([s for _, _, s in lever_sliders().values()],),
    )


def lever_panel(language: str) -> None:
    """Three families of levers; each lever has a slider for East and one for West."""
    sliders = lever_sliders()
    for family, names in FAMILIES.items():
        st.markdown(f"**{text(language, f'family_{family}')}**")
        for name in names:
            entry = levers()[name]
            st.caption(f"{title(language, entry)} · {unit(language, entry.unit)}")
            for column, region in zip(st.columns(len(REGIONS)), REGIONS, strict=True):
                slider = sliders[f"{name}.{region}"][2]
                with column:
                    _draw(slider, text(language, region), lever_help(language, entry, region, slider))


def assumption_panel(language: str) -> None:
    """The assumptions, in a drawer of their own."""
    sliders = assumption_sliders()
    with st.expander(text(language, "assumptions"), icon=":material/public:"):
        st.caption(text(language, "assumptions_note"))
        st.button(
            text(language, "reset_assumptions"),
            key="reset_assumptions",
            on_click=reset,
            args=([s for _, s in sliders.values()],),
        )
        for entry, slider in sliders.values():
            label = f"{title(language, entry)} · {unit(language, entry.unit)}"
            _draw(slider, label, assumption_help(language, entry))


def _draw(slider: Slider, label: str, help_text: str) -> None:
    """Start values go through the session state alone, so that a reset and a change of language keep to them."""
    st.session_state.setdefault(slider.key, slider.start)
    st.slider(
        label,
        slider.low,
        slider.high,
        step=slider.step,
        format=_format(slider.step),
        key=slider.key,
        help=help_text,
        persist_state="session",
    )


def _format(step: float) -> str:
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"%.{places}f"


def lever_help(language: str, entry: Entry, region: str, slider: Slider) -> str:
    """What the lever is, from when, what holds now and the range; then the catalogue's note."""
    kind = "default_total" if entry.spread == "total" else "default_same"
    described = text(
        language,
        "lever_help",
        title=title(language, entry),
        unit=unit(language, entry.unit),
        year=FROM_YEAR,
        default=text(language, kind, value=f"{in_force(entry):,g}"),
        low=f"{slider.low:g}",
        high=f"{slider.high:,g}",
    )
    members = text(language, f"{region}_members")
    return f"{text(language, region)}: {members}\n\n{described}\n\n{entry.note}"


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
