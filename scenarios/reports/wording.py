"""Numbers as people read them, in both languages: units of the catalogue, signs of the plan, percentage points."""

import numpy as np

from scenarios.tables import number, shown_unit
from scenarios.words import word
from sim.catalogue import Entry
from sim.data.plan import Figure

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def amount(value: float, unit: str, lang: str) -> str:
    """A value with its unit, as people write it: 500.00 万人, 4.52 百分点, 72.10 %."""
    return with_unit(number(value, unit, lang), unit, lang) if np.isfinite(value) else "-"


def difference(value: float, unit: str, lang: str) -> str:
    """A signed difference; of percents in percentage points."""
    text = number(value, unit, lang, signed=True)
    if unit == "percent":
        return f"{text} {word('points', lang)}"
    return text if unit == "ratio" else f"{text} {shown_unit(unit, lang)[2]}"


def figure_text(figure: Figure, unit: str, lang: str) -> str:
    """A plan figure in the shown unit, every digit of it, with the sign that the plan gives it."""
    text = f"{figure.value / shown_unit(unit, lang)[0]:,.6f}".rstrip("0").rstrip(".")
    return SIGNS.get(figure.sign, "") + text


def with_unit(text: str, unit: str, lang: str) -> str:
    """A number and the name of its unit, as people write them."""
    if unit == "ratio":
        return text
    name = short_unit(shown_unit(unit, lang)[2])
    tight = lang == "zh" or (unit == "percent" and lang == "zh")
    return f"{text}{'' if tight else ' '}{name}"


def short_unit(name: str) -> str:
    """A unit without the year of its prices."""
    return name.split("，")[0].replace(" of 2020", "")


def trimmed(value: float, unit: str, lang: str) -> str:
    """As `amount`, without zeros at the end: 350 万人."""
    text = number(value, unit, lang)
    return with_unit(text.rstrip("0").rstrip(".") if "." in text else text, unit, lang)


def titled(entry: Entry, lang: str) -> str:
    """The title, with a capital in English."""
    return capital(entry.title[lang])


def capital(text: str) -> str:
    """With a capital at the beginning; Chinese has none."""
    return text[:1].upper() + text[1:]


def labelled(entry: Entry, lang: str, title: str = "") -> str:
    """Title of an entry (or another one) with the unit in which its values are shown; none for a ratio."""
    title, unit = capital(title or entry.title[lang]), shown_unit(entry.unit, lang)[2]
    if entry.unit == "ratio":
        return title
    return f"{title}（{unit}）" if lang == "zh" else f"{title} ({unit})"


def spread(mean: float, least: float, most: float, unit: str, lang: str) -> str:
    """A mean with the range of its futures."""
    told, low, high = (number(float(x), unit, lang) for x in (mean, least, most))
    if low == high:
        return told
    return f"{told}（{low}—{high}）" if lang == "zh" else f"{told} ({low}-{high})"
