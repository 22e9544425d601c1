"""Words on the screen, in both languages, and numbers as people read them."""

from functools import cache
from pathlib import Path

import yaml

from sim.catalogue import Entry
from ui.city import city_pack

LANGUAGES = {"zh": "中文", "en": "English"}
# Whole numbers that are shown in 万 or thousands when they are large.
COUNTS = {
    "persons",
    "persons_per_year",
    "posts",
    "homes",
    "households",
    "places",
    "beds",
}


@cache
def _texts() -> dict:
    found: dict = {}
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def text(language: str, key: str, missing: str | None = None, **values: object) -> str:
    """The text of `texts.yaml` in a language, braces filled in; `missing` for a key that may have none."""
    if missing is not None and key not in _texts():
        return missing
    return _texts()[key][language].format(**values)


def title(language: str, entry: Entry) -> str:
    """Title of a lever, assumption or indicator, with a capital in English."""
    words = entry.title[language]
    return words[:1].upper() + words[1:]


def short_title(language: str, entry: Entry) -> str:
    """The title, or a shorter one where the screen has one for narrow places."""
    return text(language, f"short_{entry.key}", missing=title(language, entry))


def definition(language: str, entry: Entry) -> str:
    """What an indicator counts, in the language if the catalogue has it in both."""
    said = entry.definition
    return said[language] if isinstance(said, dict) else said


def place_name(language: str, place: str) -> str:
    """Short name of the city or of a region; the pack's name of any other place."""
    pack = city_pack()
    if place == pack.city_id:
        return text(language, "city")
    return text(language, place) if place in _texts() else pack.place_name(place, language)


def unit(language: str, code: str) -> str:
    """A unit of the catalogue as read by people."""
    known = _texts()["units"].get(code)
    return known[language] if known else code.replace("_", " ")


def basis(language: str, code: str) -> str:
    """simulated, accounted or tracked."""
    known = _texts()["bases"].get(code)
    return known[language] if known else code


def scaled(language: str, code: str, largest: float) -> tuple[float, str]:
    """(divisor, unit label) so that large counts read as 万人 or thousand persons."""
    label = unit(language, code)
    if code in COUNTS and largest >= 1e5:
        return (1e4, text(language, "wan") + label) if language == "zh" else (1e3, text(language, "wan") + " " + label)
    return 1.0, label


def decimals(largest: float) -> int:
    """Decimals that leave about four figures."""
    return 0 if largest >= 1000 or largest == 0 else 1 if largest >= 10 else 2 if largest >= 1 else 3


def number(value: float, largest: float | None = None, sign: bool = False, more: int = 0) -> str:
    """1,234 or 71.9 or 0.312: decimals by the size of `largest` (the value itself unless given) and `more`."""
    if value != value:
        return "—"
    places = decimals(abs(value) if largest is None else largest) + more
    shown = round(value, places) + 0.0  # no -0.0
    return f"{shown:+,.{places}f}" if sign and shown else f"{shown:,.{places}f}"
