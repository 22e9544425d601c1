"""What a post pays, and what a person earns in it."""

import math

from sim.codes import FEMALE, RURAL_HUKOU
from sim.rules import rule


@rule
def start_wage(reach, mean_reach, sector: int, skill: int, p):
    """Relative wage of a post in the start year (to be scaled so that the mean over workers is the reference wage).

    w = (E / E_mean)^agglomeration_elasticity * tertiary_wage_factor^[service] * skill_premium^[high], E the employment
    within reach of the town. Source: density and wages (Combes and Gobillon 2015), a prior of 0.05.
    """
    wage = (reach / mean_reach) ** p.agglomeration_elasticity
    if sector == 1:
        wage = wage * p.tertiary_wage_factor
    return wage * p.skill_premium if skill == 1 else wage


@rule
def place_wage(base, level: float, density_ratio, unemployment_ratio, p):
    """Wage of a post now, yuan a year.

    w = base * level * (E / E_start)^agglomeration_elasticity * (u / u_start)^(-wage_curve_elasticity): national growth,
    denser labour markets, and the wage curve (Blanchflower and Oswald 1994). u is unemployment within reach, by skill.
    """
    return base * level * density_ratio**p.agglomeration_elasticity * unemployment_ratio ** (-p.wage_curve_elasticity)


@rule
def adjusted(before, target, p):
    """Relative wage paid this year: w = w_before^(1 - a) * w_target^a, a = `wage_adjustment`.

    Contracts change in steps, so pay follows the labour market over some years instead of leaping with it (Taylor
    1980 on staggered contracts); both are relative to the start wage moved with national growth.
    """
    return before ** (1.0 - p.wage_adjustment) * target**p.wage_adjustment


@rule
def person_wage(post_wage: float, education: int, sex: int, hukou: int, age: int, ability: float, villager, p) -> float:
    """Labour earnings of one worker, yuan a year.

    w_i = w * education_factor * female_factor^[woman] * rural_hukou_factor^[rural hukou] * villager_months^[villager]
          * exp(ability + profile),
    profile = b1 (x - 22) + b2 (x^2 - 22^2), x = age - 18 years of experience, 0 at age 40 (Mincer 1974, modest slopes).
    A villager lives in a rural part in a household with land, and works off the farm for part of the year only.
    """
    x = min(max(age - 18.0, 0.0), 45.0)
    profile = p.age_slope * (x - 22.0) + p.age_curvature * (x * x - 484.0)
    wage = post_wage * p.education_factor[education] * math.exp(ability + profile)
    if hukou == RURAL_HUKOU:
        wage *= p.rural_hukou_factor
    if villager:
        wage *= p.villager_months
    return wage * p.female_factor if sex == FEMALE else wage


@rule
def outside_wage(mean_wage: float, high: bool, p) -> float:
    """Wage of a post outside by skill, such that the mean over posts is the place's mean wage.

    w_low = mean / (1 + h (premium - 1)), w_high = premium * w_low, h = outside_high_skill_share.
    """
    low = mean_wage / (1.0 + p.outside_high_skill_share * (p.skill_premium - 1.0))
    return low * p.skill_premium if high else low
