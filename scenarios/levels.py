"""Named levels of levers (keep, moderate, active, maximum, plan) in place of numbers in a scenario file.

For the whole city, and for a lever whose value holds in each town, a level is the catalogue's number. For a smaller
place of a lever whose value is a quantity that towns share, it is that place's part of what the level adds to `keep`:
a level in the East and the same in the West are together that level in the city.
"""

from difflib import get_close_matches
from typing import Any

from sim.catalogue import Entry
from sim.catalogue.lever_fields import KEEP, LEVELS, PLAN
from sim.paths import PolicyError, check_value
from sim.policy import part_of_city


def level_names(entry: Entry) -> dict[str, str]:
    """Word -> level: keys and Chinese names of the levels that the lever has; `plan` is the one that is the plan's."""
    levels = {key: key for key in entry.levels}
    if "as_plan" in entry.extra:
        levels[PLAN] = entry.as_plan
    return {word: level for key, level in levels.items() for word in (key, LEVELS[key]["zh"])}


def value_of(raw: Any, entry: Entry, field: str, place: str | None = None, pack=None) -> tuple[float, str]:
    """(value in the lever's unit, name of the level or "") of a number or a level's name."""
    if not isinstance(raw, str) or entry.role != "lever":
        return check_value(entry, raw, field), ""
    known = level_names(entry)
    if raw not in known:
        raise _no_level(raw, entry, field)
    level = known[raw]
    return check_value(entry, _amount(entry, level, field, place, pack), field), level


def _amount(entry: Entry, level: str, field: str, place: str | None, pack) -> float:
    if entry.spread != "total" or place is None or place == pack.city_id:
        return float(entry.levels[level])
    added = float(entry.levels[level]) - float(entry.levels[KEEP])
    if added < 0:
        raise PolicyError(
            f"{level} is less than what holds ({entry.levels[KEEP]:g} {entry.unit}), which {place} alone cannot take "
            f"back; give it for the whole city ({pack.city_id})",
            f"“{LEVELS[level]['zh']}”少于现行总量（{entry.levels[KEEP]:g} {entry.unit}），不能只对 {place} 设定；"
            f"请对全市（{pack.city_id}）设定",
            field,
        )
    return round(added * part_of_city(pack, place, entry), 6)


def _no_level(raw: str, entry: Entry, field: str) -> PolicyError:
    near = next(iter(get_close_matches(raw.casefold(), level_names(entry), n=1, cutoff=0.6)), "")
    names = ", ".join(entry.levels)
    zh_names = "、".join(LEVELS[key]["zh"] for key in entry.levels)
    return PolicyError(
        f"{entry.key} must be a number in {entry.unit} or a level ({names}), got {raw!r}"
        + (f"; did you mean {near!r}?" if near else ""),
        f"“{entry.title['zh']}”须为数（单位 {entry.unit}）或档位（{zh_names}），现为 {raw!r}"
        + (f"；是否指 {near!r}？" if near else ""),
        field,
    )
