"""Families as they may be: one prototype is the ages, sexes and roles of the members of one family.

There is no census micro sample of the city, so prototypes are made from demographic rules (spouse gap,
ages at births, leaving home); `raking` then finds how many of each a county needs to have its own ages.
"""

from dataclasses import dataclass

import numpy as np

from sim.codes import FEMALE, HEAD, MALE, OFFSPRING, OTHER, PARENT, SPOUSE
from sim.synthesis.luck import Luck, Purpose, serial_keys
from sim.synthesis.targets import MAX_SIZE

ABSENT = -1
EITHER = 2  # sex is settled when the county's persons are handed out
OLDEST = 99
YOUNGEST_HEAD, YOUNGEST_SPOUSE, CHILDBEARING = 17, 18, 17  # limits of possible families, not behaviour
DRAWN = 800  # prototypes tried per type and size; impossible ones are dropped

# name: (generations, smallest, largest family). Codes are positions in this table; start_type_weight has its order.
TYPES = {
    "single": (1, 1, 1),
    "couple": (1, 2, 2),
    "couple_and_kin": (1, 3, 4),
    "sharers": (1, 2, 5),
    "couple_and_children": (2, 3, MAX_SIZE),
    "one_parent": (2, 2, 6),
    "grandparents_and_grandchildren": (2, 2, 6),
    "couple_and_parents": (2, 3, 4),
    "three_generations": (3, 4, MAX_SIZE),
    "three_without_couple": (3, 3, 6),
    "four_generations": (4, 4, MAX_SIZE),
}


@dataclass
class Prototypes:
    """n prototypes; members fill columns in the order head, spouse, children (eldest first), parents, others."""

    age: np.ndarray  # int16[n, MAX_SIZE], ABSENT where there is nobody
    sex: np.ndarray  # uint8[n, MAX_SIZE], MALE, FEMALE or EITHER
    role: np.ndarray  # uint8[n, MAX_SIZE]
    kind: np.ndarray  # uint8[n], position in TYPES
    size: np.ndarray  # uint8[n]
    generations: np.ndarray  # uint8[n], 1 to 4
    weight: np.ndarray  # float64[n], before raking


class _Drafts:
    """Prototypes of one type and size under construction: members are added from left to right."""

    def __init__(self, kind: int, size: int, luck: Luck, par, half: int = 0):
        self.keys = serial_keys(kind * 16 + size, DRAWN)
        self.luck, self.par, self.size, self.half = luck, par, size, half
        self.used, self.purpose = 0, 0
        self.age = np.full((DRAWN, MAX_SIZE), ABSENT, dtype=np.float64)
        self.sex = np.zeros((DRAWN, MAX_SIZE), dtype=np.uint8)
        self.role = np.zeros((DRAWN, MAX_SIZE), dtype=np.uint8)
        self.weight = np.ones(DRAWN)

    @property
    def left(self) -> int:
        return self.size - self.used

    def uniform(self) -> np.ndarray:
        self.purpose += 1
        return self.luck.uniform(self.keys, Purpose.PROTOTYPE + self.purpose)

    def normal(self, mean: float, spread: float, low: float, high: float) -> np.ndarray:
        self.purpose += 1
        return np.clip(mean + spread * self.luck.normal(self.keys, Purpose.PROTOTYPE + self.purpose), low, high)

    def add(self, role: int, age: np.ndarray, sex) -> np.ndarray:
        j, self.used = self.used, self.used + 1
        self.age[:, j], self.sex[:, j], self.role[:, j] = np.floor(age), sex, role
        return age

    def any_age(self, low: int, high: int) -> np.ndarray:
        return low + (high - low) * self.uniform()

    def spouse_gap(self) -> np.ndarray:
        return self.normal(self.par.start_spouse_gap, self.par.start_spouse_gap_spread, -8, 14)

    def kin_gap(self) -> np.ndarray:
        return self.normal(0, self.par.start_kin_age_spread, -14, 14)

    def birth_age(self) -> np.ndarray:
        """Age of a mother at the birth of one of her children."""
        first = self.normal(self.par.start_first_birth_age, self.par.start_first_birth_spread, 17, 40)
        return np.minimum(first + 2 * self.uniform() * self.par.start_birth_spacing, 45)

    def couple(self, husband: np.ndarray, roles=(HEAD, SPOUSE)) -> np.ndarray:
        """Adds husband and wife; returns the wife's age."""
        self.add(roles[0], husband, MALE)
        return self.add(roles[1], husband - self.spouse_gap(), FEMALE)

    def children(self, mother: np.ndarray, count: int) -> np.ndarray:
        """Adds `count` children of a mother, eldest first; returns the age of the eldest.

        The weight falls with the age of each adult child: most have left home.
        """
        par, birth, eldest = self.par, None, None
        for _ in range(count):
            if birth is None:
                birth = self.normal(par.start_first_birth_age, par.start_first_birth_spread, 17, 42)
            else:
                birth = birth + 1 - par.start_birth_spacing * np.log(self.uniform())
            age = self.add(OFFSPRING, mother - birth, EITHER)
            eldest = age if eldest is None else eldest
            at_home = (par.start_home_end - age) / (par.start_home_end - par.start_home_until)
            self.weight *= np.clip(at_home, par.start_home_floor, 1) * (birth <= 46) * (age >= 0)
        return eldest

    def parents(self, child: np.ndarray, count: int) -> np.ndarray:
        """Adds one parent or both of somebody of age `child`; returns the mother's age (the parent's if alone)."""
        mother = child + self.birth_age()
        if count == 1:
            sex = np.where(self.uniform() < self.par.start_one_parent_widow, FEMALE, MALE)
            return self.add(PARENT, mother, sex)
        self.add(PARENT, mother + self.spouse_gap(), MALE)
        return self.add(PARENT, mother, FEMALE)


def _single(d: _Drafts) -> None:
    d.add(HEAD, d.any_age(17, 95), (d.uniform() < 0.5).astype(np.uint8))


def _couple(d: _Drafts) -> None:
    d.couple(d.any_age(21, 94))


def _couple_and_kin(d: _Drafts) -> None:
    husband = d.any_age(22, 80)
    d.couple(husband)
    while d.left:  # a brother or sister
        d.add(OTHER, husband + d.kin_gap(), (d.uniform() < 0.5).astype(np.uint8))


def _sharers(d: _Drafts) -> None:
    age, sex = d.any_age(18, 75), (d.uniform() < 0.5).astype(np.uint8)
    d.add(HEAD, age, sex)
    while d.left:  # brothers, sisters, workmates: mostly of one sex
        same = d.uniform() < d.par.start_sharers_same_sex
        d.add(OTHER, np.maximum(age + d.kin_gap(), YOUNGEST_HEAD), np.where(same, sex, 1 - sex))


def _couple_and_children(d: _Drafts) -> None:
    d.children(d.couple(d.any_age(21, 85)), d.size - 2)


def _one_parent(d: _Drafts) -> None:
    mother = d.any_age(20, 92)
    is_mother = d.uniform() < d.par.start_one_parent_mother
    d.add(HEAD, np.where(is_mother, mother, mother + d.spouse_gap()), np.where(is_mother, FEMALE, MALE))
    d.children(mother, d.left)


def _grandparents_and_grandchildren(d: _Drafts) -> None:
    youngest = d.any_age(0, 18)
    grandmother = youngest + d.normal(d.par.start_grandparent_gap, d.par.start_grandparent_gap_spread, 38, 70)
    if d.size >= 3:
        d.couple(grandmother + d.spouse_gap())
    else:
        d.add(HEAD, grandmother, FEMALE)
    ages = [youngest]
    for _ in range(d.left - 1):
        ages.append(ages[-1] + 1 + 3 * d.uniform())
    for age in reversed(ages):
        d.add(OFFSPRING, age, EITHER)
        d.weight *= age < 23


def _couple_and_parents(d: _Drafts) -> None:
    husband = d.any_age(21, 65)
    d.couple(husband)
    d.parents(husband, d.left)


def _three_generations(d: _Drafts) -> None:
    husband = d.any_age(21, 68)
    parents = 1 if d.size == 4 else 2
    if d.size in (5, 6):  # half of the prototypes with one parent, half with two
        parents = 1 + d.half
    d.children(d.couple(husband), d.size - 2 - parents)
    d.parents(husband, parents)


def _three_without_couple(d: _Drafts) -> None:
    mother = d.any_age(20, 65)
    is_mother = d.uniform() < 0.5
    parents = 1 if d.size == 3 else 2
    d.add(HEAD, np.where(is_mother, mother, mother + d.spouse_gap()), np.where(is_mother, FEMALE, MALE))
    d.children(mother, d.size - 1 - parents)
    d.parents(mother, parents)


def _four_generations(d: _Drafts) -> None:
    husband = d.any_age(20, 48)
    parents = 2 if d.size >= 6 else 1
    if d.size == 4:
        d.add(HEAD, husband, FEMALE)
        d.children(husband, 1)
    else:
        d.children(d.couple(husband), d.size - 3 - parents)
    parent = d.parents(husband, parents)
    d.add(OTHER, parent + d.birth_age(), np.where(d.uniform() < d.par.start_one_parent_widow, FEMALE, MALE))


_MAKERS = (
    _single,
    _couple,
    _couple_and_kin,
    _sharers,
    _couple_and_children,
    _one_parent,
    _grandparents_and_grandchildren,
    _couple_and_parents,
    _three_generations,
    _three_without_couple,
    _four_generations,
)


def make_prototypes(luck: Luck, par) -> Prototypes:
    """All types and sizes, only possible families, sorted by size, generations, type and age of the head."""
    blocks = []
    for kind, ((_, smallest, largest), maker) in enumerate(zip(TYPES.values(), _MAKERS, strict=True)):
        for size in range(smallest, largest + 1):
            for half in (0, 1) if maker is _three_generations and size in (5, 6) else (0,):
                d = _Drafts(kind + 32 * half, size, luck, par, half)
                maker(d)
                blocks.append(_possible(d, kind, par.start_type_weight[kind]))
    columns = [np.concatenate([b[i] for b in blocks]) for i in range(6)]
    age, sex, role, kind, size, weight = columns
    generations = np.array([g for g, _, _ in TYPES.values()], dtype=np.uint8)[kind]
    order = np.lexsort((age[:, 0], kind, generations, size))
    return Prototypes(*(a[order] for a in (age, sex, role, kind, size, generations, weight)))


def _possible(d: _Drafts, kind: int, weight: float) -> tuple[np.ndarray, ...]:
    """The drafts in which everybody has a possible age and adults are adults; weights sum to `weight`."""
    present = np.arange(MAX_SIZE) < d.size
    too_young = (d.role == HEAD) & (d.age < YOUNGEST_HEAD) | (d.role == SPOUSE) & (d.age < YOUNGEST_SPOUSE)
    wrong = present & ((d.age < 0) | (d.age > OLDEST) | too_young)
    eldest = np.where(d.role == OFFSPRING, d.age, -99).max(axis=1)
    youngest_parent = np.where(d.role == PARENT, d.age, 199).min(axis=1)
    head = d.age[:, 0]
    ok = ~wrong.any(axis=1) & (d.weight > 0) & (head >= eldest + CHILDBEARING)
    ok &= youngest_parent >= head + CHILDBEARING
    n = int(ok.sum())
    size, w = np.full(n, d.size, dtype=np.uint8), d.weight[ok]
    age = d.age[ok].astype(np.int16)
    return age, d.sex[ok], d.role[ok], np.full(n, kind, dtype=np.uint8), size, w * (weight / w.sum())
