"""Who looks for a partner, who suits whom, where the couple lives, and which couples divorce."""

import math

from sim.codes import MALE
from sim.rules import rule

LEGAL_AGE = (22, 20)  # men, women (marriage law)
NOT_ACCEPTED = 1e9

# Where a couple lives
NO_WEDDING, TO_MAN, TO_WOMAN, WITH_PARENTS, NEW_HOME = 0, 1, 2, 3, 4


@rule
def seek_chance(age, sex, p):
    """Chance a year that a single person looks for a partner.

    h(a) = peak exp(-(mode - a)^2 / (2 rise^2)) below the mode age, peak exp(-(a - mode) / fall) above; 0 below the
    legal age (22 men, 20 women) and above `marry_last_age`. A schedule of the form of Coale & McNeil (1972).
    """
    legal = LEGAL_AGE[0] if sex == MALE else LEGAL_AGE[1]
    if age < legal or age > p.marry_last_age[sex]:
        return 0.0
    years = age - p.marry_mode_age[sex]
    if years < 0.0:
        return p.marry_peak[sex] * math.exp(-0.5 * (years / p.marry_rise_years[sex]) ** 2)
    return p.marry_peak[sex] * math.exp(-years / p.marry_fall_years[sex])


@rule
def mismatch(man_age, woman_age, man_education, woman_education, p):
    """How badly two people suit each other, in years: |gap - preferred gap| + weight * |levels of education apart|.

    gap = his age - hers; NOT_ACCEPTED if it is outside `partner_gap_limits`. The lowest is taken.
    """
    gap = man_age - woman_age
    if gap < p.partner_gap_limits[0] or gap > p.partner_gap_limits[1]:
        return NOT_ACCEPTED
    apart = abs(float(man_education) - float(woman_education))
    return abs(gap - p.partner_age_gap) + p.partner_education_weight * apart


@rule
def couple_home(man_has_home, woman_has_home, with_his_parents, u, part, p):
    """Where a couple will live: his home if he heads a household, else hers if she does; a son who lives with his
    parents stays there if u < stay_with_parents[part of town]; else they look for a home of their own.

    People in a dormitory bed have no home to share.
    """
    if man_has_home:
        return TO_MAN
    if woman_has_home:
        return TO_WOMAN
    if with_his_parents and u < p.stay_with_parents[part]:
        return WITH_PARENTS
    return NEW_HOME


@rule
def divorces(u, p):
    """A couple divorces in the year if u < divorce_hazard."""
    return u < p.divorce_hazard
