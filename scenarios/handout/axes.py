"""The levers of a hand-out and the positions that each of them can take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from scenarios.address import FROM_YEAR, Address, scenario_of
from scenarios.brief import without_policy
from scenarios.errors import ScenarioError
from scenarios.levels import value_of
from scenarios.reports.wording import capital, labelled
from scenarios.scenario import Scenario, setting_order
from sim.catalogue import Entry, levers
from sim.catalogue.lever_fields import KEEP, LEVELS, PLAN
from sim.paths import Path, PolicyError, check_value
from sim.policy import Setting, check_pair, check_place, place_ranks, unknown

MOST_AXES, MOST_NODES = 3, 150
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the way from what is in force to a scenario


@dataclass(frozen=True)
class Position:
    """One value of an axis: what it sets, and its name where it has one."""

    value: float
    names: dict[str, str]  # zh, en; empty texts where it is a number only
    settings: tuple[Setting, ...]  # nothing where it is what is in force


@dataclass(frozen=True)
class Axis:
    """One slider."""

    titles: dict[str, str]  # zh, en, with the unit
    positions: tuple[Position, ...]
    first: int  # the position on which the hand-out opens
    takes: tuple[tuple[str, str], ...]  # (lever, place) that the axis sets


def lever_axis(said: str, pack, field: str = "levers") -> Axis:
    """LEVER, LEVER.PLACE, or either with =VALUE,VALUE,...; values are numbers or levels, else all named levels."""
    name, _, values = said.partition("=")
    lever, _, place = name.strip().partition(".")
    if lever not in levers():
        raise _refused(unknown("lever", lever, levers(), field), field)
    entry = levers()[lever]
    try:
        place = check_place(place or pack.city_id, pack, place_ranks(pack), f"{field}.{lever}")
        words = [w.strip() for w in values.split(",") if w.strip()] or [n for n in entry.levels if n != PLAN]
        found = _values(words, entry, place, pack, f"{field}.{lever}")
        check_pair(Setting(lever, place, Path.starting(FROM_YEAR, next(iter(found)))), pack)
    except PolicyError as error:
        raise _refused(error, field) from None
    return of_values(entry, place, found, pack)


def of_values(entry: Entry, place: str, found: dict[float, str], pack, first: float | None = None) -> Axis:
    """An axis of values in the catalogue's unit (value -> name of a level or ""); what is in force is always one."""
    now = in_force(entry, place, pack)
    names = {v: LEVELS.get(n, {"zh": "", "en": ""}) for v, n in found.items()}
    names.setdefault(now, {"zh": "", "en": ""})
    if not names[now]["zh"]:
        names[now] = LEVELS[KEEP]
    positions = []
    for value in sorted(names, reverse=entry.levels["maximum"] < entry.levels[KEEP]):
        path = Path.starting(FROM_YEAR, value)
        positions.append(Position(value, names[value], () if value == now else (Setting(entry.key, place, path),)))
    where = {} if place == pack.city_id else {lang: pack.place_name(place, lang) for lang in ("zh", "en")}
    titles = {lang: labelled(entry, lang) + (f" · {where[lang]}" if where else "") for lang in ("zh", "en")}
    at = [p.value for p in positions]
    return Axis(titles, tuple(positions), at.index(now if first is None else first), ((entry.key, place),))


def in_force(entry: Entry, place: str, pack) -> float:
    """What holds without a setting: of a quantity that adds up, nothing beyond the city's own."""
    return 0.0 if entry.spread == "total" and place != pack.city_id else entry.in_force(FROM_YEAR)


def _values(words: Sequence[str], entry: Entry, place: str, pack, field: str) -> dict[float, str]:
    found: dict[float, str] = {}
    for word in words:
        try:
            raw: float | str = float(word)
        except ValueError:
            raw = word
        value, name = value_of(raw, entry, field, place, pack)
        found.setdefault(value, name)
    return found


def package_axis(scenario: Scenario, pack) -> Axis:
    """How far a scenario's levers go, all together, from what is in force to what the scenario sets."""
    positions = []
    for share in SHARES:
        settings = tuple(_part(s, share, pack) for s in scenario.settings) if share else ()
        name = {"zh": "基准", "en": "baseline"} if not share else {"zh": "", "en": ""}
        positions.append(Position(100 * share, scenario.name if share == 1 else name, settings))
    titles = {
        "zh": f"“{scenario.title('zh')}”推行程度（%）",
        "en": f"How far “{capital(scenario.title('en'))}” goes (%)",
    }
    return Axis(titles, tuple(positions), len(positions) - 1, tuple((s.lever, s.place) for s in scenario.settings))


def _part(setting: Setting, share: float, pack) -> Setting:
    """The setting, a share of the way from what is in force."""
    if share == 1.0:
        return setting
    entry = levers()[setting.lever]
    now = in_force(entry, setting.place, pack)
    values = tuple(check_value(entry, now + share * (v - now), setting.lever) for v in setting.path.values)
    return replace(setting, path=Path(setting.path.years, values, setting.path.single))


@dataclass(frozen=True)
class Node:
    """One scenario of the grid; `at` is its position on each axis."""

    at: tuple[int, ...]
    scenario: Scenario


@dataclass(frozen=True)
class Grid:
    """All combinations of the positions, over a scenario whose other levers stay as they are."""

    axes: tuple[Axis, ...]
    base: Scenario
    nodes: tuple[Node, ...]

    @property
    def reference(self) -> Scenario:
        """What every node is compared with: no lever set, the same assumptions and events."""
        return without_policy(self.base)

    def address(self, node: Node, pack, **options) -> Address:
        """The address of a node's screen."""
        s = node.scenario
        return Address(s.settings, s.assumptions, s.shocks, **options)


def grid_of(axes: Sequence[Axis], base: Scenario) -> Grid:
    """Every combination; ScenarioError when there are too many axes or nodes, or one lever stands on two axes."""
    if not 1 <= len(axes) <= MOST_AXES:
        en, zh = f"needs 1 to {MOST_AXES} levers, got {len(axes)}", f"须有 1 至 {MOST_AXES} 项杠杆，现为 {len(axes)}"
        raise ScenarioError(en, zh, field="levers")
    taken = [pair for axis in axes for pair in axis.takes]
    if len(set(taken)) < len(taken):
        raise ScenarioError("names one lever twice for one place", "同一地点的杠杆重复", field="levers")
    count = 1
    for axis in axes:
        count *= len(axis.positions)
    if count > MOST_NODES:
        en = f"makes {count} scenarios; {MOST_NODES} are the most: give fewer values, e.g. {taken[0][0]}=keep,maximum"
        zh = f"共 {count} 个情景，最多 {MOST_NODES} 个；请减少取值，例如 {taken[0][0]}=keep,maximum"
        raise ScenarioError(en, zh, field="levers")
    kept = [s for s in base.settings if (s.lever, s.place) not in taken]
    nodes = []
    for at in product(*(range(len(axis.positions)) for axis in axes)):
        moved = [s for axis, k in zip(axes, at, strict=True) for s in axis.positions[k].settings]
        settings = sorted([*kept, *moved], key=setting_order)
        nodes.append(Node(at, scenario_of(settings, base.assumptions, base.shocks)))
    return Grid(tuple(axes), base, tuple(nodes))


def _refused(error: PolicyError, field: str) -> ScenarioError:
    return ScenarioError(error.en, error.zh, field=error.field or field)
