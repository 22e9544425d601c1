"""Who gives birth in a year, and to whom: sex and ability of the newborn."""

import math

from sim.rules import rule

FIRST_AGE, LAST_AGE = 15, 50  # ages of mothers (50: reached at the end of the last fertile year)


@rule
def partner_factor(has_partner, partnered_share, single_fertility):
    """Births of a woman with (or without) a partner in the household, relative to all women of her age.

    With partner 1 / (s + (1 - s) r), without r times that; s = share with a partner among women of her age in the
    start population, r = `single_fertility`. The mean over the start population is 1 at every age, so that the
    age-specific rates hold; afterwards fewer couples mean fewer births.
    """
    with_partner = 1.0 / (partnered_share + (1.0 - partnered_share) * single_fertility)
    return with_partner if has_partner else single_fertility * with_partner


@rule
def place_fertility(county_ratio, city_ratio, census, p):
    """Fertility of a county relative to the nation: F = relative_fertility * (1 + w (q_county / q_city - 1)).

    q: children aged 0-4 per woman aged 15-49 in the start census; w = `county_fertility_weight` shrinks it.
    `census`: which start census (index in `codes.CENSUS_YEARS`).
    """
    return p.relative_fertility[census] * (1.0 + p.county_fertility_weight * (county_ratio / city_ratio - 1.0))


@rule
def birth_chance(rate_before, rate_now, place_level, fertility_level, factor):
    """Probability that a woman gives birth in the year: (f(age - 1) + f(age)) / 2 * F * L * partner factor, at most 1.

    Half of the year is lived at `age - 1`; f: births per woman by age (pack.fertility; UN WPP 2024).
    """
    return min(1.0, 0.5 * (rate_before + rate_now) * place_level * fertility_level * factor)


@rule
def is_boy(u, boys_per_girl):
    """A newborn is a boy with probability b / (1 + b), b boys per girl (pack.sex_ratio_at_birth)."""
    return u < boys_per_girl / (1.0 + boys_per_girl)


@rule
def newborn_ability(mothers_ability, u_radius, u_angle, p):
    """Persistent effect on log earnings: a = rho a_mother + sqrt(1 - rho^2) sd z, z normal (Box & Muller 1958).

    z = sqrt(-2 ln u1) cos(2 pi u2); rho = `ability_inheritance`, sd = `newborn_ability_sd`: the spread stays.
    """
    z = math.sqrt(-2.0 * math.log(u_radius)) * math.cos(2.0 * math.pi * u_angle)
    rho = p.ability_inheritance
    return rho * mothers_ability + math.sqrt(1.0 - rho * rho) * p.newborn_ability_sd * z
