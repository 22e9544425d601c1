"""What may stand under `shocks:` in a scenario file: a list of named events.

    shocks:
      - {kind: jobs_lost, year: 2027, size: 10, place: east, recovery: 3}
      - {kind: arrivals_stopped, year: 2028, size: 80}                       whole city, that year only
      - {kind: homes_lost, year: 2029, size: 5, place: [440781T12, 440781T08], recovery: 2}

`size` is in percent, `recovery` in years (1 unless said: that year only), `place` one place or a list; homes are lost
in named towns. `unit` is optional and must be the catalogue's.
"""

from difflib import get_close_matches
from typing import Any

from scenarios.marked import Marked
from sim.catalogue import shock_kinds
from sim.paths import PolicyError
from sim.policy import check_place, place_ranks
from sim.shocks import Shock, check_shock

KEYS = ("kind", "year", "size", "unit", "place", "recovery")
NEEDED = ("kind", "year", "size")


def read_shocks(marked: Marked, pack) -> tuple[Shock, ...]:
    """The events under `shocks:` in the order of the file."""
    raw = marked.data.get("shocks")
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise marked.error("must be a list of events", "须为事件列表", "shocks")
    ranks = place_ranks(pack)
    try:
        return tuple(_read(item, pack, ranks, f"shocks.{i}") for i, item in enumerate(raw))
    except PolicyError as error:
        raise marked.error(error.en, error.zh, error.field) from None


def _read(raw: Any, pack, ranks, field: str) -> Shock:
    if not isinstance(raw, dict):
        raise PolicyError(f"must be {{{', '.join(KEYS)}}}", f"须为 {{{', '.join(KEYS)}}}", field)
    for key in raw:
        if key not in KEYS:
            raise _unknown("key", "键", str(key), KEYS, f"{field}.{key}")
    for key in NEEDED:
        if key not in raw:
            raise PolicyError(f"`{key}` is missing", f"缺少 {key}", field)
    if raw["kind"] not in shock_kinds():
        raise _unknown("kind of event", "事件类型", str(raw["kind"]), tuple(shock_kinds()), f"{field}.kind")
    entry = shock_kinds()[raw["kind"]]
    if raw.get("unit", entry.unit) != entry.unit:
        raise PolicyError(
            f"unit of {entry.key} is {entry.unit}, got {raw['unit']!r}",
            f"“{entry.title['zh']}”的单位是 {entry.unit}，现为 {raw['unit']!r}",
            f"{field}.unit",
        )
    if entry.key == "homes_lost" and "place" not in raw:
        raise PolicyError("homes are lost in named towns: `place` is missing", "住房损毁须写明镇街：缺少 place", field)
    said = raw.get("place", pack.city_id)
    places = tuple(str(p) for p in (said if isinstance(said, list) else [said]))
    if not places:
        raise PolicyError("names no place", "未写明地点", f"{field}.place")
    for place in places:
        check_place(place, pack, ranks, f"{field}.place")
    shock = Shock(entry.key, raw["year"], raw["size"], places, raw.get("recovery", 1))
    check_shock(shock, pack, field)
    return shock


def _unknown(word: str, zh_word: str, name: str, known: tuple[str, ...], field: str) -> PolicyError:
    near = next(iter(get_close_matches(name, known, n=1)), "")
    en = f"; did you mean {near!r}?" if near else f"; known: {', '.join(known)}"
    zh = f"；是否指 {near!r}？" if near else f"；可用：{'、'.join(known)}"
    return PolicyError(f"unknown {word} {name!r}{en}", f"未知{zh_word} {name!r}{zh}", field)


def write_shock(shock: Shock) -> dict[str, Any]:
    """The event as it stands in a file; `read_shocks` reads it back."""
    place = shock.places[0] if len(shock.places) == 1 else list(shock.places)
    found = {"kind": shock.kind, "year": shock.year, "size": float(shock.size), "unit": shock_kinds()[shock.kind].unit}
    return found | {"place": place, "recovery": shock.recovery}
