"""The address of a screen: a query string that holds a policy, assumptions, a seed and how they are looked at.

    permit_parity=0.9&job_growth_tertiary.east=2&a.neighbour_pull=1.2&seed=1&futures=10&v=...&lang=zh&view=sandbox

    x.jobs_lost.2027.east=10:3        an event: kind, year, places (joined by -); size in percent and years of recovery
    parameters=ensemble               each future has a parameter set of the fitted ensemble

`<lever>` or `<lever>.<place>` names a lever (no place: the whole city), `a.<assumption>` an assumption; the
value is a path:

    0.9                    from the first year lived
    2025:0.9               from a year on
    2022:0.7,2030:1        by year, linear between
    all:0.9                all years
    only2027:-5            that year only

The same string gives the same numbers in the app, on the command line (`jiangmen run --from-url`) and in Python. An
entry that cannot be used is never used: it is named among the problems.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qsl, urlencode, urlsplit

from scenarios.errors import ScenarioError
from scenarios.experiments.ensembles import fitted_ensemble
from scenarios.scenario import Scenario, setting_order
from sim.catalogue import CatalogueError, Entry, assumptions, levers, shock_kinds
from sim.paths import LAST_YEAR, Path, PolicyError
from sim.policy import Setting, check_place, compile_policy, place_ranks, unknown
from sim.shocks import Shock, check_shocks

START, END = 2020, 2035  # an address speaks of this run
FROM_YEAR = START + 1  # first year lived: a bare value holds from here
SEED, FUTURES, SCALE = 1, 10, 0.01
ENSEMBLE = "ensemble"  # parameters=ensemble
MOST_FUTURES = 1000
# how the screen is looked at; the app checks their values
LOOKS = (
    "lang", "view", "left", "right", "big", "year", "map", "why", "table", "pins", "mode", "lesson", "step", "class",
)  # fmt: skip
ASSUMED, EVENT, PLACES = "a.", "x.", "-"
LONGEST = 8000  # characters of an address that are read
_NUMBER = r"[+-]?(?:\d{1,12}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?"
_VALUE = re.compile(_NUMBER)
_STEP = re.compile(rf"(only)?(\d{{4}}|all):({_NUMBER})")


@dataclass(frozen=True)
class Address:
    """What an address holds, checked. `version` is that of the model which it was made with ("" if it says none)."""

    settings: tuple[Setting, ...] = ()
    assumptions: Mapping[str, Path] = field(default_factory=dict)
    shocks: tuple[Shock, ...] = ()
    seed: int = SEED
    futures: int = FUTURES
    scale: float = SCALE
    parameters: str = ""
    version: str = ""
    look: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[ScenarioError, ...] = ()

    @cached_property
    def scenario(self) -> Scenario:
        """The policy under the assumptions and events."""
        return scenario_of(self.settings, self.assumptions, self.shocks)

    @cached_property
    def baseline(self) -> Scenario:
        """What it is compared with: no policy set, the same assumptions and events."""
        return scenario_of((), self.assumptions, self.shocks)

    @property
    def options(self) -> dict:
        """Options of `scenarios.run_all` that give the numbers of the screen."""
        return {
            "start": START, "end": END, "scale": self.scale, "replicates": self.futures, "seed": self.seed,
            "parameters": fitted_ensemble() if self.parameters else None,
        }  # fmt: skip


def scenario_of(settings: Iterable[Setting], assumed: Mapping[str, Path], shocks: tuple[Shock, ...] = ()) -> Scenario:
    """A scenario as it is made by hand: `current`, or `baseline` where no lever is set."""
    settings = tuple(settings)
    name = {"zh": "当前", "en": "Current"} if settings else {"zh": "基准", "en": "Baseline"}
    identity = "current" if settings else "baseline"
    return Scenario(id=identity, name=name, settings=settings, assumptions=dict(assumed), shocks=shocks)


def write_address(address: Address, pack) -> str:
    """The query string, without `?`; `read_address` reads it back to the same scenario."""
    parts = []
    for s in address.settings:
        key = s.lever if s.place == pack.city_id else f"{s.lever}.{s.place}"
        parts.append((key, write_value(s.path)))
    parts += [(ASSUMED + name, write_value(path)) for name, path in address.assumptions.items()]
    for e in address.shocks:
        parts.append((f"{EVENT}{e.kind}.{e.year}.{PLACES.join(e.places)}", f"{_number(e.size)}:{e.recovery}"))
    parts += [("seed", str(address.seed)), ("futures", str(address.futures))]
    if address.scale != SCALE:
        parts.append(("scale", _number(address.scale)))
    if address.parameters:
        parts.append(("parameters", address.parameters))
    if address.version:
        parts.append(("v", address.version))
    parts += [(key, address.look[key]) for key in LOOKS if address.look.get(key)]
    return urlencode(parts, safe=":,@.")


def read_address(text: str | Mapping[str, str], pack=None) -> Address:
    """From a whole URL, a query string or its parts. Never raises for what stands in it: see `problems`."""
    if pack is None:
        from sim.data import load_pack

        pack = load_pack()
    reader = _Reader(pack)
    pairs = text.items() if isinstance(text, Mapping) else _pairs(str(text), reader)
    for key, value in pairs:
        reader.take(str(key), str(value))
    return reader.address()


def _pairs(text: str, reader: "_Reader") -> list[tuple[str, str]]:
    if len(text) > LONGEST:
        reader.refuse("url", f"is longer than {LONGEST} characters", f"超过 {LONGEST} 个字符")
        return []
    try:
        query = urlsplit(text).query if "?" in text or "://" in text else text
        return parse_qsl(query, keep_blank_values=True)
    except ValueError as error:
        reader.refuse("url", f"cannot be read ({error})", f"无法解析（{error}）")
        return []


def write_value(path: Path) -> str:
    """A path as one value of an address."""
    if not path.years:
        return f"all:{_number(path.values[0])}"
    if path.single:
        return f"only{path.years[0]}:{_number(path.values[0])}"
    if path.years == (FROM_YEAR,):
        return _number(path.values[0])
    return ",".join(f"{year}:{_number(value)}" for year, value in zip(path.years, path.values, strict=True))


def read_value(text: str, entry: Entry, where: str) -> Path:
    """A path that is within the catalogue's bounds, or PolicyError."""
    path = _path_of(text, where)
    path.check(entry, where)
    return path


def _path_of(text: str, where: str) -> Path:
    if _VALUE.fullmatch(text):
        return Path.starting(FROM_YEAR, float(text))
    steps = [_STEP.fullmatch(part) for part in text.split(",")]
    if not all(steps) or (len(steps) > 1 and any(s[1] or s[2] == "all" for s in steps)):
        raise PolicyError(
            f"must be a number, or year:value pairs with commas between, got {text[:40]!r}",
            f"须为数字，或以逗号分隔的“年份:取值”，现为 {text[:40]!r}",
            where,
        )
    values = tuple(float(s[3]) for s in steps)
    if steps[0][2] == "all":
        if steps[0][1]:
            raise PolicyError("`only` needs a year", "only 须跟年份", where)
        return Path.constant(values[0])
    return Path(tuple(int(s[2]) for s in steps), values, single=bool(steps[0][1]))


def _number(value: float) -> str:
    """The shortest text that reads back to the same number."""
    return repr(float(value)).removesuffix(".0")


class _Reader:
    """Takes the parts of an address one by one and keeps what can be used."""

    def __init__(self, pack):
        self.pack = pack
        self.ranks = place_ranks(pack)
        self.settings: dict[tuple[str, str], Setting] = {}
        self.assumed: dict[str, Path] = {}
        self.shocks: dict[str, Shock] = {}
        self.found: dict = {}
        self.look: dict[str, str] = {}
        self.problems: list[ScenarioError] = []

    def refuse(self, field: str, en: str, zh: str) -> None:
        self.problems.append(ScenarioError(en, zh, field=field[:60]))

    def take(self, key: str, value: str) -> None:
        try:
            if key in LOOKS:
                self.look[key] = value
            elif key == "v":
                self.found["version"] = value[:64]
            elif key in ("seed", "futures"):
                self._whole(key, value, (2**63 - 1) if key == "seed" else MOST_FUTURES)
            elif key == "scale":
                self._scale(value)
            elif key == "parameters":
                self._parameters(value)
            elif key.startswith(ASSUMED):
                self._assumption(key, value)
            elif key.startswith(EVENT):
                self._event(key, value)
            else:
                self._lever(key, value)
        except PolicyError as error:
            self.refuse(error.field or key, error.en, error.zh)

    def _whole(self, key: str, value: str, most: int) -> None:
        least = 0 if key == "seed" else 1
        if not re.fullmatch(r"[0-9]{1,19}", value) or not least <= int(value) <= most:
            raise PolicyError(
                f"must be a whole number from {least} to {most}, got {value[:40]!r}",
                f"须为 {least} 至 {most} 的整数，现为 {value[:40]!r}",
                key,
            )
        self.found[key] = int(value)

    def _scale(self, value: str) -> None:
        if not _VALUE.fullmatch(value) or not 0 < float(value) <= 1:
            raise PolicyError(f"must be above 0 and at most 1, got {value[:40]!r}", "须大于 0 且不超过 1", "scale")
        self.found["scale"] = float(value)

    def _parameters(self, value: str) -> None:
        if value != ENSEMBLE:
            raise PolicyError(
                f"must be {ENSEMBLE}, got {value[:40]!r}", f"须为 {ENSEMBLE}，现为 {value[:40]!r}", "parameters"
            )
        self.found["parameters"] = value

    def _assumption(self, key: str, value: str) -> None:
        name = key.removeprefix(ASSUMED)
        if name not in assumptions():
            raise unknown("assumption", name[:40], assumptions(), "assumptions")
        self.assumed[name] = read_value(value, assumptions()[name], key)

    def _event(self, key: str, value: str) -> None:
        named = re.fullmatch(r"([a-z_]{1,40})\.(\d{4})\.(.{1,200})", key.removeprefix(EVENT))
        given = re.fullmatch(rf"({_NUMBER}):(\d{{1,2}})", value)
        if not named or not given or named[1] not in shock_kinds():
            raise PolicyError(
                f"an event is {EVENT}kind.year.place=size:recovery, kinds {', '.join(shock_kinds())}; got {key[:40]!r}",
                f"事件写作 {EVENT}种类.年份.地点=幅度:恢复年数，种类有 {'、'.join(shock_kinds())}；现为 {key[:40]!r}",
                key,
            )
        places = tuple(check_place(p[:40], self.pack, self.ranks, key) for p in named[3].split(PLACES))
        self.shocks[key] = Shock(named[1], int(named[2]), float(given[1]), places, int(given[2]))

    def _lever(self, key: str, value: str) -> None:
        lever, _, place = key.partition(".")
        if lever not in levers():
            raise unknown("lever", lever[:40], levers(), "levers")
        place = check_place(place[:40] or self.pack.city_id, self.pack, self.ranks, f"levers.{lever}")
        self.settings[lever, place] = Setting(lever, place, read_value(value, levers()[lever], key))

    def address(self) -> Address:
        settings = tuple(sorted(self.settings.values(), key=setting_order))
        while settings:  # each is in bounds, but all together may not be (two towns' homes add up)
            try:
                compile_policy(settings, {}, self.pack, START, LAST_YEAR)
                break
            except CatalogueError as error:
                told = error if isinstance(error, PolicyError) else PolicyError(str(error), str(error), "levers")
                self.refuse(told.field, told.en, told.zh)
                lever = [*told.field.split("."), ""][1].split(" ")[0]
                settings = tuple(s for s in settings if s.lever != lever) if lever in levers() else ()
        assumed = {name: self.assumed[name] for name in assumptions() if name in self.assumed}
        shocks = tuple(self.shocks.values())
        try:
            check_shocks(shocks, self.pack, START)
        except PolicyError as error:
            self.refuse(error.field, error.en, error.zh)
            shocks = ()
        return Address(settings, assumed, shocks, look=self.look, problems=tuple(self.problems), **self.found)
