"""Converting hukou: who may, and who wants to."""

import math

from sim.rules import rule


@rule
def eligible(years_here, insurance_years, recognised, threshold):
    """True when the years that count reach the entry threshold in force.

    years = years of residence here + recognised * years of insurance paid before coming (floor 0)
    """
    elsewhere = max(insurance_years - years_here, 0.0)
    return years_here + recognised * elsewhere >= threshold


@rule
def rights_lost(land_worth, has_homestead, kept, p):
    """ln(1 + worth of rural rights given up / scale); worth = land rent + homestead, yuan a year."""
    worth = land_worth + (p.homestead_value if has_homestead else 0.0)
    return math.log(1.0 + (1.0 - kept) * worth / p.land_value_scale)


@rule
def conversion_probability(service_gain, has_child, housing_gain, owns_home, lost, cost, years_here, far, p):
    """Probability that an eligible family converts in the year.

    P = rate * logistic(base + b_s * (1 - parity) * service * child factor + b_h * housing gain + b_o * owner
                        - b_l * lost - b_c * cost / 10^4 + b_a * min(years, 10) - b_t * far)
    `service_gain` = (1 - parity) * service index; `lost` from `rights_lost`; `cost` yuan; `far`: registered in another
    county, so that kin, graves and standing at home weigh.
    With parity 1 nothing is gained, so take-up stays low at threshold zero (Zhang & Hoekstra 2020 on the sign).
    """
    child = p.conversion_child_factor if has_child else 1.0
    v = p.conversion_base + p.conversion_service * service_gain * child + p.conversion_housing * housing_gain
    v += (p.conversion_owner if owns_home else 0.0) - p.conversion_land * lost
    v += p.conversion_attachment * min(years_here, 10.0) - p.conversion_cost * cost / 10000.0
    v -= p.conversion_tie if far else 0.0
    return p.conversion_rate / (1.0 + math.exp(-v))
