"""The five key figures as one piece of HTML: value, difference from the baseline and its range over the futures."""

from html import escape

from scenarios.address import END
from sim.catalogue import indicators
from ui.ensemble import Change, Ensemble, change
from ui.table import difference_text
from ui.texts import definition, number, scaled, short_title, text, title

KEY_FIGURES = (
    "urbanisation_rate",
    "hukou_urbanisation_rate",
    "income_ratio",
    "east_west_income_ratio",
    "programme_cost",
)


def figures_html(baseline: Ensemble, current: Ensemble, place: str, language: str) -> str:
    """Cards in a row; neutral colours, an arrow and words, since up is not always good."""
    cards = "".join(card(change(baseline, current, key, place, END), key, language) for key in KEY_FIGURES)
    return f'<div class="figures" role="group" aria-label="{escape(text(language, "key_figures"))}">{cards}</div>'


def card(c: Change, key: str, language: str) -> str:
    entry = indicators()[key]
    largest = abs(c.baseline) or abs(c.current)
    divisor, unit_label = scaled(language, entry.unit, largest)
    unit_label = text(language, f"narrow_{entry.unit}", missing=unit_label)
    shown = "" if entry.unit in ("ratio", "index") else f"<small> {escape(unit_label)}</small>"
    value = number(c.current / divisor, largest / divisor)
    told = f"{title(language, entry)} ({END}). {definition(language, entry)}"
    name = escape(short_title(language, entry))
    return (
        f'<div class="figure" title="{escape(told)}">'
        f'<div class="name"><span>{name}</span><span class="year">{END}</span></div>'
        f'<div class="value">{value}{shown}</div>{_delta(c, entry.unit, divisor, largest, language)}</div>'
    )


def _delta(c: Change, code: str, divisor: float, largest: float, language: str) -> str:
    if c.same == c.pairs:
        return f'<div class="delta same">{escape(text(language, "as_baseline"))}</div><div class="range">&nbsp;</div>'
    arrow = "▲" if c.difference > 0 else "▼" if c.difference < 0 else "="
    said = difference_text(c.difference, code, divisor, largest, language, bare=code != "percent")
    ends = [difference_text(v, code, divisor, largest, language, bare=True) for v in (c.least, c.most)]
    spread = text(language, "delta_range", low=ends[0], high=ends[1])
    counted = text(language, "up_down", up=c.up, down=c.down, n=c.pairs)
    return (
        f'<div class="delta">{arrow} {escape(said)}</div>'
        f'<div class="range" title="{escape(counted)}">{escape(spread)}</div>'
    )
