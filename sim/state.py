"""State of places and the signals that markets send to people.

T towns, O outside places, C counties; a place index is 2 * town + part (0 rural, 1 urban) for the
2 * T parts of towns and 2 * T + o for the outside place o. Quantities are in agent units: at scale
0.01 one agent home stands for 100 homes. Money is int64 fen in agent units, land int64 m2 in
agent units, so that accounts are exact.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import HOME_TYPES, NONFARM_SECTORS, SKILLS

CONSTRUCTION_LAG = 2  # years from start to completion


@dataclass
class TownState:
    """Arrays over towns and parts of towns; filled by each step's `initialise(model)`."""

    # labour [T, sector, skill]
    jobs: np.ndarray  # int64, posts
    filled: np.ndarray  # int64, posts with a worker
    base_jobs: np.ndarray  # float64, demand at reference wages, before rounding
    base_wage: np.ndarray  # float64, yuan a year, place effect of the start year
    # land and farming [T]
    farmland: np.ndarray  # float64, mu (agent units)
    farmers: np.ndarray  # int64
    urban_land: np.ndarray  # int64, m2
    rural_land: np.ndarray  # int64, m2 (all other land)
    urban_villages: np.ndarray  # int64, villages of the town that have become urban (0..VILLAGES_PER_TOWN)
    # homes [2T, home type]
    homes: np.ndarray  # int64
    pipeline: np.ndarray  # int64 [CONSTRUCTION_LAG, 2T, home type], homes under construction by years to go
    start_carry: np.ndarray  # float64 [2T, home type], fraction of a home not yet started
    # services [T]
    school_places: np.ndarray  # float64
    beds: np.ndarray  # float64
    # budget [C], fen
    balance: np.ndarray  # int64

    @classmethod
    def empty(cls, towns: int, counties: int) -> "TownState":
        t, p = towns, 2 * towns
        job = (t, NONFARM_SECTORS, SKILLS)
        i8, f8 = np.int64, np.float64
        return cls(
            jobs=np.zeros(job, i8),
            filled=np.zeros(job, i8),
            base_jobs=np.zeros(job, f8),
            base_wage=np.zeros(job, f8),
            farmland=np.zeros(t, f8),
            farmers=np.zeros(t, i8),
            urban_land=np.zeros(t, i8),
            rural_land=np.zeros(t, i8),
            urban_villages=np.zeros(t, i8),
            homes=np.zeros((p, HOME_TYPES), i8),
            pipeline=np.zeros((CONSTRUCTION_LAG, p, HOME_TYPES), i8),
            start_carry=np.zeros((p, HOME_TYPES), f8),
            school_places=np.zeros(t, f8),
            beds=np.zeros(t, f8),
            balance=np.zeros(counties, i8),
        )


# name -> (shape in words, unit, step that publishes it)
SIGNALS = {
    "wage": ("[T + O, sector, skill]", "yuan a year", "labour"),
    "job_chance": ("[T + O, skill]", "probability that a resident worker has work", "labour"),
    "expected_earnings": ("[T + O, skill]", "yuan a year, wage times chance within commuting reach", "labour"),
    "job_cutoff": ("[round, T, sector, skill]", "priority below which a seeker gets the post", "labour"),
    "farm_income": ("[T]", "yuan a year per farmer", "incomes"),
    "land_rent": ("[T]", "yuan a year per mu", "incomes"),
    "rent": ("[2T + O]", "yuan a year per standard home", "housing"),
    "price": ("[2T]", "yuan per m2", "housing"),
    "vacancy": ("[2T]", "share of commodity homes that stand empty", "housing"),
    "home_cutoff": ("[call, 2T, home type]", "priority below which a request gets a home", "housing"),
    "home_chance": ("[2T]", "chance that a request for a home is met, as movers know it", "housing"),
    "service": ("[T + O]", "index of services per entitled person, 1 = city mean at start", "services"),
    "migrant_access": ("[T]", "share of entitled pupils registered elsewhere who find a place", "services"),
    "training_chance": ("[T]", "chance that a worker who may be trained is, published where places are", "labour"),
    "network": ("[C + O, 2T]", "log(1 + residents of the place registered in that group, persons)", "moving"),
    "size": ("[2T + O]", "persons; residents of a place, or openings of an outside place", "moving"),
    "start_posts": ("[T, sector, skill]", "workers by town of residence at the start, who draw commuters", "labour"),
    "layoff_cutoff": ("[4T]", "priority below which a worker of the cell loses the post", "labour"),
    "high_skill_held": ("[T, sector]", "posts held by high-skilled workers", "labour"),
    "collective_dividend": ("[T]", "yuan a year per member of the village collective", "incomes"),
    "remittance_pool": ("[T]", "yuan a year per villager of the home town", "incomes"),
    "urban_villages": ("[T]", "villages of the town that have become urban", "land"),
    "openings": ("[round, T, sector, skill]", "open posts that seekers see", "labour"),
    "transfer_per_rural": ("[C]", "yuan a year per rural resident from land revenue", "budgets"),
}


# published for readers only: nobody acts on them
REPORTED_ONLY = ("job_chance", "vacancy")


class Signals:
    """What one step tells the others. Everything by which people affect strangers passes here.

    `signals.rent` reads; `publish` writes. With `frozen` ({(year, name): array} of another run's
    `history`) a published value is replaced by the recorded one: then nobody can affect anybody
    else, which is how the tests name each channel.
    """

    def __init__(self, frozen: dict | None = None, record: bool = False):
        self._now: dict[str, np.ndarray] = {}
        self._frozen = frozen or {}
        self.history: dict | None = {} if record else None

    def publish(self, name: str, value: np.ndarray, year: int) -> np.ndarray:
        """Set the signal; returns the value in force (the frozen one if there is one)."""
        if name not in SIGNALS:
            raise KeyError(f"unknown signal {name!r}; known: {', '.join(SIGNALS)}")
        value = self._frozen.get((year, name), value)
        self._now[name] = value
        if self.history is not None:
            self.history[year, name] = np.array(value, copy=True)
        return value

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.__dict__["_now"][name]
        except KeyError:
            raise AttributeError(f"signal {name!r} has not been published") from None
