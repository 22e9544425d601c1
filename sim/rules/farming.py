"""Leaving the land, the land that is left, and what a farmer earns."""

import math

from sim.rules import rule


@rule
def seeks_nonfarm(age: int, expected_wage: float, farm_income: float, p) -> float:
    """Chance that a farmer seeks a non-farm post this year.

    P = 1 / (1 + exp(-(farm_exit_constant + farm_exit_income * ln(W / F) - farm_exit_age * (age - 40) / 10)))

    W: expected non-farm earnings within commuting reach (wage times chance of work, Harris and Todaro 1970), F: farm
    income. Younger farmers leave, older ones stay. The same chance says whether a villager without work waits for
    a post rather than farms.
    """
    gain = math.log(max(expected_wage, 1.0) / max(farm_income, 1.0))
    logit = p.farm_exit_constant + p.farm_exit_income * gain - p.farm_exit_age * (age - 40) / 10.0
    return 1.0 / (1.0 + math.exp(-logit))


@rule
def enters_farming(expected_wage: float, farm_income: float, p) -> float:
    """Chance that a villager with land and without work takes up farming before looking for a post.

    P = 1 / (1 + exp(farm_entry_constant + farm_exit_income * ln(W / F))), W and F as in `seeks_nonfarm`: when farms
    have grown so that farming pays more than posts do, people come back to it.
    """
    gain = math.log(max(expected_wage, 1.0) / max(farm_income, 1.0))
    return 1.0 / (1.0 + math.exp(p.farm_entry_constant + p.farm_exit_income * gain))


@rule
def land_per_farmer(own: float, offered: float, farmers: int, p) -> float:
    """Mu that one farmer of the town works: (own + offered) / farmers, not above `land_capacity`.

    own: land of households that farm; offered: land of households that do not, as far as it is transferred. The fewer
    the farmers, the more land each.
    """
    return min((own + offered) / max(farmers, 1), p.land_capacity)


@rule
def farm_value_added(land: float, productivity: float, p) -> float:
    """Income before rent of one farmer who works `land` mu, yuan a year.

    Y = farm_value_added_share * productivity * reference_land * (land / reference_land)^land_scale_elasticity,
    productivity being the output per mu of the year at the reference land. Elasticity below 1: each mu is worked less.
    """
    return (
        p.farm_value_added_share
        * productivity
        * p.reference_land
        * (land / p.reference_land) ** p.land_scale_elasticity
    )


@rule
def training_growth(trained: float, farmers: float, p) -> float:
    """Extra growth of farm output per mu when farmers are trained, per cent: 100 * gain * min(1, trained / farmers).

    Source: plan 3.3 (M11); the gain of a trained farmer is a prior.
    """
    return 100.0 * p.farm_training_gain * min(trained / farmers, 1.0) if farmers > 0.0 else 0.0


@rule
def rent_per_mu(value_added: float, land: float, p) -> float:
    """Rent of transferred land, yuan per mu a year: land_rent_share * value added per mu."""
    return p.land_rent_share * value_added / land if land > 0.0 else 0.0
