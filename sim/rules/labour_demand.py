"""How many posts firms want, by sector and skill."""

import math

from sim.rules import rule


@rule
def secondary_growth(external: float, lever: float) -> float:
    """Growth of posts in manufacturing and building at unchanged wages, per cent a year.

    g = external demand + policy. The sector sells outside the city, so its growth is exogenous.
    """
    return external + lever


@rule
def tertiary_growth(external: float, lever: float, earnings_growth: float, p) -> float:
    """Growth of service posts at unchanged wages, per cent a year.

    g = external demand + policy + local_multiplier * 100 * earnings_growth, where `earnings_growth` is the change of
    the log of residents' earnings within reach, measured in national wages (so it is growth of customers, not of wages
    in general). Source: local multipliers (Moretti 2010), elasticity a prior.
    """
    return external + lever + p.local_multiplier * 100.0 * earnings_growth


@rule
def skill_share(share: float, demand_share: float, supply_share: float, lever: float, p) -> float:
    """High-skill share of posts next year, 0.001 to 0.95.

    logit(h') = logit(h) + skill_adoption_rate * (logit(S) - logit(H)), then h' + lever / 100, with H the city's share
    of high-skill posts and S the share of high-skilled people in its labour force. Firms adopt ways of working that use
    the skills at hand (Acemoglu 1998; Beaudry, Doms and Lewis 2010); the speed is a prior. `lever`: percentage points.
    """
    gap = math.log(supply_share / (1.0 - supply_share)) - math.log(demand_share / (1.0 - demand_share))
    logit = math.log(share / (1.0 - share)) + p.skill_adoption_rate * gap
    return min(max(1.0 / (1.0 + math.exp(-logit)) + lever / 100.0, 0.001), 0.95)


@rule
def followed(base, before, now, p):
    """Posts of a year after firms of other places have followed the labour force of the city.

    b' = b (L_now / L_before)^posts_follow_people, L the city's labour force after the last two years. Posts follow
    people as well as people follow posts (Carlino and Mills 1987; Blanchard and Katz 1992): without it more hands
    would only mean fewer posts a head. The elasticity is a prior.
    """
    return base * (now / before) ** p.posts_follow_people


@rule
def relocated(base, total, labour_share, p):
    """Posts of one sector and skill in a town after a year's closures and openings.

    b' = (1 - relocation_rate) * b + relocation_rate * B * labour_share: a share of all posts B of the city closes and
    opens again where the labour force lives, farmers included: firms follow labour to spare; the rate is a prior.
    """
    return (1.0 - p.relocation_rate) * base + p.relocation_rate * total * labour_share


@rule
def more_productive(wage, percent):
    """Start wage of a place after a year of extra growth of productivity: w' = w (1 + percent / 100).

    The reference wage of labour demand moves with it, so that better work does not cost posts. Source: plan 5.2 (M29).
    """
    return wage * (1.0 + percent / 100.0)


@rule
def opened(base, posts):
    """Posts after those that a programme opens in the countryside: b' = b + posts a year (plan 7.4, M43).

    They are filled like any other; what stays empty is withdrawn again (`withdrawn`).
    """
    return base + posts


@rule
def moved_to_partner(wanted, posts, p):
    """Posts of an Eastern county that move to its Western partner in a year: min(wanted, relocation_most * posts).

    Source: plan 7.4 (M42); no county gives up more than a share of its posts a year (prior).
    """
    return min(wanted, p.relocation_most * posts)


@rule
def withdrawn(base, vacancy, p):
    """Posts left after firms give up on those that stay empty.

    b' = b * (1 - withdrawal_rate * max(0, v - start_vacancy_share)), v the share of posts empty after last year's
    matching: where hands are short, growth stops (Pissarides 2000 on vacancies and labour market tightness).
    """
    return base * (1.0 - p.withdrawal_rate * max(vacancy - p.start_vacancy_share, 0.0))


@rule
def posts_wanted(base, relative_wage, shock: float, p):
    """Posts that firms want (not yet whole).

    D = base * (w / w_reference)^(-demand_wage_elasticity) * (1 + shock / 100), shock in per cent; the reference wage is
    the start wage of the same place and skill moved with national wages. Agglomeration is in the wage only, so it is
    not counted twice.
    """
    return base * relative_wage ** (-p.demand_wage_elasticity) * (1.0 + shock / 100.0)
