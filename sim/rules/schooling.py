"""Childhood and school: status and education by age, until somebody starts to look for work."""

import numpy as np

from sim.codes import CHILD, COLLEGE, JUNIOR, SENIOR, STUDENT, UNEMPLOYED
from sim.rules import rule

# Ages reached in the year (compulsory education law: nine years from six or seven; then three years each).
SCHOOL_STARTS, JUNIOR_STARTS, SENIOR_STARTS, COLLEGE_STARTS, COLLEGE_ENDS = 6, 13, 16, 19, 22


@rule
def school_status(age, status, u_senior, u_college, kind, p):
    """Work status of a young person at the end of the year.

    Child under 6, student from 6 to 15; at 16 goes on to senior school if u < senior_school_chance[hukou kind],
    at 19 to college if u < college_chance[hukou kind]; at 22, or without a place, seeks work (UNEMPLOYED).
    """
    if age < SCHOOL_STARTS:
        return CHILD
    if age < SENIOR_STARTS:
        return STUDENT
    if age == SENIOR_STARTS:
        return STUDENT if u_senior < p.senior_school_chance[kind] else UNEMPLOYED
    if status == CHILD or age >= COLLEGE_ENDS:
        return UNEMPLOYED
    if age == COLLEGE_STARTS:
        return STUDENT if u_college < p.college_chance[kind] else UNEMPLOYED
    return status


@rule
def education_attended(age, status, education):
    """Highest education that a young person has or attends, as the census asks: junior at 13, senior and college from
    the year in which they begin (ages 16 and 19, `status` student)."""
    if age >= COLLEGE_STARTS and status == STUDENT:
        return max(education, COLLEGE)
    if age >= SENIOR_STARTS and status == STUDENT:
        return max(education, SENIOR)
    if age >= JUNIOR_STARTS:
        return max(education, JUNIOR)
    return education


@rule
def insurance_year(employed_nonfarm, u_insured, kind, years, p):
    """Years of urban social insurance after this year: one more, up to 60, for non-farm workers who are insured.

    `u_insured` is drawn once in a life, so the same person stays insured; insured if u < insured_share[hukou kind].
    """
    if employed_nonfarm and u_insured < p.insured_share[kind] and years < 60:
        return years + 1
    return years


def training_chance(places, workers):
    """Chance that a worker who may be trained is trained this year: min(1, places / workers), arrays [T].

    Source: plan 3.3 (M10). Places are keyed lots, so that on average they are filled.
    """
    return np.where(workers > 0, np.minimum(places / np.maximum(workers, 1), 1.0), 0.0)


@rule
def trained_ability(ability: float, p) -> float:
    """Persistent effect on log earnings after a course: ability + training_gain."""
    return ability + p.training_gain
