"""What a lever of the catalogue says beyond title, unit, default and bounds, and the checks of it.

note      what it is, the plan's chapter and the source of the default, in zh and en
measures  rows of the plan's table of measures that the lever carries out (may be empty)
rule      module.function in sim/rules by which it acts
levels    four named values in the lever's unit, and `plan` where the plan's own quantity is none of them
as_plan   the name of the level that is the plan's quantity, where the plan gives one
moves     what changes when the lever goes from its lower to its upper bound: [{indicator: up or down, place: id}]
moves_at  the place in which the lever is moved to see it (the city unless said)
spent     reason (zh, en) why it moves nothing today; then `moves` is empty
cost      parameters of the budgets group that price it; [] where it is paid in yuan as it is
lines     lines of the budget that carry the cost, `cost_<lever>` unless said
for_pairs true where it acts between the partners of a pair: it may be given for pairs and the city only
shared_by for `spread: total`: whose numbers share a place's quantity among its towns (urban, rural or all residents)
"""

import ast
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from sim.catalogue.entry import CatalogueError, Entry

RULES = Path(__file__).resolve().parents[1] / "rules"
KEEP, PLAN = "keep", "plan"
LEVELS = {  # in the order of how far a policy goes
    KEEP: {"zh": "维持", "en": "keep"},
    "moderate": {"zh": "温和", "en": "moderate"},
    "active": {"zh": "积极", "en": "active"},
    "maximum": {"zh": "最大", "en": "maximum"},
    PLAN: {"zh": "按规划", "en": "as planned"},
}
FOUR = tuple(name for name in LEVELS if name != PLAN)
SIGNS = {"up": 1, "down": -1}
SPREADS = ("same", "total")
SHARED_BY = ("urban", "rural", "all")
ACTS_FROM = 2021  # the first year that a scenario of the present can change; `keep` is what holds then
_KNOWN = {
    "family", "spread", "note", "measures", "rule", "levels", "as_plan", "moves", "moves_at", "spent", "cost",
    "shared_by", "for_pairs", "lines",
}  # fmt: skip
MEASURE = re.compile(r"[MP]\d\d$")


def check_lever(entry: Entry, file: str) -> None:
    """CatalogueError unless every field of the lever has its form; links to other tables are `check_links`'s."""

    def refuse(field: str, text: str) -> None:
        raise CatalogueError(f"{file}: lever {entry.key!r}, {field}: {text}")

    if not isinstance(entry.note, dict) or set(entry.note) != {"zh", "en"} or not all(entry.note.values()):
        refuse("note", "needs a text in zh and en")
    for field in entry.extra:
        if field not in _KNOWN:
            refuse(field, f"unknown field; known: {', '.join(sorted(_KNOWN))}")
    if entry.spread not in SPREADS:
        refuse("spread", f"must be {' or '.join(SPREADS)}, got {entry.spread!r}")
    if "shared_by" in entry.extra and (entry.spread != "total" or entry.shared_by not in SHARED_BY):
        refuse("shared_by", f"must be one of {', '.join(SHARED_BY)}, and only where spread is total")
    if not re.fullmatch(r"[a-z_]+\.[a-z_]+", str(entry.rule)):
        refuse("rule", f"must be module.function of sim/rules, got {entry.rule!r}")
    _check_levels(entry, refuse)
    _check_moves(entry, refuse)


def _check_levels(entry: Entry, refuse) -> None:
    levels, spent = entry.levels, "spent" in entry.extra
    if not isinstance(levels, dict) or set(levels) - {PLAN} != set(FOUR):
        refuse("levels", f"needs {', '.join(FOUR)} (and may have {PLAN})")
    for name, value in levels.items():
        entry.check(value, f"levels.{name}")
    if levels[KEEP] != entry.in_force(ACTS_FROM):
        refuse("levels", f"keep is {levels[KEEP]:g}, but {entry.in_force(ACTS_FROM):g} holds in {ACTS_FROM}")
    steps = [levels[b] - levels[a] for a, b in zip(FOUR, FOUR[1:], strict=False)]
    if not (all(s > 0 for s in steps) or all(s < 0 for s in steps) or (spent and not any(steps))):
        refuse("levels", f"must go one way from keep to maximum, got {[levels[n] for n in FOUR]}")
    said = entry.extra.get("as_plan")
    if said is not None and said not in levels:
        refuse("as_plan", f"must be one of {', '.join(levels)}, got {said!r}")
    if PLAN in levels and said != PLAN:
        refuse("as_plan", f"must be {PLAN!r} where levels has it")


def _check_moves(entry: Entry, refuse) -> None:
    spent = entry.extra.get("spent")
    if spent is not None and (not isinstance(spent, dict) or set(spent) != {"zh", "en"}):
        refuse("spent", "needs a reason in zh and en")
    if bool(entry.moves) == bool(spent):
        refuse("moves", "name what it moves, or say in `spent` why it moves nothing (not both)")
    for move in entry.moves:
        named = [k for k in move if k != "place"] if isinstance(move, dict) else []
        if len(named) != 1 or move[named[0]] not in SIGNS:
            refuse("moves", f"must be {{indicator: up or down}}, with a place if need be, got {move!r}")


def moves_of(entry: Entry) -> list[tuple[str, int, str | None]]:
    """(indicator, sign, place or None for the city) of what the lever moves from its lower to its upper bound."""
    found = []
    for move in entry.moves:
        (name,) = (k for k in move if k != "place")
        found.append((name, SIGNS[move[name]], move.get("place")))
    return found


def lines_of(entry: Entry) -> list[str]:
    """Lines of the budget that carry what the lever costs; none where it costs nothing."""
    said = entry.extra
    return said.get("lines") or ([f"cost_{entry.key}"] if "cost" in said else [])


@cache
def rule_names() -> frozenset[str]:
    """`module.function` of every public function in sim/rules, read without importing or compiling anything."""
    found = set()
    for path in RULES.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {f"{path.stem}.{n.name}" for n in tree.body if isinstance(n, ast.FunctionDef) and n.name[0] != "_"}
    return frozenset(found)


def check_links(
    levers: Mapping[str, Entry], indicators: Iterable[str], prices: Iterable[str], measures: Iterable[str], places
) -> None:
    """CatalogueError unless every measure, rule, indicator, price and place that the levers name is there.

    `prices`: parameters of the budgets group; `measures`: codes of the plan's table; `places`: ids of the pack.
    """
    known = {
        "measures": set(measures),
        "rule": set(rule_names()),
        "moves": set(indicators),
        "cost": set(prices),
        "place": set(places),
    }
    for entry in levers.values():
        said = {
            "measures": entry.measures,
            "rule": [entry.rule],
            "moves": [name for name, _, _ in moves_of(entry)],
            "cost": entry.extra.get("cost", []),
            "place": [p for p in [entry.extra.get("moves_at"), *(p for _, _, p in moves_of(entry))] if p],
        }
        for field, names in said.items():
            for name in names:
                if name not in known[field]:
                    raise CatalogueError(f"lever {entry.key!r}, {field}: nothing is called {name!r}")
