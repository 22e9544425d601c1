"""A tiny city for tests of demography, families and the roster: two counties of one town each, one outside place.

Places 0 1 | 2 3 are the rural and urban parts of towns 0 and 1; place 4 is outside. Vital rates are simple enough to
compute with on paper; homes are always granted unless `m.homes_for` says otherwise.
"""

from types import SimpleNamespace

import numpy as np

from sim.catalogue import Parameters
from sim.codes import FEMALE, HEAD, MALE, OFFSPRING, OTHER, PARENT, SPOUSE
from sim.draws import mix, stream
from sim.households import Households
from sim.people import People
from sim.steps import demography, families, new_households, roster

FLOWS = ("births", "deaths", "moves_in", "moves_out", "households_formed", "households_dissolved")
TOWNS, OUTSIDE, COUNTIES = 2, 1, 2
PLACES = 2 * TOWNS + OUTSIDE
H, W, K, R, X = HEAD, SPOUSE, OFFSPRING, PARENT, OTHER  # head, wife (or husband), kid, parent, other


# parameters that the hand-worked examples rest on, whatever the catalogue's defaults become
PINNED = {"relative_fertility": [0.85, 1.0]}


def fake_pack(death=0.02, birth=0.1):
    """One death rate for all but infants (5 times that), one birth rate at 15 to 49; county 1 has half the deaths."""
    mortality = np.full((101, 2), death)
    mortality[0] = 5 * death
    fertility = np.zeros(101)
    fertility[15:50] = birth
    bounds = np.array([[0, 0], [1, 4], *([a, a + 4] for a in range(5, 85, 5)), [85, 100]])
    age_sex = np.zeros((COUNTIES, 19, 2), np.int64)
    age_sex[:, 5] = 500  # all are 20-24, so the schedule implies 1000 * death per thousand
    values = {
        ("crude_death_rate", 2010): np.array([1000 * death, 500 * death]),
        ("children_0_4_per_woman_15_49", 2010): np.array([0.15, 0.12]),
    }
    return SimpleNamespace(
        counties=("east", "west"),
        town_county=np.array([0, 1], np.int8),
        age_group_bounds=bounds,
        mortality=lambda year: mortality,
        fertility=lambda year: fertility,
        sex_ratio_at_birth=lambda year: 1.0,
        age_sex=lambda year: age_sex,
        county_value=lambda name, year: values[name, year],
        county_value_or=lambda name, year, default: values.get((name, year), np.full(COUNTIES, default)),
        city_value=lambda name, year: 0.15,
    )


def city(parameters=None, seed=1, threads=1, pack=None, year=2010) -> SimpleNamespace:
    """A model without people, with the attributes of the contract that these steps use."""
    m = SimpleNamespace(T=TOWNS, O=OUTSIDE, C=COUNTIES, P=PLACES, seed=seed, threads=threads, start=year, year=year)
    m.pack = pack or fake_pack()
    m.par = Parameters(PINNED | (parameters or {}))
    m.people, m.households = People(0), Households(0)
    m.stream = lambda decision: stream(m.seed, decision, m.year)
    m.levels = {"mortality_level": 1.0, "fertility_level": 1.0}
    m.assumption = lambda name: m.levels[name]
    earnings = np.full((TOWNS + OUTSIDE, 2), 50_000.0)
    m.signals = SimpleNamespace(rent=np.full(PLACES, 10_000.0), expected_earnings=earnings)  # burden 0.2, the reference
    m.homes_for = lambda requests: np.full(requests.n, 2, np.uint8)  # rented
    m.requests = []
    open_year(m)
    return m


def open_year(m, year=None) -> None:
    """Sets the counters of the year to zero; goes to `year` if given."""
    m.year = m.year if year is None else year
    m.flow = {name: np.zeros(PLACES, np.int64) for name in FLOWS}


def house(m, home, *members, tenure=1, land=0.0, hukou_kind=0, homestead=-1, key=None) -> int:
    """Adds a household; members are (role, sex, age[, key]). Returns its row."""
    row = m.households.n
    columns = dict(home=home, origin=home // 2, tie=-1, homestead=homestead, tenure=tenure, land=land, village=3)
    columns |= dict(first=m.people.n, size=len(members), key=1000 + row if key is None else key)
    roster.append_households(m, 1, **columns)
    for role, sex, age, *own in members:
        i = m.people.n
        roster.append_people(
            m,
            1,
            key=mix(np.uint64(own[0] if own else i + 1)),
            household=row,
            role=role,
            sex=sex,
            birth_year=m.year - age,
            hukou_place=min(home // 2, TOWNS),
            hukou_kind=hukou_kind,
            arrival_year=m.year - 10,
            work_town=-1,
            education=1,
            status=0 if age < 6 else 1 if age < 16 else 3,
        )
    return row


def crowd(households=400, seed=5, **how) -> SimpleNamespace:
    """A city of some hundred households of all kinds in all places, in roster order, with its steps initialised."""
    m, rng = city(**how), np.random.default_rng(seed)
    for h in range(households):
        home, age = int(rng.integers(PLACES)), int(rng.integers(22, 70))
        kind = rng.integers(4)
        sex = int(rng.integers(2))
        members = [(H, sex, age)]
        if kind >= 2:
            members.append((W, 1 - sex, max(20, age - 2)))
        if kind == 3:
            members += [(K, int(rng.integers(2)), int(rng.integers(0, 30))) for _ in range(3)]
        if kind == 1 and age < 45:
            members.append((R, FEMALE, age + 25))
        keyed = [(*member, 10 * h + n + 1) for n, member in enumerate(members)]
        house(m, home, *keyed, land=float(rng.integers(8)), key=h + 1)
    everybody(m)
    demography.initialise(m)
    families.initialise(m)
    return m


def everybody(m) -> None:
    """Puts the roster in order without any change."""
    roster.rebuild(m, np.ones(m.people.n, bool), m.people.household.copy())


def shuffle(m, seed=0) -> None:
    """Another order of households (and so of people); nothing else changes."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(m.households.n)
    rank = np.argsort(order).astype(np.int32)
    m.households.take(order)
    m.people.household = rank[m.people.household]
    m.people.take(rng.permutation(m.people.n))
    everybody(m)


def live(m, years=1) -> None:
    """Steps 2 and 3 for some years."""
    for _ in range(years):
        open_year(m, m.year + 1)
        demography.demography(m)
        families.families(m)


def by_key(m) -> dict:
    """Person's key -> everything about the person, the household named by its key."""
    p, h = m.people, m.households
    names = [f for f in People.FIELDS if f not in ("key", "household")]
    columns = [getattr(p, f) for f in names]
    return {int(p.key[i]): (int(h.key[p.household[i]]), *(float(c[i]) for c in columns)) for i in range(p.n)}


def grant_homes(monkeypatch, m) -> None:
    """Homes are given by `m.homes_for(requests)`; the requests of the run are kept in `m.requests`."""

    def allocate(model, requests, call=None):
        m.requests.append(requests)
        return m.homes_for(requests)

    monkeypatch.setattr(new_households.housing, "allocate", allocate)


def check_roster(m) -> None:
    """What every step may rely on after the roster was rebuilt."""
    p, h = m.people, m.households
    assert (h.size > 0).all() and h.size.sum() == p.n
    assert np.array_equal(h.first, np.cumsum(h.size) - h.size)
    assert np.array_equal(p.household, np.repeat(np.arange(h.n), h.size))
    assert len(np.unique(p.key)) == p.n
    assert (p.role[h.first] == HEAD).all() and (p.role == HEAD).sum() == h.n
    assert np.bincount(p.household[p.role == SPOUSE], minlength=h.n).max(initial=0) <= 1
    assert np.array_equal(np.lexsort((p.key, p.birth_year, p.role, p.household)), np.arange(p.n))
    assert ((h.tie >= -1) & (h.tie < h.n)).all()


__all__ = ["FEMALE", "MALE", "H", "K", "R", "W", "X"]
