"""The runs of a lesson: the small city, other small cities, then the larger city; one household in both worlds."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from scenarios.address import END, START
from scenarios.lessons import Lesson
from scenarios.lessons.evidence import Evidence, Pairs
from scenarios.outputs import model_version
from scenarios.runner import replicate_seed
from scenarios.scenario import Scenario
from sim.inside.cases import Case, find_case
from sim.inside.samples import LARGER
from sim.inside.worlds import World
from sim.synthesis import start_population
from ui.city import city_pack
from ui.desk import Desk
from ui.ensemble import Ensemble
from ui.simulate import Size, ask, memory, pairs, prepare, wait_for

SMALL = 0.001  # the teaching city: about five thousand people
FUTURES = 10
CASE_BYTES = 20_000  # that a remembered case is booked with


def small_size(desk: Desk) -> Size:
    """The teaching city."""
    scale = float(os.environ.get("JIANGMEN_TEACH_SCALE", SMALL))
    futures = int(os.environ.get("JIANGMEN_APP_REPLICATES", FUTURES))
    return Size(scale, futures, futures, desk.address.seed)


def large_size(desk: Desk) -> Size:
    """The city with which it is compared: that of the other views."""
    size = Size.of(desk.address)
    return replace(size, refined=size.futures)


def people_at(scale: float) -> int:
    """Agents of the start population at a scale."""
    return len(start_population(city_pack(), START, scale).people)


def small_pairs(desk: Desk, lesson: Lesson, values: Mapping[str, float], tick=lambda done: None) -> Pairs:
    """All futures of the small city."""
    *_, last = pairs(lesson.baseline, lesson.scenario(values, city_pack()), small_size(desk), tick)
    return Pairs(*last)


def evidence(
    desk: Desk, lesson: Lesson, values: Mapping[str, float], tick: Callable[[str], None] = lambda what: None
) -> Iterator[Evidence]:
    """What is known of a student's policy, ever more: the small city, its sampling error, the larger city.

    `tick` is told what is being waited for; what it raises ends the waiting.
    """
    scenario = lesson.scenario(values, city_pack())
    scales = small_size(desk).scale, large_size(desk).scale
    found = Evidence(small_pairs(desk, lesson, values, lambda done: tick("small")), scales=scales)
    yield found
    found = replace(
        found, samples=other_cities(lesson.baseline, scenario, small_size(desk), lambda done: tick("samples"))
    )
    yield found
    *_, last = pairs(lesson.baseline, scenario, large_size(desk), lambda done: tick("large"))
    yield replace(found, large=Pairs(*last))


def other_cities(baseline: Scenario, scenario: Scenario, size: Size, tick: Callable[[int], None]) -> Pairs:
    """One future of each of ten small cities that share no household, all with the same run seed."""
    prepare(size.scale)
    prepare(LARGER * size.scale)
    asked = [(ask(baseline, size, 0, part=part), ask(scenario, size, 0, part=part)) for part in range(LARGER)]
    wait_for(asked, tick)
    done = [(before.result(), after.result()) for before, after in asked]
    return Pairs(Ensemble.of_runs([b for b, _ in done]), Ensemble.of_runs([a for _, a in done]))


@dataclass(frozen=True)
class Kept:
    """Something else than a run, as the store of runs keeps it: a case, a life, the flips of a parameter."""

    value: Any
    nbytes: int = CASE_BYTES


def case_of(desk: Desk, lesson: Lesson, values: Mapping[str, float]) -> Future:
    """The future with the household that tells what the policy did: first future of the small city."""
    scenario, size = lesson.scenario(values, city_pack()), small_size(desk)
    key = ("case", model_version(city_pack().hash), lesson.household, lesson.baseline.hash, scenario.hash, size)
    return memory().ask(key, lambda: Kept(_case(lesson, scenario, size)))


def _case(lesson: Lesson, scenario: Scenario, size: Size) -> Case | None:
    return find_case(lesson.household, world_of(lesson.baseline, size), world_of(scenario, size), END)


def world_of(scenario: Scenario, size: Size, parameters: dict | None = None) -> World:
    """The first future of a scenario, to be looked into."""
    prepare(size.scale)
    options = {"scale": size.scale, "seed": replicate_seed(size.seed, 0), "threads": 1, "pack": city_pack()}
    return World(scenario.policy(city_pack(), START, END), START, options | {"parameters": parameters})
