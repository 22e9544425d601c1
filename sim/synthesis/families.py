"""The people of a county: prototypes become families, and the county's own persons are handed out to them.

Ages and sexes are those of the census exactly: all places in families, in order of the age that their
prototype asks for, meet all persons of that sex, in order of age. As raking has made the two
distributions nearly the same, nobody's age moves by more than a year or two.
"""

from dataclasses import dataclass, field

import numpy as np

from sim.codes import FEMALE, HEAD, MALE
from sim.synthesis.ages import single_ages
from sim.synthesis.luck import Luck, Purpose, serial_keys
from sim.synthesis.prototypes import ABSENT, EITHER, Prototypes
from sim.synthesis.raking import cell_of, rake, whole_families
from sim.synthesis.tables import round_to_total, whole_table
from sim.synthesis.targets import CountyTargets

COLLECTIVE_CAP = 0.6  # of an age-sex group at the most
COLLECTIVE_AGE = 16  # nobody younger lives in a collective household
COLLECTIVE = 99  # kind of a collective "household" of one


@dataclass
class Draft:
    """Households (h) and people (n) of one county under construction; collective residents come last."""

    targets: CountyTargets
    size: np.ndarray  # int64[h]
    generations: np.ndarray  # uint8[h]
    kind: np.ndarray  # uint8[h], type of family, or COLLECTIVE
    keys: np.ndarray  # uint64[h], provisional
    household: np.ndarray  # int64[n]
    role: np.ndarray  # uint8[n]
    age: np.ndarray  # int16[n]
    sex: np.ndarray  # uint8[n]
    person_keys: np.ndarray  # uint64[n], provisional
    more: dict[str, np.ndarray] = field(default_factory=dict)  # columns that later steps add, by name

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.__dict__["more"][name]
        except KeyError:
            raise AttributeError(f"the draft has no {name!r} yet") from None

    @property
    def families(self) -> int:
        """Family households are the first rows."""
        return int(self.targets.sizes.sum())

    @property
    def first(self) -> np.ndarray:
        return np.cumsum(self.size) - self.size

    @property
    def head_age(self) -> np.ndarray:
        return self.age[self.first]


def collective_age_sex(targets: CountyTargets, par) -> np.ndarray:
    """int64[G, 2]: residents of collective households by age and sex.

    Shares in proportion to residents x weight by age x weight of men, none above COLLECTIVE_CAP.
    """
    weight = par.start_collective_age[:, None] * np.array([par.start_collective_male, 1.0])
    share = np.zeros(targets.age_sex.shape)
    free = np.ones(share.shape, dtype=bool)
    for _ in range(len(weight)):
        left = targets.collective - (COLLECTIVE_CAP * targets.age_sex)[~free].sum()
        share = np.where(free, weight * left / (weight * targets.age_sex)[free].sum(), COLLECTIVE_CAP)
        if (share <= COLLECTIVE_CAP).all():
            break
        free &= share < COLLECTIVE_CAP
    return np.minimum(round_to_total(share * targets.age_sex, targets.collective), targets.age_sex)


def first_ages(bounds: np.ndarray) -> np.ndarray:
    """int64[G + 1]: first ages of the groups in which families are fitted: the census' own, and COLLECTIVE_AGE."""
    return np.unique(np.append(bounds[:, 0], COLLECTIVE_AGE))


def make_people(pack, year: int, targets: CountyTargets, protos: Prototypes, members: np.ndarray, luck: Luck, par):
    """The Draft of a county: its families and collective residents with age, sex and role."""
    bounds, starts = pack.age_group_bounds, first_ages(pack.age_group_bounds)
    collective = collective_age_sex(targets, par)
    all_ages = single_ages(targets.age_sex, bounds, pack.mortality(year))
    away = np.concatenate([_share_out(collective[g], all_ages[a : b + 1], a) for g, (a, b) in enumerate(bounds)])
    in_family = np.add.reduceat(all_ages - away, starts, axis=0)
    number = whole_table(par.start_size_generation, targets.sizes, targets.generations).ravel()
    cell = cell_of(protos)
    weight = rake(members, cell, protos.weight, number, in_family.ravel())
    which = np.repeat(np.arange(len(protos.size)), whole_families(weight, cell, number))
    draft = _empty_draft(targets, protos, which, int(collective.sum()))
    f = int(protos.size[which].sum())
    age, sex = _hand_out(draft, protos, which, all_ages - away, starts, luck)
    out_age, out_sex = (a.ravel() for a in np.indices(away.shape))
    draft.age[:f], draft.sex[:f] = age, sex
    draft.age[f:], draft.sex[f:] = np.repeat(out_age, away.ravel()), np.repeat(out_sex, away.ravel())
    return draft


def _share_out(wanted: np.ndarray, ages: np.ndarray, first_age: int) -> np.ndarray:
    """int64[years, 2]: `wanted` [2] persons of one age group taken from its single ages, no more than there are."""
    old = (first_age + np.arange(len(ages)) >= COLLECTIVE_AGE)[:, None]
    weights = np.where(old.any(), ages * old, ages)
    columns = [np.minimum(round_to_total(weights[:, s], int(wanted[s])), ages[:, s]) for s in (MALE, FEMALE)]
    for s, column in enumerate(columns):
        short = int(wanted[s]) - int(column.sum())
        for i in np.argsort(column - ages[:, s], kind="stable"):  # the rest from where most are left
            more = min(short, int(ages[i, s] - column[i]))
            column[i], short = column[i] + more, short - more
    return np.stack(columns, axis=1)


def _empty_draft(targets: CountyTargets, protos: Prototypes, which: np.ndarray, collective: int) -> Draft:
    one = np.ones(collective, dtype=np.int64)
    size = np.concatenate([protos.size[which].astype(np.int64), one])
    n = int(size.sum())
    slots = protos.age[which] != ABSENT
    return Draft(
        targets=targets,
        size=size,
        generations=np.concatenate([protos.generations[which], one.astype(np.uint8)]),
        kind=np.concatenate([protos.kind[which], (COLLECTIVE * one).astype(np.uint8)]),
        keys=serial_keys(2 * targets.county + 64, len(size)),
        household=np.repeat(np.arange(len(size)), size),
        role=np.concatenate([protos.role[which][slots], np.full(collective, HEAD, dtype=np.uint8)]),
        age=np.zeros(n, dtype=np.int16),
        sex=np.zeros(n, dtype=np.uint8),
        person_keys=serial_keys(2 * targets.county + 65, n),
    )


def _hand_out(draft: Draft, protos: Prototypes, which: np.ndarray, persons: np.ndarray, starts, luck: Luck):
    """Age int16[f] and sex uint8[f] of family members; persons int64[101, 2] are those there are."""
    slots = protos.age[which] != ABSENT
    wanted, sex = protos.age[which][slots], protos.sex[which][slots]
    keys = draft.person_keys[: len(wanted)]
    sex = _settle_sex(wanted, sex, persons, starts, keys, luck)
    exact = wanted + luck.uniform(keys, Purpose.SLOT_AGE)
    age = np.zeros(len(wanted), dtype=np.int16)
    for s in (MALE, FEMALE):
        rows = np.flatnonzero(sex == s)
        order = rows[np.argsort(exact[rows], kind="stable")]
        age[order] = np.repeat(np.arange(len(persons)), persons[:, s])
    return age, sex


def _settle_sex(wanted, sex, persons, starts, keys, luck: Luck) -> np.ndarray:
    """Sex of those who may be of either (children): as many men in each age group as the county still needs."""
    group = np.searchsorted(starts, np.arange(len(persons)), side="right") - 1
    groups, g = len(starts), group[wanted]
    free = np.flatnonzero(sex == EITHER)
    room = np.bincount(g[free], minlength=groups)
    need = np.bincount(group, persons[:, MALE], minlength=groups) - np.bincount(g[sex == MALE], minlength=groups)
    men = np.clip(np.rint(need), 0, room).astype(np.int64)
    gap = int(persons[:, MALE].sum() - (sex == MALE).sum() - men.sum())
    slack = room - men if gap > 0 else men
    men += np.sign(gap) * np.minimum(round_to_total(slack, abs(gap)), slack) if gap else 0
    order = free[np.lexsort((luck.uniform(keys[free], Purpose.CHILD_SEX), g[free]))]
    rank = np.arange(len(order)) - np.repeat(np.cumsum(room) - room, room)
    out = sex.copy()
    out[order] = np.where(rank < np.repeat(men, room), MALE, FEMALE)
    return out
