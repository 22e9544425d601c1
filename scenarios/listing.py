"""Lists for the command line and other programs, made from the catalogue, the pack and the library."""

from typing import Any

from sim import catalogue
from sim.catalogue import Entry

COLUMNS = {
    "levers": ["key", "title", "unit", "default", "levels", "bounds", "group"],
    "assumptions": ["key", "title", "unit", "default", "bounds"],
    "parameters": ["key", "title", "unit", "default", "bounds", "kind", "group"],
    "indicators": ["key", "title", "unit", "basis"],
    "scenarios": ["key", "title", "rationale"],
    "places": ["key", "title", "kind"],
    "lessons": ["key", "title", "question", "file"],
}


def rows(what: str) -> list[dict[str, Any]]:
    """One dictionary an entry, ready for JSON."""
    if what == "scenarios":
        return _scenarios()
    if what == "places":
        return _places()
    if what == "lessons":
        return _lessons()
    return [_entry(entry) for entry in getattr(catalogue, what)().values()]


def _entry(entry: Entry) -> dict[str, Any]:
    group = entry.extra.get("family", entry.group)
    row = {"key": entry.key, "title": entry.title, "unit": entry.unit, "group": group}
    if entry.default is not None:
        row |= {"default": entry.default, "bounds": list(entry.bounds)}
    return row | {k: v for k, v in entry.extra.items() if k != "family"}


def _scenarios() -> list[dict[str, Any]]:
    from scenarios.scenario import library, load

    found = [load(name) for name in library()]
    return [
        {"key": s.id, "title": s.name, "rationale": s.rationale, "extends": list(s.extends), "hash": s.hash}
        | s.content()
        for s in found
    ]


def _lessons() -> list[dict[str, Any]]:
    """Every lesson; the first broken file ends it, with the error that says what is wrong."""
    from scenarios.lessons import course
    from sim.data import load_pack

    lessons, broken = course(load_pack())
    if broken:
        raise broken[0].error
    return [{"key": one.id, "title": one.title, "question": one.question, "file": one.file} for one in lessons]


def _places() -> list[dict[str, Any]]:
    from sim.data import load_pack
    from sim.policy import place_ranks

    pack = load_pack()
    kinds = ("city", "region", "cluster", "county", "town")
    special = dict.fromkeys(pack.tiers, "tier") | dict.fromkeys(pack.pair_ids, "pair")
    return [
        {
            "key": place,
            "title": {lang: pack.place_name(place, lang) for lang in ("zh", "en")},
            "kind": special.get(place, kinds[rank]),
            "towns": [pack.towns[t] for t in pack.towns_of(place)],
        }
        for place, rank in sorted(place_ranks(pack).items(), key=lambda item: item[1])
    ]
