"""The whole city: counties put together, households sorted, keys given."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtri

from sim.codes import DORMITORY, EMPLOYED, NOT_MIGRANT, NOWHERE, SAME_PROVINCE
from sim.draws import Decision, derive_key, draw, sample_keys, stream
from sim.households import Households
from sim.people import People
from sim.rules import allocating
from sim.synthesis.classes import assign_classes
from sim.synthesis.families import first_ages, make_people
from sim.synthesis.homes import assign_tenure
from sim.synthesis.leavers import make_leavers
from sim.synthesis.luck import Luck, Purpose
from sim.synthesis.origins import assign_origins
from sim.synthesis.places import assign_places, villages
from sim.synthesis.prototypes import make_prototypes
from sim.synthesis.raking import members
from sim.synthesis.registration import assign_hukou_kind, land_rights
from sim.synthesis.school import assign_education, assign_school
from sim.synthesis.targets import county_targets
from sim.synthesis.ties import add_ties
from sim.synthesis.work import assign_work, insurance_years

HOUSEHOLD_COLUMNS = ("size", "generations", "keys", "home", "hukou", "hukou_kind", "migrant", "tenure", "head_age")
PERSON_COLUMNS = ("person_keys", "role", "age", "sex", "education", "status", "sector", "self_employed")
FIRST_WORKING_AGE = 22  # from which local people may have paid insurance
ADULT = 18


def build_city(pack, year: int, par, progress: Callable[[str], None]) -> tuple[People, Households]:
    """Everybody of the city at scale 1, household by household in the order of their keys' ranks."""
    luck = Luck(year)
    progress("prototypes")
    protos = make_prototypes(luck, par)
    x = members(protos, first_ages(pack.age_group_bounds), par.start_son_share)
    towns = [np.flatnonzero(pack.town_county == c) for c in range(len(pack.counties))]
    drafts = []
    for targets in county_targets(pack, year, par):
        progress(pack.counties[targets.county])
        draft = make_people(pack, year, targets, protos, x, luck, par)
        assign_classes(draft, luck, par)
        assign_places(draft, towns[targets.county], luck, par)
        assign_tenure(draft, luck, par)
        assign_education(draft, year, pack.age_group_bounds, luck, par)
        assign_school(draft, year, luck, par)
        assign_work(draft, pack.age_group_bounds, luck, par)
        drafts.append(draft)
    progress("origins")
    assign_origins(pack, year, drafts, towns, luck, par)
    assign_hukou_kind(pack, drafts, luck, par)
    groups = drafts + make_leavers(pack, year, drafts, towns, luck, par)
    progress("assembly")
    return _assemble(pack, year, groups, luck, par)


def _assemble(pack, year: int, groups: list, luck: Luck, par) -> tuple[People, Households]:
    h = {name: np.concatenate([getattr(g, name) for g in groups]) for name in HOUSEHOLD_COLUMNS}
    order = np.argsort(_rank(h, 2 * len(pack.towns)), kind="stable")
    first = (np.cumsum(h["size"]) - h["size"])[order]
    h = {name: column[order] for name, column in h.items()}
    n = int(h["size"].sum())
    starts = np.cumsum(h["size"]) - h["size"]
    rows = np.repeat(first - starts, h["size"]) + np.arange(n)  # of the people before sorting
    households = _households(pack, year, h, starts, luck, par)
    people = People(n)
    people.household = np.repeat(np.arange(len(order), dtype=np.int32), h["size"])
    p = {}
    for name in PERSON_COLUMNS:
        p[name] = np.concatenate([getattr(g, name) for g in groups])[rows]
    _people(pack, year, people, households, h, p, luck, par)
    add_ties(people, households, len(pack.towns), h, luck, par)
    return people, households


def _rank(h: dict[str, np.ndarray], outside: int) -> np.ndarray:
    """int64[h]: sorting by place, (home town of those outside), family or not, size, generations, age of the head."""
    home_town = np.where(h["home"] >= outside, h["hukou"], 0).astype(np.int64)
    rank = h["home"].astype(np.int64)
    for value, bits in (
        (home_town, 12),
        (h["tenure"] == DORMITORY, 1),
        (h["size"], 5),
        (h["generations"], 3),
        (h["head_age"], 7),
    ):
        rank = (rank << bits) + value.astype(np.int64)
    return rank


def _households(pack, year: int, h: dict[str, np.ndarray], starts: np.ndarray, luck: Luck, par) -> Households:
    out = Households(len(starts))
    out.key = sample_keys(len(starts))
    out.first, out.size, out.home, out.origin, out.tenure = starts, h["size"], h["home"], h["hukou"], h["tenure"]
    out.homestead, out.land = land_rights(h["hukou"], h["hukou_kind"], h["size"], len(pack.towns), par)
    inside = h["home"] < 2 * len(pack.towns)
    rural = inside & (h["home"] % 2 == 0)
    out.village = np.where(rural, villages(out.key, year), 0)
    out.tie = NOWHERE
    h["years_here"] = _years_here(h, inside, luck, par)
    at_home = luck.exponential(h["keys"], Purpose.MOVED) * par.start_tenure_years[h["tenure"]]
    most = np.minimum(h["years_here"], np.maximum(h["head_age"] - ADULT, 0))
    out.moved_year = year - np.floor(np.minimum(at_home, most))
    return out


def _years_here(h: dict[str, np.ndarray], inside: np.ndarray, luck: Luck, par) -> np.ndarray:
    """float64[h]: years since a migrant family arrived (exponential, mean by class); locals: all their life."""
    kind = np.where(inside, h["migrant"], SAME_PROVINCE)  # those who left are migrants where they live
    years = luck.exponential(h["keys"], Purpose.ARRIVAL) * par.start_arrival_years[kind]
    return np.where(kind == NOT_MIGRANT, 120.0, years)


@allocating
def _person_keys(base, keys, first, size, out):
    for i in range(len(keys)):
        for j in range(size[i]):
            out[first[i] + j] = derive_key(base, keys[i], j)


@allocating
def _draws(base, keys, out):
    for i in range(len(keys)):
        out[i] = draw(base, keys[i])


def _people(pack, year: int, people: People, households: Households, h: dict, p: dict, luck: Luck, par) -> None:
    """Fills the columns of people who are sorted by household."""
    n, row, t = len(people), people.household, len(pack.towns)
    _person_keys(stream(0, Decision.SYNTHESIS, year), households.key, households.first, households.size, people.key)
    u = np.empty(n)
    _draws(stream(0, Decision.ABILITY, year), people.key, u)
    people.ability = par.start_ability_spread * ndtri(u)
    people.role, people.sex, people.education = p["role"], p["sex"], p["education"]
    people.status, people.sector, people.self_employed = p["status"], p["sector"], p["self_employed"]
    people.hukou_place, people.hukou_kind = h["hukou"][row], h["hukou_kind"][row]
    birth = (year - p["age"]).astype(np.int16)
    people.birth_year = birth
    years = h["years_here"][row]
    people.arrival_year = np.maximum(birth, year - np.floor(years))
    home = households.home[row]
    place = np.where(home < 2 * t, home // 2, home - t)
    people.work_town = np.where(p["status"] == EMPLOYED, place, NOWHERE)
    migrant = np.where(home < 2 * t, h["migrant"][row], SAME_PROVINCE)
    span = np.where(migrant == NOT_MIGRANT, p["age"] - FIRST_WORKING_AGE, years)
    u = luck.uniform(p["person_keys"], Purpose.INSURED)
    work = p["status"], p["sector"], p["age"]
    people.insurance_years = insurance_years(*work, span, migrant, people.hukou_kind, u, par)
