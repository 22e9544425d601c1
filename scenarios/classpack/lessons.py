"""One lesson as a grid of runs: its lever at the named levels and at the value that the lesson tries."""

from collections.abc import Mapping
from dataclasses import dataclass

from scenarios.address import START
from scenarios.handout.axes import Grid, grid_of, of_values
from scenarios.handout.contents import Runs, Words
from scenarios.lessons.course import course
from scenarios.lessons.evidence import OfResult, Pairs
from scenarios.lessons.goals import Judged, judge
from scenarios.lessons.lesson import Lesson
from scenarios.scenario import Scenario
from sim.catalogue import levers
from sim.catalogue.lever_fields import KEEP, PLAN

LEVERS = 1  # a lesson with more levers is a closing exercise, for the app: its grid would not fit on paper


@dataclass(frozen=True)
class Taught:
    """A lesson and its runs."""

    lesson: Lesson
    grid: Grid
    runs: Runs

    @property
    def scale(self) -> float:
        """Of the larger city, from which conclusions are drawn."""
        return max(self.runs)

    def pairs(self, scenario: Scenario, scale: float | None = None) -> Pairs:
        """A position of the lever beside the baseline."""
        results = self.runs[scale or self.scale]
        return Pairs(OfResult(results[self.grid.reference.hash]), OfResult(results[scenario.hash]))

    def judged(self, scenario: Scenario, pack) -> Judged:
        """The challenge at a position of the lever."""
        return judge(self.lesson, self.pairs(scenario), pack)


def on_paper(pack) -> list[Lesson]:
    """The lessons that a hand-out can carry, in the order of the course."""
    return [lesson for lesson in course(pack)[0] if len(lesson.knobs) == LEVERS]


def grid_of_lesson(lesson: Lesson, pack) -> Grid:
    """Named levels where they are within reach of the place, and the value that the lesson tries."""
    knob = lesson.knobs[0]
    entry = levers()[knob.lever]
    everywhere = knob.place == pack.city_id or entry.spread != "total"
    named = {float(v): name for name, v in entry.levels.items() if name != PLAN} if everywhere else {}
    if not everywhere:
        low, high = 0.0, knob.start or entry.levels["maximum"] - entry.levels[KEEP]
        named = {low: KEEP, high / 2: "", high: ""}
    if knob.start is not None:
        named.setdefault(float(knob.start), "")
    return grid_of([of_values(entry, knob.place, named, pack)], lesson.baseline)


def words_of(lesson: Lesson, pack) -> Words:
    """What stands over the lever, and the two charts: what the lesson watches, and the first link of its chain."""
    figures = [lesson.watch, *lesson.chain]
    charts = [(f.indicator, "" if f.place == pack.city_id else f.place) for f in figures]
    return Words(
        _plain(lesson.title), _plain(lesson.question), _plain(lesson.theory), tuple(dict.fromkeys(charts)),
        tuple(f.indicator for f in figures),
    )  # fmt: skip


def _plain(text: Mapping[str, str]) -> dict[str, str]:
    return {lang: " ".join(said.split()) for lang, said in text.items()}


def people_of(pack, scale: float) -> int:
    """About how many people a sample has at the start."""
    return round(float(pack.town_residents(START).sum()) * scale)
