"""Where the plan's own figures disagree: text against table, text against text, aims against the base.

Found by comparing `plan_targets.csv` with `plan_statements.csv`; nothing is listed by hand.
"""

from dataclasses import dataclass
from itertools import combinations

from sim.data.plan import Figure, Statement, Target

TWO_FIGURES = "two_figures"  # one quantity, one year, two numbers
LOOSER = "looser"  # the text asks for less than the table and both can be kept
ALREADY = "already"  # seen or counted as reached before the year for which it is an aim
NO_CHANGE = "no_change"  # the aim is the figure of the base year
SLOWER = "slower"  # the aim of five years is below what five years brought before
TABLE = "table"
WHOLE = 100.0  # percent


@dataclass(frozen=True)
class Said:
    """A figure and where it stands: a chapter, or the table."""

    figure: Figure
    year: int
    place: str
    quote: dict[str, str] | None = None


@dataclass(frozen=True)
class Contradiction:
    """Two figures of the plan that disagree."""

    kind: str
    target: str  # row of the plan, "" for a topic
    topic: dict[str, str]
    unit: str
    first: Said
    second: Said


def find(targets: dict[str, Target], statements: list[Statement]) -> list[Contradiction]:
    """All contradictions: statements against the table, statements against each other, the table against itself."""
    found = [c for s in statements if s.target for c in _against_table(s, targets[s.target])]
    found += [c for a, b in combinations(statements, 2) if _same(a, b) for c in _against_each_other(a, b)]
    found += [c for t in targets.values() for c in _within_table(t)]
    order = [TWO_FIGURES, LOOSER, ALREADY, SLOWER, NO_CHANGE]
    return sorted(found, key=lambda c: order.index(c.kind))


def _sums(target: Target) -> bool:
    """The base is a sum over the five years before (note 1 of the table, kept in the row's note)."""
    return target.note.startswith(f"{target.base_year} = sum")


def _same(a: Statement, b: Statement) -> bool:
    return a.target == b.target and a.topic == b.topic


def _said(s: Statement) -> Said:
    return Said(s.figure, s.year, s.chapter, s.quote)


def _agree(a: Figure, b: Figure) -> bool:
    """Equal to the decimals of the figure that is written with fewer."""
    step = 10.0 ** -min(a.decimals, b.decimals)
    return abs(a.value - b.value) < step / 2 + 1e-9


def _against_table(s: Statement, target: Target) -> list[Contradiction]:
    """The same quantity in the table; and an aim of the table that was seen earlier."""

    def against(kind: str, figure: Figure, year: int) -> Contradiction:
        return Contradiction(kind, s.target, target.title, target.unit, _said(s), Said(figure, year, TABLE))

    in_table = target.base if s.year == target.base_year else target.figures.get(s.year)
    found = []
    if in_table is not None:
        exact = s.kind == "target"
        differ = s.figure.value != in_table.value if exact else not _agree(s.figure, in_table)
        if differ:
            wider = bool(s.figure.sign) and s.figure.met(in_table.value, target.better)
            found.append(against(LOOSER if wider else TWO_FIGURES, in_table, s.year))
    if _sums(target):  # of different five years
        return found
    if s.kind == "observed":
        later = [y for y, f in target.figures.items() if y > s.year and f.met(s.figure.value, target.better)]
        again = s.year == target.base_year and target.base is not None and _agree(s.figure, target.base)
        if later and not again:  # not the base of the table once more
            found.append(against(ALREADY, target.figures[later[0]], later[0]))
    elif target.base is not None and s.figure.met(target.base.value, target.better):
        found.append(against(ALREADY, target.base, target.base_year))
    return found


def _against_each_other(a: Statement, b: Statement) -> list[Contradiction]:
    """Two statements about one thing: two numbers of one year, or an aim that another place says is reached."""
    if a.kind == b.kind:
        two = a.year == b.year and not _agree(a.figure, b.figure)
        return [Contradiction(TWO_FIGURES, a.target, a.topic, a.unit, _said(a), _said(b))] if two else []
    seen, aim = (a, b) if a.kind == "observed" else (b, a)
    if seen.year < aim.year and seen.figure.value == aim.figure.value:
        return [Contradiction(ALREADY, a.target, a.topic, a.unit, _said(seen), _said(aim))]
    return []


def _within_table(target: Target) -> list[Contradiction]:
    """Aims that ask for no change, and five-year sums below those of the five years before."""
    base, found = target.base, []
    if base is None or not target.figures:
        return found
    last = max(target.figures)

    def of(kind: str, year: int) -> Contradiction:
        first = Said(base, target.base_year, TABLE)
        return Contradiction(
            kind, target.key, target.title, target.unit, first, Said(target.figures[year], year, TABLE)
        )

    whole = target.unit == "percent" and base.value == WHOLE  # nothing is left to ask for
    if not whole and all(f.value == base.value for f in target.figures.values()):
        found.append(of(NO_CHANGE, last))
    if _sums(target) and target.figures[last].value < base.value:
        found.append(of(SLOWER, last))
    return found
