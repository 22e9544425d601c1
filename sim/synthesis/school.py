"""Education attained and who is at school."""

import numpy as np

from sim.codes import CHILD, COLLEGE, EDUCATION_LEVELS, INACTIVE, JUNIOR, SENIOR, STUDENT, URBAN_PART
from sim.synthesis.families import Draft
from sim.synthesis.luck import Luck, Purpose, take_top
from sim.synthesis.tables import whole_table

FIRST_SCHOOL_AGE, LAST_SCHOOL_AGE = 16, 21  # ages at which some are at school; all younger are children
SETTLED_GROUP = 5  # from age group 20-24 schooling follows the birth cohort, below it the age
JUNIOR_AGE, SENIOR_AGE, COLLEGE_AGE = 12, 15, 18
SETTLED_AGE = 20
OLD_ENOUGH = 8.0  # logit by which those who may have a level go before those who may not
ENROLMENT_YEARS = (2010, 2020)  # rows of start_enrolment


def education_table(targets, year: int, par) -> np.ndarray:
    """int64[G, 4]: residents by age group and level, by IPF from the seed of start_education_seed_year.

    In other years the seed is read by birth cohort: five years are one group.
    """
    ages = targets.age_sex.sum(axis=1)
    shift = int(round((par.start_education_seed_year - year) / 5))
    group = np.arange(len(ages))
    cohort = np.clip(group + shift, SETTLED_GROUP, len(ages) - 1)
    seed = par.start_education_seed[np.where(group < SETTLED_GROUP, group, cohort)]
    return whole_table(seed * ages[:, None], ages, targets.education)


def assign_education(draft: Draft, year: int, bounds: np.ndarray, luck: Luck, par) -> None:
    """Adds `education` uint8[n]. Within an age group the levels go by logit: urban part, migrant class, noise.

    Below 20 the older come first, as a level needs its years.
    """
    table = education_table(draft.targets, year, par)
    h, age = draft.household, draft.age
    group = np.searchsorted(bounds[:, 0], age, side="right") - 1
    urban = (draft.home[h] % 2) == URBAN_PART
    score = par.start_education_urban * urban + par.start_education_class[draft.migrant[h]]
    score = score + luck.logistic(draft.person_keys, Purpose.EDUCATION)
    for needed in (JUNIOR_AGE, SENIOR_AGE, COLLEGE_AGE):
        score = score + OLD_ENOUGH * ((age >= needed) & (age < SETTLED_AGE))
    order = np.lexsort((-score, group))
    education = np.empty(len(age), dtype=np.uint8)
    levels = np.arange(EDUCATION_LEVELS)[::-1]
    education[order] = np.repeat(np.tile(levels, len(table)), table[:, ::-1].ravel())
    draft.more["education"] = education


def assign_school(draft: Draft, year: int, luck: Luck, par) -> None:
    """Adds `status` uint8[n]: CHILD below 16, STUDENT, INACTIVE for all others (work comes next).

    Senior pupils are 16-18 and students of colleges 19-21; shares by age are start_enrolment.
    """
    age = draft.age
    status = np.where(age < FIRST_SCHOOL_AGE, CHILD, INACTIVE).astype(np.uint8)
    enrolment = par.start_enrolment[int(np.argmin(np.abs(np.array(ENROLMENT_YEARS) - year)))]
    score = luck.logistic(draft.person_keys, Purpose.STUDENT)
    for i, years in enumerate(range(FIRST_SCHOOL_AGE, LAST_SCHOOL_AGE + 1)):
        rows = np.flatnonzero(age == years)
        level = draft.education[rows]
        fits = (level == SENIOR) | (level == COLLEGE) if years <= COLLEGE_AGE else level == COLLEGE
        logit = OLD_ENOUGH * fits + (level > JUNIOR)
        status[rows[take_top(score[rows] + logit, int(round(enrolment[i] * len(rows))))]] = STUDENT
    draft.more["status"] = status
