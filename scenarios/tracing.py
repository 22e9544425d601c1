"""One household's life on the terminal: a row a year, another world beside it where there is one."""

from typing import Any

from rich import box
from rich.table import Table

from scenarios.words import word

TENURES = ("homestead", "owned", "rented", "public_rental", "dormitory")  # in the order of sim.codes


def life_table(lives: list[tuple[str, list[dict[str, Any]]]], pack, lang: str) -> Table:
    """`lives`: title of the scenario, and years as `sim.trace.trace_household` gives them."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(word("years", lang))
    many = len(lives) > 1
    for title, _ in lives:
        table.add_column(f"{word('home', lang)}: {title}" if many else word("home", lang))
        table.add_column(word("members", lang), justify="right")
        table.add_column(word("income", lang), justify="right")
        table.add_column(word("weighed", lang))
    by_year = [{one["year"]: one for one in life} for _, life in lives]
    for year in sorted(set().union(*by_year)):
        cells = [_cells(life.get(year), pack, lang) for life in by_year]
        table.add_row(str(year), *(cell for four in cells for cell in four))
    return table


def _cells(one: dict[str, Any] | None, pack, lang: str) -> list[str]:
    if one is None:
        return [word("ended", lang), "", "", ""]
    home = f"{place_told(one, pack, lang)}, {word(TENURES[one['tenure']], lang)}"
    return [home, str(one["size"]), f"{sum(one['income']):,.0f}", reason_told(one["weighing"], pack, lang)]


def reason_told(weighing: dict[str, Any] | None, pack, lang: str) -> str:
    """Chosen place and its probability, the next best one, and the term that spoke most for the chosen one."""
    if not weighing or not weighing["considered"]:
        return ""
    chosen, other = weighing["chosen"], weighing["runner_up"]
    gaps = {term: value - other["terms"][term] for term, value in chosen["terms"].items()}
    term = max(gaps, key=lambda name: gaps[name])
    return word(
        "reason",
        lang,
        chosen=place_told(chosen, pack, lang),
        p=chosen["probability"],
        other=place_told(other, pack, lang),
        q=other["probability"],
        term=word(f"term_{term}", lang),
        gap=gaps[term],
    )


def place_told(one: dict[str, Any], pack, lang: str) -> str:
    name = pack.place_name(one["place"], lang)
    return f"{name} ({word(one['part'], lang)})" if one["part"] != "outside" else name
