"""Mirrors sim/steps/labour.py and labour_kernels.py: people work, search and commute. Firms and wages are shared."""

from bisect import bisect_right
from types import SimpleNamespace

import numpy as np

from benchmarks.reference import counts
from benchmarks.reference.agents import Person
from benchmarks.reference.plain import plain, single
from sim.codes import (
    CHILD,
    COLLEGE,
    EMPLOYED,
    FEMALE,
    INACTIVE,
    PRIMARY,
    RETIRED,
    RURAL_PART,
    SECONDARY,
    STUDENT,
    TERTIARY,
    UNEMPLOYED,
    URBAN_HUKOU,
)
from sim.draws import Decision, draw
from sim.rules import farming, job_search, participation, wages
from sim.steps import labour as market
from sim.steps import search as shared_search
from sim.steps import training
from sim.steps.labour_market import in_force, posts_filled

target_participation = plain(participation.participation)
chance_to_enter = plain(participation.chance_to_enter)
chance_to_leave = plain(participation.chance_to_leave)
retirement_chance = plain(participation.retirement_chance)
seeks_nonfarm = plain(farming.seeks_nonfarm)
enters_farming = plain(farming.enters_farming)
works_outside = plain(job_search.works_outside)
person_wage = plain(wages.person_wage)

ROUNDS = ((Decision.JOB_TOWN, Decision.JOB_PRIORITY), (Decision.JOB_TOWN_SECOND, Decision.JOB_PRIORITY_SECOND))


def labour(model) -> None:
    """The labour market of the year."""
    model.towns.jobs[:] = market._demand(model)
    training.train_workers(model)
    world, seekers = _world(model), []
    model.people.do(attend, world, seekers)
    seekers = [person for person in seekers if not takes_up_farming(person, world)]
    held = counts.held(model)
    lost = lay_off(model, held)
    idle, held = search(model, seekers + lost, held)
    for person in idle:
        fall_back(person, world)
    growth = 1.0 + model.assumption("real_wage_growth") / 100.0
    model.labour_state.level *= growth
    model.labour_state.reference *= growth
    market._settle(model, counts.count_residents(model), held)


def _world(model) -> SimpleNamespace:
    """What people know and their luck of the year."""
    return SimpleNamespace(
        year=model.year,
        T=model.T,
        p=model.rules.labour,
        minutes=np.asarray(model.pack.travel_minutes).tolist(),
        expected=model.signals.expected_earnings.tolist(),
        farm_income=model.signals.farm_income.tolist(),
        force=model.stream(Decision.LABOUR_FORCE),
        retire=model.stream(Decision.RETIRE),
        separation=model.stream(Decision.SEPARATION),
        farm=model.stream(Decision.SEEK_NONFARM),
        outside=model.stream(Decision.OUTSIDE_WORK, model.start),
        left=model.flow["jobs_left"],
    )


# who works, who seeks


def attend(person: Person, world: SimpleNamespace, seekers: list[Person]) -> None:
    """Somebody retires, leaves or enters the labour force, loses the post, or seeks one."""
    age, status, p = world.year - person.birth_year, person.status, world.p
    if status in (CHILD, STUDENT, RETIRED) or age < 16:
        return
    if retires(person, age, world):
        person.leave_post(RETIRED)
        world.left[person.household.home] += person.wage > 0.0
        return
    home = person.household.home
    if home >= 2 * world.T:
        work_outside(person, age, home - world.T, draw(world.outside, person.key), p)
        return
    target = target_participation(age, person.sex, has_infant(person, age, world.year), p)
    u = draw(world.force, person.key)
    if status == INACTIVE:
        if u < chance_to_enter(age, target, p):
            person.status = UNEMPLOYED
            seekers.append(person)
    elif u < chance_to_leave(age, target, p):
        person.leave_post(INACTIVE)
    elif status == UNEMPLOYED:
        seekers.append(person)
    elif person.sector == PRIMARY and person.work_town == home // 2:
        wanted = seeks_nonfarm(age, world.expected[home // 2][person.skill], world.farm_income[home // 2], p)
        if draw(world.farm, person.key) < wanted:
            seekers.append(person)
    elif loses_post(person, home // 2, world):
        person.leave_post(UNEMPLOYED)
        seekers.append(person)


def retires(person: Person, age: int, world: SimpleNamespace) -> bool:
    """The person's luck against the chance to retire."""
    farmer = person.status == EMPLOYED and person.sector == PRIMARY
    formal = person.hukou_kind == URBAN_HUKOU or person.insurance_years >= world.p.formal_insurance_years
    chance = retirement_chance(age, person.sex, person.education == COLLEGE, formal, farmer, world.p)
    return draw(world.retire, person.key) < chance


def has_infant(person: Person, age: int, year: int) -> bool:
    """A woman of 18 to 45 with a child under three in the household."""
    if person.sex != FEMALE or not 18 <= age <= 45:
        return False
    return any(year - member.birth_year < 3 for member in person.household.members)


def loses_post(person: Person, town: int, world: SimpleNamespace) -> bool:
    """The post is too far now, or the person's luck says so."""
    work = person.work_town
    if person.sector == PRIMARY or not 0 <= work < world.T or world.minutes[town][work] > world.p.longest_commute:
        return True
    return draw(world.separation, person.key) < world.p.separation_rate


def work_outside(person: Person, age: int, place: int, u: float, p) -> None:
    """A person who lives in outside place `place` (T + o) works there or not."""
    if not works_outside(u, age, p):
        person.leave_post(INACTIVE)
        return
    person.status = EMPLOYED
    person.sector = SECONDARY if u < p.outside_job_chance * p.outside_secondary_share else TERTIARY
    person.work_town = place
    person.self_employed = 0


def village_land(person: Person) -> bool:
    """The household has land in the town where it lives."""
    family = person.household
    return family.land > 0.0 and family.homestead == family.home // 2


def become_farmer(person: Person) -> None:
    person.status = EMPLOYED
    person.sector = PRIMARY
    person.work_town = person.household.home // 2


def takes_up_farming(person: Person, world: SimpleNamespace) -> bool:
    """A villager without work may farm before looking for a post."""
    if person.status != UNEMPLOYED or not village_land(person):
        return False
    town = person.household.home // 2
    chance = enters_farming(world.expected[town][person.skill], world.farm_income[town], world.p)
    if draw(world.farm, person.key) < 1.0 - chance:
        return False
    become_farmer(person)
    return True


def fall_back(person: Person, world: SimpleNamespace) -> None:
    """A villager who found no post farms, or would rather wait."""
    if person.status != UNEMPLOYED or not village_land(person):
        return
    town, age = person.household.home // 2, world.year - person.birth_year
    waits = seeks_nonfarm(age, world.expected[town][person.skill], world.farm_income[town], world.p)
    if draw(world.farm, person.key) >= waits:
        become_farmer(person)


# posts


def lay_off(model, held: np.ndarray) -> list[Person]:
    """Workers who lose their post because posts are fewer than workers; `held` is brought up to date."""
    jobs = model.towns.jobs
    filled = posts_filled(held, jobs)
    excess = np.maximum(filled[:, :, 0] - jobs[:, :, 0], 0)
    keep = held.copy()
    low = excess * held[:, :, 0] // np.maximum(filled[:, :, 0], 1)
    keep[:, :, 0] -= low
    keep[:, :, 1] -= excess - low
    rationed = {int(cell) for cell in np.flatnonzero(keep < held)}
    if not rationed:
        return []
    luck, queues, candidates = model.stream(Decision.LAYOFF), {}, []
    for person in model.people:
        cell = counts.cell_of(person, model.T)
        if cell in rationed:
            u = draw(luck, person.key)
            queues.setdefault(cell, []).append(u)
            candidates.append((person, cell, u))
    bar = in_force(model, "layoff_cutoff", cutoffs(queues, keep.ravel().tolist())).tolist()
    lost = [(person, cell) for person, cell, u in candidates if u >= bar[cell]]
    for person, cell in lost:
        person.leave_post(UNEMPLOYED)
        held.ravel()[cell] -= 1
    return [person for person, _ in lost]


def cutoffs(queues: dict[int, list[float]], room: list[int]) -> np.ndarray:
    """float64[cells]: first priority without a post; 2 where all get in, 0 where there is no room."""
    out = np.full(len(room), 2.0)
    for cell, posts in enumerate(room):
        queue = queues.get(cell, [])
        if posts <= 0:
            out[cell] = 0.0
        elif len(queue) > posts:
            out[cell] = sorted(queue)[posts]
    return out


def search(model, seekers: list[Person], held: np.ndarray) -> tuple[list[Person], np.ndarray]:
    """Two rounds: look at one opening, get it by priority. Who found none, and who holds posts now."""
    p, jobs = model.rules.labour, model.towns.jobs
    met = np.minimum(p.matching_efficiency * model.lever("job_matching"), 1.0)[:, None, None]
    wanted = np.maximum(jobs - posts_filled(held, jobs), 0) * met
    room = shared_search.keyed_rounding(wanted, model.stream(Decision.ROUNDING))
    openings, cutoff = np.zeros((2, *jobs.shape), np.int64), np.full((2, *jobs.shape), 2.0)
    own_business = model.stream(Decision.SELF_EMPLOYED)
    for number, (where, who) in enumerate(ROUNDS):
        openings[number] = room
        table = shared_search.search_table(model, in_force(model, "openings", openings)[number], p.downgrade_weight)
        looking, priority, queues = model.stream(where), model.stream(who), {}
        choices = [(person, look(person, table, looking), draw(priority, person.key)) for person in seekers]
        for _, cell, u in choices:
            if cell is not None:
                queues.setdefault(cell, []).append(u)
        cutoff[number] = cutoffs(queues, room.ravel().tolist()).reshape(jobs.shape)
        bar = model.publish("job_cutoff", cutoff.copy())[number].ravel().tolist()
        seekers = []
        for person, cell, u in choices:
            if cell is None or u >= bar[cell]:
                seekers.append(person)
                continue
            model.flow["jobs_taken"][person.household.home] += person.wage == 0.0 or person.sector == PRIMARY
            hire(person, cell, draw(own_business, person.key) < p.self_employed_share)
            room.ravel()[cell] -= 1
            held.ravel()[cell // 2 * 2 + person.skill] += 1
    return seekers, held


def look(person: Person, table: shared_search.SearchTable, luck: np.uint64) -> int | None:
    """Cell of posts that a seeker looks at, drawn by cumulative weights; None where there is nothing."""
    town = person.household.home // 2
    first, end = int(table.start[town]), int(table.start[town + 1])
    line = (table.high if person.skill else table.low)[4 * first : 4 * end]
    if line[-1] <= 0.0:
        return None
    at = min(bisect_right(line, draw(luck, person.key) * float(line[-1])), len(line) - 1)
    return 4 * int(table.town[first + at // 4]) + at % 4


def hire(person: Person, cell: int, own_business: bool) -> None:
    """Puts a person into a post; some low-skill service posts are own businesses."""
    person.status = EMPLOYED
    person.sector = SECONDARY + cell // 2 % 2
    person.work_town = cell // 4
    person.self_employed = int(own_business and person.sector == TERTIARY and cell % 2 == 0)


# pay


def pay(model, wage: np.ndarray, high_held: np.ndarray) -> None:
    """Labour earnings of everybody; farmers are paid with incomes."""
    world = SimpleNamespace(
        year=model.year,
        T=model.T,
        p=model.rules.labour,
        wage=wage.tolist(),
        high_held=high_held.tolist(),
        rank=model.stream(Decision.LAYOFF, model.start),
    )
    model.people.do(earn, world)


def earn(person: Person, world: SimpleNamespace) -> None:
    """Sets the wage of a non-farm worker, 0 for people without work."""
    if person.status != EMPLOYED:
        person.wage = 0.0
        return
    if person.sector == PRIMARY:
        return
    place, sector, family = person.work_town, person.sector - SECONDARY, person.household
    skill = person.skill
    if skill and place < world.T and draw(world.rank, person.key) >= world.high_held[place][sector]:
        skill = 0
    villager = family.home < 2 * world.T and family.home % 2 == RURAL_PART and family.land > 0.0
    age = world.year - person.birth_year
    traits = person.education, person.sex, person.hukou_kind, age, person.ability
    person.wage = single(person_wage(world.wage[place][sector][skill], *traits, villager, world.p))
