"""What may stand under `levers:` and `assumptions:` in a scenario file, and its meaning.

    levers:
      permit_parity: 0.9                                     one value, whole city
      permit_parity: {from: 2025, value: 0.9, unit: share}   from a year on
      permit_parity: {2022: 0.7, 2030: 1.0}                  path by year, linear between
      permit_parity: {east: 0.9, 440781T01: {from: 2025, value: 1}}   by place
      permit_parity: active                                  a named level (see scenarios.levels)
      permit_parity: {from: 2025, level: maximum}            wherever a number may stand, a level may
    assumptions:
      jobs_shock: {only: 2027, value: -5}                    one year only

Keys of four digits are years, other keys are places. `unit` is optional and must be the catalogue's.
"""

from difflib import get_close_matches
from typing import Any

from scenarios.levels import value_of
from scenarios.marked import Marked
from sim.catalogue import Entry, assumptions, levers
from sim.paths import Path, PolicyError, check_year
from sim.policy import Setting, check_pair, check_place, place_ranks, unknown

_WORDS = {"value", "level", "unit", "from", "only"}


def read_settings(marked: Marked, pack) -> list[Setting]:
    """The settings under `levers:` in the order of the file."""
    ranks = place_ranks(pack)
    found = []
    for lever, raw in _mapping(marked, "levers").items():
        where = f"levers.{lever}"
        if lever not in levers():
            raise _marked(marked, unknown("lever", lever, levers(), "levers"))
        entry = levers()[lever]
        if not isinstance(raw, dict) or _is_path(raw):
            raw, inside = {pack.city_id: raw}, ""
        else:
            inside = "."
        if not raw:
            raise marked.error("a value is missing", "缺少取值", where)
        for key, spec in raw.items():
            place = str(key)
            field = f"{where}{inside}{place}" if inside else where
            try:
                check_place(place, pack, ranks, where)
                setting = Setting(lever, place, read_path(spec, entry, field, place, pack))
                check_pair(setting, pack)
                found.append(setting)
            except PolicyError as error:
                raise _marked(marked, error) from None
    return found


def read_assumptions(marked: Marked) -> dict[str, Path]:
    """Paths under `assumptions:`."""
    found = {}
    for name, raw in _mapping(marked, "assumptions").items():
        try:
            if name not in assumptions():
                raise unknown("assumption", name, assumptions(), "assumptions")
            found[name] = read_path(raw, assumptions()[name], f"assumptions.{name}")
        except PolicyError as error:
            raise _marked(marked, error) from None
    return found


def read_path(raw: Any, entry: Entry, field: str, place: str | None = None, pack=None) -> Path:
    """A number or level, {value or level, from or only, unit} or {year: number or level, unit} as a checked path."""

    def value(raw: Any, at: str) -> tuple[float, str]:
        return value_of(raw, entry, at, place, pack)

    if not isinstance(raw, dict):
        number, word = value(raw, field)
        return Path((), (number,), words=(word,))
    _check_unit(raw, entry, field)
    _check_words(raw, entry, field)
    years = [key for key in raw if _is_year(key)]
    if years:
        if set(raw) & {"value", "level", "from", "only"}:
            raise PolicyError("give values by year or `value`, not both", "按年份取值与 value 只能用一种", field)
        inside = {check_year(y, f"{field}.{y}"): value(raw[y], f"{field}.{y}") for y in years}
        path = Path(tuple(inside), tuple(v for v, _ in inside.values()), words=tuple(w for _, w in inside.values()))
        path.check(entry, field)
        return path
    if "value" in raw and "level" in raw:
        raise PolicyError("give `value` or `level`, not both", "value 与 level 只能用一个", field)
    if "value" not in raw and "level" not in raw:
        raise PolicyError("`value` is missing", "缺少 value", field)
    key = "value" if "value" in raw else "level"
    if key == "level" and not isinstance(raw[key], str):
        raise PolicyError("`level` must be the name of a level", "level 须为档位名称", f"{field}.level")
    number, word = value(raw[key], f"{field}.{key}")
    if "from" in raw and "only" in raw:
        raise PolicyError("give `from` or `only`, not both", "from 与 only 只能用一个", field)
    for key in ("from", "only"):
        if key in raw:
            return Path((check_year(raw[key], f"{field}.{key}"),), (number,), single=key == "only", words=(word,))
    return Path((), (number,), words=(word,))


def _check_words(raw: dict, entry: Entry, field: str) -> None:
    """Refuses keys that are neither years nor words of a path."""
    known = _WORDS if entry.role == "lever" else _WORDS - {"level"}
    others = [str(key) for key in raw if not _is_year(key) and key not in known]
    if others:
        near = get_close_matches(others[0], known, n=1)
        en = f"; did you mean {near[0]!r}?" if near else ""
        zh = f"；是否指 {near[0]!r}？" if near else ""
        names = ", ".join(w for w in ("value", "level", "from", "only", "unit") if w in known)
        raise PolicyError(
            f"unknown key {others[0]!r}; known: {names}, years{en}",
            f"未知键 {others[0]!r}；可用：{names} 或年份{zh}",
            f"{field}.{others[0]}",
        )


def write_path(path: Path, unit: str, named: bool = False) -> dict[Any, Any]:
    """The path as it stands in a file; `read_path` reads it back. `named`: levels by their names, else as numbers."""
    words = path.words if named and path.words else ("",) * len(path.values)
    if len(path.years) > 1:
        values = [word or value for word, value in zip(words, path.values, strict=True)]
        return dict(zip(path.years, values, strict=True)) | {"unit": unit}
    when = {"only" if path.single else "from": year for year in path.years}
    value = {"level": words[0]} if words[0] else {"value": path.values[0]}
    return when | value | {"unit": unit}


def _is_year(key: Any) -> bool:
    return isinstance(key, int) and not isinstance(key, bool) and 1000 <= key <= 9999


def _is_path(raw: dict) -> bool:
    """Whether a mapping under a lever is one path for the whole city, rather than places."""
    return any(key in _WORDS or _is_year(key) for key in raw)


def _check_unit(raw: dict, entry: Entry, field: str) -> None:
    if "unit" in raw and raw["unit"] != entry.unit:
        raise PolicyError(
            f"unit of {entry.key} is {entry.unit}, got {raw['unit']!r}",
            f"“{entry.title['zh']}”的单位是 {entry.unit}，现为 {raw['unit']!r}",
            f"{field}.unit",
        )


def _mapping(marked: Marked, section: str) -> dict:
    raw = marked.data.get(section)
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise marked.error("must be a mapping of names to values", "须为名称到取值的映射", section)
    return {str(key): value for key, value in raw.items()}


def _marked(marked: Marked, error: PolicyError):
    return marked.error(error.en, error.zh, error.field)
