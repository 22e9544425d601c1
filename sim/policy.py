"""Policy of one run: what every lever says in every town and year, and every assumption in every year.

`compile_policy` turns settings (a lever, a place, a path of values) into arrays once; a year of the model
only looks them up. Two kinds of levers (the catalogue's `spread`):

same    the value holds in each town of the place. Where places overlap the more specific one wins:
        town > county > cluster or tier > region > city > the catalogue's default. Two places of equal
        rank that give one town different values in one year are refused, unless a more specific
        setting decides that town.
total   the value is a quantity for the place and is shared among its towns by urban residents (or by
        those that the catalogue names in `shared_by`). The
        city-wide setting replaces the catalogue's default; settings for smaller places add to it.

A path that starts later (from a year, or by year) leaves the years before its first one to the next broader
setting, in the end to the catalogue's default.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from sim.catalogue import Entry, assumptions, levers
from sim.catalogue.lever_fields import SHARED_BY
from sim.data.pack import RESIDENTS
from sim.paths import Path, PolicyError, check_value, check_year, default_over
from sim.shocks import Shock, check_shocks, shares

CITY, REGION, CLUSTER, COUNTY, TOWN = range(5)  # ranks of places; a tier ranks with the clusters


@dataclass(frozen=True)
class Setting:
    """One decision of a policy: this lever, in this place (region, cluster, town, ...), on this path."""

    lever: str
    place: str
    path: Path

    @property
    def field(self) -> str:
        return f"levers.{self.lever}.{self.place}"


@dataclass(frozen=True)
class Policy:
    """What holds in each year `start..end`."""

    start: int
    end: int
    settings: tuple[Setting, ...]
    _levers: dict[str, np.ndarray] = field(repr=False)  # float64[Y, T]
    _assumptions: dict[str, np.ndarray] = field(repr=False)  # float64[Y]
    shocks: tuple[Shock, ...] = ()
    _away: dict[str, np.ndarray] = field(default_factory=dict, repr=False)  # kind -> float64[Y, T]

    def lever(self, name: str, year: int) -> np.ndarray:
        """float64[T], read-only, in the catalogue's unit (for `total` levers the town's part of the quantity)."""
        if name not in self._levers:
            raise unknown("lever", name, self._levers, "levers")
        return self._levers[name][self._row(year)]

    def assumption(self, name: str, year: int) -> float:
        """The value in the catalogue's unit."""
        if name not in self._assumptions:
            raise unknown("assumption", name, self._assumptions, "assumptions")
        return float(self._assumptions[name][self._row(year)])

    def away(self, kind: str, year: int) -> np.ndarray | None:
        """float64[T], 0..1: share of jobs or arrivals that events of a kind keep away in a year; None if there is no
        such event in the policy."""
        return self._away[kind][self._row(year)] if kind in self._away else None

    def _row(self, year: int) -> int:
        if not self.start <= year <= self.end:
            raise PolicyError(
                f"the policy covers {self.start} to {self.end}, not {year}",
                f"政策覆盖 {self.start} 至 {self.end} 年，不含 {year} 年",
            )
        return year - self.start


def compile_policy(
    settings: Iterable[Setting],
    assumed: Mapping[str, Path],
    pack,
    start: int,
    end: int,
    shocks: Iterable[Shock] = (),
) -> Policy:
    """Policy of a run from `start` to `end` (both included); catalogue defaults hold where nothing is set."""
    settings = tuple(settings)
    check_year(start, "start")
    check_year(end, "end")
    if end < start:
        raise PolicyError(
            f"the last year {end} is before the first, {start}", f"结束年 {end} 早于开始年 {start}", "end"
        )
    years = np.arange(start, end + 1)
    places = place_ranks(pack)
    by_lever: dict[str, list[Setting]] = {}
    for setting in settings:
        _check_setting(setting, pack, places)
        _refuse_past(setting.path, start, setting.field)
        by_lever.setdefault(setting.lever, []).append(setting)
    weights = {who: shared_by(pack, start, who) for who in SHARED_BY}
    compiled = {}
    for name, entry in levers().items():
        chosen = by_lever.get(name, [])
        _refuse_repeats(chosen)
        default = default_over(entry, years)
        if entry.spread == "total":
            table = _shared(entry, chosen, years, default, pack, places, weights[sharers(entry)])
        else:
            table = _same(chosen, years, default, pack, places)
        table.flags.writeable = False
        compiled[name] = table
    for name, path in assumed.items():
        _refuse_past(path, start, f"assumptions.{name}")
    shocks = tuple(shocks)
    check_shocks(shocks, pack, start)
    away = {kind: shares(shocks, kind, years, pack) for kind in {s.kind for s in shocks}}
    return Policy(start, end, settings, compiled, _assumed(assumed, years), shocks, away)


def census_years(pack) -> list[int]:
    """Years for which the pack counts the residents of every town, ascending; a figure of a few towns is no census."""
    counted = Counter(year for variable, year, _ in pack.town_figures.values if variable == RESIDENTS)
    return sorted(int(year) for year, towns in counted.items() if towns == len(pack.towns))


def sharers(entry: Entry) -> str:
    """Whose numbers share a quantity of the lever among towns: urban unless the catalogue says otherwise."""
    return entry.extra.get("shared_by", "urban")


def shared_by(pack, start: int, who: str = "urban") -> np.ndarray:
    """float64[T]: residents of each town at the latest census up to `start`, by their county's urban share or the rest.

    The share within a county is not known by town; so a county's quantity is shared by town residents.
    """
    counted = census_years(pack)
    census = max([y for y in counted if y <= start], default=counted[0])
    rate = pack.county_value("urbanisation_rate", census) / 100.0
    share = {"urban": rate, "rural": 1.0 - rate, "all": np.ones_like(rate)}[who]
    return np.asarray(pack.town_residents(census), dtype=np.float64) * share[np.asarray(pack.town_county)]


def part_of_city(pack, place: str, entry: Entry) -> float:
    """Share of a `total` lever's city-wide quantity that falls to the towns of a place, by the latest census."""
    weights = shared_by(pack, census_years(pack)[-1], sharers(entry))
    return float(_parts(weights)[pack.towns_of(place)].sum())


def place_ranks(pack) -> dict[str, int]:
    """Place id -> rank, 0 city, 1 region, 2 cluster or tier, 3 county, 4 town: all places that a setting may name."""
    ranks = dict.fromkeys(pack.members, CLUSTER) | {pack.city_id: CITY} | dict.fromkeys(pack.regions, REGION)
    return ranks | dict.fromkeys(pack.counties, COUNTY) | dict.fromkeys(pack.towns, TOWN)


def unknown(role: str, name: str, known: Iterable[str], field: str, near: str = "") -> PolicyError:
    """PolicyError that names the nearest known word (or `near`, where the caller knows better)."""
    word = {"lever": "政策杠杆", "assumption": "外部假设", "place": "地点"}[role]
    near = near or next(iter(get_close_matches(str(name).casefold(), [str(k) for k in known], n=1, cutoff=0.5)), "")
    en = f"; did you mean {near!r}?" if near else ""
    zh = f"；是否指 {near!r}？" if near else ""
    return PolicyError(f"unknown {role} {name!r}{en}", f"未知{word} {name!r}{zh}", f"{field}.{name}")


def check_place(place: str, pack, ranks: Mapping[str, int], field: str) -> str:
    """The place if a setting may name it; one called by its name is told its id."""
    if place not in ranks:
        county, mark, _ = str(place).rpartition("T")
        if mark and county and county not in pack.counties and any(t.rpartition("T")[1] for t in pack.towns):
            raise PolicyError(
                f"town {place!r} lies in county {county!r}, which is none of {', '.join(pack.counties)}",
                f"镇街 {place!r} 所属县区 {county!r} 不在 {'、'.join(pack.counties)} 之中",
                f"{field}.{place}",
            )
        named = [i for i, names in pack.names.items() if i in ranks and place in names]
        raise unknown("place", place, ranks, field, ", ".join(named))
    return place


def _check_setting(setting: Setting, pack, ranks: Mapping[str, int]) -> None:
    if setting.lever not in levers():
        raise unknown("lever", setting.lever, levers(), "levers")
    check_place(setting.place, pack, ranks, f"levers.{setting.lever}")
    check_pair(setting, pack)
    setting.path.check(levers()[setting.lever], setting.field)


def check_pair(setting: Setting, pack) -> None:
    """PolicyError where a lever that acts between partners is given for one of them: names it and its pair."""
    if not levers()[setting.lever].extra.get("for_pairs") or setting.place in (pack.city_id, *pack.pair_ids):
        return
    towns = set(pack.towns_of(setting.place).tolist())
    near = [i for i in pack.pair_ids if towns & set(pack.towns_of(i).tolist())]
    pairs = ", ".join(
        f"{i} ({' - '.join('+'.join(side) for side in pack.pairs[pack.pair_ids.index(i)])})" for i in near
    )
    raise PolicyError(
        f"{setting.lever} acts between the partners of a pair and {setting.place} alone is none; give it for {pairs}",
        f"“{levers()[setting.lever].title['zh']}”在结对双方之间进行，{setting.place} 不是结对；请设定 {pairs}",
        setting.field,
    )


def _refuse_past(path: Path, start: int, field: str) -> None:
    """A value for one year only must fall on a year that is lived: the start year is data."""
    if path.single and path.years[0] <= start:
        raise PolicyError(
            f"holds in {path.years[0]} only, before the first year lived, {start + 1}",
            f"只在 {path.years[0]} 年有效，早于模拟的第一年 {start + 1}",
            field,
        )


def _refuse_repeats(chosen: list[Setting]) -> None:
    seen = set()
    for setting in chosen:
        if setting.place in seen:
            raise PolicyError(f"{setting.place} is set twice", f"{setting.place} 重复设定", setting.field)
        seen.add(setting.place)


def _same(chosen: list[Setting], years: np.ndarray, default: np.ndarray, pack, places) -> np.ndarray:
    """float64[Y, T]: the value of the most specific place that has one in the year."""
    table = np.full((len(years), len(pack.towns)), np.nan)
    for rank in sorted({places[s.place] for s in chosen}, reverse=True):
        level = np.full_like(table, np.nan)
        peers = [s for s in chosen if places[s.place] == rank]
        for i, setting in enumerate(peers):
            towns = pack.towns_of(setting.place)
            value = setting.path.over(years)[:, None]
            held = level[:, towns]
            clash = (held != value) & ~np.isnan(held) & ~np.isnan(value) & np.isnan(table[:, towns])
            if clash.any():
                row, column = np.argwhere(clash)[0]
                raise _overlap(setting, peers[:i], int(years[row]), int(towns[column]), pack)
            level[:, towns] = np.where(np.isnan(held), value, held)
        table = np.where(np.isnan(table), level, table)
    return np.where(np.isnan(table), default[:, None], table)


def _overlap(setting: Setting, before: list[Setting], year: int, town: int, pack) -> PolicyError:
    other = next(s for s in before if town in pack.towns_of(s.place) and not np.isnan(s.path.over(np.array([year])))[0])
    name = pack.towns[town]
    return PolicyError(
        f"{setting.place} and {other.place} both hold {name} and give it different values in {year}; "
        f"set {name} itself or use one of them",
        f"{setting.place} 与 {other.place} 都包含 {name}，但 {year} 年取值不同；请直接设定 {name}，或只保留其一",
        setting.field,
    )


def _shared(entry: Entry, chosen: list[Setting], years: np.ndarray, default, pack, places, weights) -> np.ndarray:
    """float64[Y, T]: quantities of the city and of smaller places, shared by `weights` and added up."""
    city = default
    table = np.zeros((len(years), len(pack.towns)))
    for setting in chosen:
        value = setting.path.over(years)
        if places[setting.place] == CITY:
            city = np.where(np.isnan(value), default, value)
            continue
        towns = pack.towns_of(setting.place)
        table[:, towns] += np.nan_to_num(value)[:, None] * _parts(weights[towns])
    table += city[:, None] * _parts(weights)
    total = table.sum(axis=1)
    worst = int(np.argmax(total))
    if chosen and total[worst] > entry.bounds[1] * (1 + 1e-9):
        check_value(entry, round(float(total[worst]), 6), f"levers.{entry.key} (all places, {years[worst]})")
    return table


def _parts(weights: np.ndarray) -> np.ndarray:
    total = weights.sum()
    return weights / total if total > 0 else np.full(len(weights), 1.0 / len(weights))


def _assumed(paths: Mapping[str, Path], years: np.ndarray) -> dict[str, np.ndarray]:
    for name, path in paths.items():
        if name not in assumptions():
            raise unknown("assumption", name, assumptions(), "assumptions")
        path.check(assumptions()[name], f"assumptions.{name}")
    found = {}
    for name, entry in assumptions().items():
        default = default_over(entry, years)
        value = paths[name].over(years) if name in paths else default
        found[name] = np.where(np.isnan(value), default, value)
    return found
