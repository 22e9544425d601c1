"""The city, year by year.

One year of `CityModel.step`, from the census date of one year to that of the next:

1.  policy       read the levers and assumptions in force
2.  demography   age, die, be born, finish school
3.  families     leave home, form couples, dissolve households; the roster is put in order
4.  labour       firms set jobs by town, sector and skill
5.  labour       workers are matched, with commuting; wages respond
6.  incomes      households receive income from four sources; land changes hands between farmers
7.  moving       arrive from outside, leave, return, move between towns and from village to town
8.  housing      homes are allocated (inside 3 and 7); prices and rents respond; builders start homes
9.  hukou        migrants and villagers consider converting
10. services     schools, beds and other services fill up
11. land         urban land grows and villages around it become urban
12. budgets      county budgets close
13. indicators   what is reported is recorded, and the accounts are checked exactly
"""

import gc
from collections.abc import Callable
from contextlib import contextmanager
from functools import lru_cache

import mesa
import numpy as np

from sim import accounts, groups, indicators, opening
from sim.catalogue import Parameters
from sim.codes import CENSUS_YEARS, HOME_TYPES
from sim.data import load_pack
from sim.draws import stream
from sim.engine import default_threads
from sim.paths import LAST_YEAR
from sim.policy import Policy, compile_policy
from sim.state import Signals, TownState
from sim.steps import budgets, demography, families, housing, hukou, incomes, labour, land, moving, roster, services
from sim.synthesis import start_population
from sim.town import OutsidePlace, Town

FLOWS = (
    "births",
    "deaths",
    "arrivals",
    "departures",
    "moves_in",
    "moves_out",
    "conversions",
    "households_formed",
    "households_dissolved",
    "insitu_in",
    "insitu_out",
    "jobs_taken",
    "jobs_left",
    "public_let",
    "public_let_migrants",
)

STEPS: tuple[tuple[str, Callable], ...] = (
    ("demography", demography.demography),
    ("families", families.families),
    ("labour", labour.labour),
    ("incomes", incomes.incomes),
    ("groups", groups.count),
    ("moving", moving.moving),
    ("housing", housing.housing),
    ("hukou", hukou.hukou),
    ("services", services.services),
    ("land", land.land),
    ("budgets", budgets.budgets),
    ("indicators", indicators.record),
    ("accounts", accounts.check),
)


@lru_cache(maxsize=16)
def _without_scenario(pack, year: int) -> Policy:
    """What holds in a year without a scenario."""
    return compile_policy([], {}, pack, year, year)


@contextmanager
def without_cycle_search():
    """No search for cycles of dead objects meanwhile: a year makes thousands of small arrays and no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class CityModel(mesa.Model):
    """An agent-based city: people and households as columns, towns and outside places as Mesa agents.

    Args:
        policy: levers and assumptions by year (`sim.policy.compile_policy`); None = what holds without a scenario.
        start: a census year (2010 or 2020); the start population is synthesised from that census.
        scale: share of the households that are simulated, 0 < scale <= 1.
        seed: seed of the run; all chance is a function of it (`sim.draws`).
        threads: threads for the kernels; never changes a result.
        parameters: replaces defaults of the catalogue's parameters by key.
        population: a start population to use instead of the synthetic one (tests, lessons).
        frozen: signals of another run's `signals.history`, to cut the channels between people (tests).
    """

    def __init__(
        self,
        policy: Policy | None = None,
        *,
        start: int = 2020,
        end: int = LAST_YEAR,
        scale: float = 0.01,
        seed: int = 1,
        threads: int | None = None,
        pack=None,
        parameters: dict | None = None,
        population=None,
        frozen: dict | None = None,
        record_signals: bool = False,
    ):
        super().__init__(rng=seed)
        if start not in CENSUS_YEARS:
            raise ValueError(f"start must be a census year, one of {CENSUS_YEARS}, got {start}")
        self.pack = load_pack() if pack is None else pack
        self.seed, self.scale, self.start, self.year = seed, scale, start, start
        self.threads = threads or default_threads()
        self.par = Parameters(parameters)
        self.start_policy = _without_scenario(self.pack, start)  # the start state is data
        self.T, self.O, self.C = len(self.pack.towns), len(self.pack.outside), len(self.pack.counties)
        self.P = 2 * self.T + self.O
        self.signals = Signals(frozen, record_signals)
        self._streams: dict[tuple[int, int], np.uint64] = {}  # those asked for so far
        self._levers: dict[tuple[str, int], np.ndarray] = {}  # the same
        self.check_accounts = frozen is None
        self.watch: Callable[[str, CityModel], None] | None = None  # called before each step (see sim.trace)
        self.town_agents = [Town(self, i, town) for i, town in enumerate(self.pack.towns)]
        self.outside_agents = [OutsidePlace(self, self.T + i, o) for i, o in enumerate(self.pack.outside)]
        plain = population is None and frozen is None and not record_signals
        self._open((self.pack.hash, start, scale, seed, self.par.fingerprint) if plain else None, population)
        self.policy = policy or compile_policy([], {}, self.pack, start, end)  # not before: no opening may depend on it

    def _open(self, key: tuple | None, population) -> None:
        """The state of the start year, copied from an earlier city of the same luck where there is one (`opening`)."""
        state = key and opening.restore(key)
        if state:
            vars(self).update(state)
            return
        before = set(vars(self)) - {"signals"}
        self._populate(population)
        self.towns = TownState.empty(self.T, self.C)
        self._open_year()
        self._initialise()
        if key:
            opening.keep(key, {name: value for name, value in vars(self).items() if name not in before})

    def _populate(self, population) -> None:
        population = population or start_population(self.pack, self.start, self.scale)
        people, households = population.people, population.households  # a city grows: rows for some years
        self.people, self.households = (table.copy(room=len(table) // 5) for table in (people, households))
        roster.put_in_order(self.people, self.households)
        size = self.pack.outside_residents(self.start).astype(float)
        other = np.flatnonzero(~self.pack.outside_same_province)
        size[other] = self.par.moving.provinces_people
        self.outside_size = size

    def _open_year(self) -> None:
        self.flow = {name: np.zeros(self.P, np.int64) for name in FLOWS}
        types = (2 * self.T, HOME_TYPES)
        kinds = ("completed", "demolished", "reclassified_in", "reclassified_out")
        self.homes_flow = {name: np.zeros(types, np.int64) for name in kinds}
        self.money: dict[str, np.ndarray] = {}
        self.land_flow: dict[str, np.ndarray] = {}

    def _initialise(self) -> None:
        """State of places at the start census, from its people; then the row of the start year."""
        for step in (demography, labour, housing, families, land, budgets, services, incomes, moving):
            step.initialise(self)
        indicators.initialise(self)
        accounts.open_books(self)
        groups.count(self)
        indicators.record(self)

    def step(self) -> None:
        """One year (see the list at the top of this file)."""
        self.year += 1
        self._open_year()
        for name, run in STEPS:
            if self.watch:
                self.watch(name, self)
            run(self)

    def run_until(self, end: int, progress: Callable[[int], None] | None = None) -> "CityModel":
        """Live until 1 November of `end`."""
        if not self.year <= end <= LAST_YEAR:
            raise ValueError(f"end must be from {self.year} to {LAST_YEAR}, got {end}")
        with without_cycle_search():
            while self.year < end:
                self.step()
                if progress:
                    progress(self.year)
        return self

    @property
    def datacollector(self) -> mesa.DataCollector:
        """Mesa's data collector with every indicator of the whole city, filled from the rows recorded so far."""
        return indicators.collector(self)

    def records(self) -> tuple[list[int], list[str], list[str], np.ndarray]:
        """(years, places, indicators, float64[year, place, indicator]); NaN where an indicator has no meaning."""
        return indicators.records(self)

    # what steps read

    def lever(self, name: str) -> np.ndarray:
        """float64[T]: the lever in force this year, by town; a scenario acts from the first year lived."""
        at = name, self.year
        if at not in self._levers:
            self._levers[at] = (self.start_policy if self.year == self.start else self.policy).lever(*at)
        return self._levers[at]

    def away(self, kind: str) -> np.ndarray | None:
        """float64[T]: share of jobs or arrivals that events keep away this year; None where the policy has none."""
        return None if self.year == self.start else self.policy.away(kind, self.year)

    def assumption(self, name: str) -> float:
        """The assumption in force this year."""
        return (self.start_policy if self.year == self.start else self.policy).assumption(name, self.year)

    def stream(self, decision: int, year: int | None = None) -> np.uint64:
        """Stream of keyed chance of a decision, this year unless said."""
        at = decision, self.year if year is None else year
        if at not in self._streams:
            self._streams[at] = stream(self.seed, *at)
        return self._streams[at]

    # what a look inside may change between two steps (`sim.inside`): another world from there on

    def set_lever(self, name: str, value: np.ndarray) -> None:
        """Another float64[T] of a lever in this year."""
        self.lever(name)  # refuses a name that is none
        self._levers[name, self.year] = np.asarray(value, np.float64)

    def set_parameters(self, values: dict) -> None:
        """Other values of parameters from here on; those of the moves in both their forms."""
        self.par = Parameters({**self.par.values, **values})
        self.age_intensity, self.looker_ages = moving.age_profiles(self.par.moving)

    def publish(self, name: str, value: np.ndarray) -> np.ndarray:
        """Publish a signal; returns the value in force."""
        return self.signals.publish(name, value, self.year)
