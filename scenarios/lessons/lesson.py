"""One lesson: read from a YAML file, checked against the schema, the catalogue and the pack."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from scenarios.address import FROM_YEAR, scenario_of
from scenarios.grammar import read_assumptions
from scenarios.lessons.checking import check
from scenarios.lessons.schema import GOALS, lesson_schema
from scenarios.marked import Marked, parse_marked, read_marked
from scenarios.scenario import Scenario
from sim.catalogue import CatalogueError, levers
from sim.paths import LAST_YEAR
from sim.paths import Path as ValuePath
from sim.policy import PolicyError, Setting, compile_policy

Text = Mapping[str, str]  # zh, en
_FOLDED = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) +(?=[\u3000-\u9fff\uff00-\uffef])")
LAST_ORDER = 500  # a lesson that names no order comes after those that do


@dataclass(frozen=True)
class Figure:
    """An indicator in a place."""

    indicator: str
    place: str


@dataclass(frozen=True)
class Knob:
    """A lever that the lesson unlocks, where, and the value from which a student starts to try (None: as in force)."""

    lever: str
    place: str
    start: float | None = None


@dataclass(frozen=True)
class Question:
    """`ask` is empty where the words made from the kind and the figure are enough."""

    kind: str
    figure: Figure | None
    of: tuple[Figure, ...]
    ask: Text


@dataclass(frozen=True)
class Goal:
    """Mean difference from the baseline of at least `amount`, `up` or `down`, or the `plan`'s figure of that year."""

    figure: Figure
    kind: str
    amount: float


@dataclass(frozen=True)
class Lesson:
    """A lesson as its file describes it."""

    id: str
    file: str
    order: int
    minutes: int
    title: Text
    question: Text
    theory: Text
    knobs: tuple[Knob, ...]
    watch: Figure
    chain: tuple[Figure, ...]
    household: str
    challenge: Text
    budget: float  # 100 million yuan of 2020, programmes beyond the baseline's, all years together
    goals: tuple[Goal, ...]
    questions: tuple[Question, ...]
    assumptions: Mapping[str, ValuePath] = field(default_factory=dict)

    @property
    def baseline(self) -> Scenario:
        """What everything is compared with: nothing moved, under the lesson's assumptions."""
        return scenario_of((), self.assumptions)

    def scenario(self, values: Mapping[str, float], pack) -> Scenario:
        """The scenario of a student's levers (key -> value from the first year lived); a lever in force is not set."""
        settings = [
            Setting(k.lever, k.place, ValuePath.starting(FROM_YEAR, values[k.lever]))
            for k in self.knobs
            if k.lever in values and values[k.lever] != in_force(k, pack)
        ]
        return scenario_of(settings, self.assumptions)

    def first_try(self, pack) -> dict[str, float]:
        """The values that the file suggests to try."""
        return {k.lever: in_force(k, pack) if k.start is None else k.start for k in self.knobs}


def in_force(knob: Knob, pack) -> float:
    """What holds in the knob's place without a setting: of a quantity that adds up nothing beyond the city's own."""
    entry = levers()[knob.lever]
    return 0.0 if entry.spread == "total" and knob.place != pack.city_id else entry.in_force(FROM_YEAR)


def load_lesson(path: str | Path, pack=None, shown: str | None = None) -> Lesson:
    """The lesson of a file; ScenarioError names file, line and field in both languages.

    `shown` is the file's name in messages.
    """
    return _lesson(read_marked(Path(path), shown), Path(path).stem, pack or _pack())


def parse_lesson(text: str, name: str, pack=None) -> Lesson:
    """The lesson that a text describes."""
    return _lesson(parse_marked(text, f"{name}.yaml"), name, pack or _pack())


def _pack():
    from sim.data import load_pack

    return load_pack()


@lru_cache(maxsize=4)
def _schema(pack) -> dict[str, Any]:
    return lesson_schema(pack)


def _lesson(marked: Marked, name: str, pack) -> Lesson:
    marked.data = _as_meant(marked.data)
    check(marked, _schema(pack))
    data = marked.data
    challenge = data["challenge"]
    lesson = Lesson(
        id=name,
        file=marked.file,
        order=data.get("order", LAST_ORDER),
        minutes=data.get("minutes", 45),
        title=data["title"],
        question=data["question"],
        theory=data["theory"],
        knobs=tuple(Knob(k["lever"], k.get("place", pack.city_id), k.get("try")) for k in data["levers"]),
        watch=_figure(data["watch"], pack),
        chain=tuple(_figure(one, pack) for one in data["chain"]),
        household=data["household"],
        challenge=challenge["text"],
        budget=float(challenge["budget"]),
        goals=tuple(_goal(one, pack) for one in challenge["goals"]),
        questions=tuple(_question(one, pack) for one in data["questions"]),
        assumptions=read_assumptions(marked),
    )
    _check_levers(lesson, marked, pack)
    _check_goals(lesson, marked, pack)
    return lesson


def _as_meant(data: Any, key: str = "") -> Any:
    """Codes of places that look like numbers as text; no blanks where lines of a Chinese text were joined."""
    if isinstance(data, list):
        return [_as_meant(one) for one in data]
    if isinstance(data, dict):
        return {k: _as_meant(v, str(k)) for k, v in data.items()}
    if key == "place" and isinstance(data, int):
        return str(data)
    return _FOLDED.sub("", data) if key == "zh" and isinstance(data, str) else data


def _figure(data: dict[str, Any], pack) -> Figure:
    return Figure(data["indicator"], data.get("place", pack.city_id))


def _goal(data: dict[str, Any], pack) -> Goal:
    kind = next(key for key in GOALS if key in data)
    return Goal(_figure(data, pack), kind, float(data[kind]))


def _question(data: dict[str, Any], pack) -> Question:
    figure = _figure(data, pack) if "indicator" in data else None
    return Question(data["kind"], figure, tuple(_figure(f, pack) for f in data.get("of", ())), data.get("ask", {}))


def _check_levers(lesson: Lesson, marked: Marked, pack) -> None:
    """Places, bounds and sharing, by the rules that every scenario obeys."""
    seen = set()
    for i, knob in enumerate(lesson.knobs):
        where = f"levers.{i}"
        if knob.lever in seen:
            raise marked.error(f"lever {knob.lever!r} is given twice", f"杠杆 {knob.lever!r} 重复", f"{where}.lever")
        seen.add(knob.lever)
        start = in_force(knob, pack) if knob.start is None else knob.start
        setting = Setting(knob.lever, knob.place, ValuePath.starting(FROM_YEAR, start))
        try:
            setting.path.check(levers()[knob.lever], f"{where}.try")
            compile_policy([setting], {}, pack, FROM_YEAR, LAST_YEAR)
        except CatalogueError as error:
            zh = error.zh if isinstance(error, PolicyError) else str(error)
            en = error.en if isinstance(error, PolicyError) else str(error)
            raise marked.error(en, zh, f"{where}.try" if knob.start is not None else where) from None


def _check_goals(lesson: Lesson, marked: Marked, pack) -> None:
    """A goal of the plan needs an indicator of the plan, the whole city, and a year for which the plan has a figure."""
    from scenarios.lessons.goals import plan_figure

    for i, goal in enumerate(lesson.goals):
        if goal.kind != "plan":
            continue
        where = f"challenge.goals.{i}.plan"
        if goal.figure.place != pack.city_id:
            raise marked.error("the plan has targets for the whole city only", "规划只有全市目标", where)
        if plan_figure(goal, pack) is None:
            name, year = goal.figure.indicator, int(goal.amount)
            raise marked.error(
                f"the plan has no figure for {name!r} in {year}", f"规划没有 {name!r} 在 {year} 年的目标", where
            )
