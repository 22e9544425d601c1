"""Markdown tables, and values of the catalogue as read by people."""

import re

from sim.catalogue import Entry


def cell(value: object) -> str:
    """Text of one table cell: no bars, no line breaks."""
    return re.sub(r"\s+", " ", str(value)).replace("|", "\\|").strip()


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(v) for v in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def number(value: object) -> str:
    """A default as read by people: 5; 3, 4; 2010: 5, 2015: 3."""
    if isinstance(value, dict):
        return ", ".join(f"{year}: {number(v)}" for year, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(number(v) for v in value)
    return "" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)


def bounds(entry: Entry, word: str = "to") -> str:
    """Lowest to highest value, empty where there are none."""
    return f"{entry.bounds[0]:g} {word} {entry.bounds[1]:g}" if entry.bounds else ""
