"""Who considers a move in a year, and whether the family comes along."""

import math

from sim.codes import DORMITORY, HOMESTEAD, OWNED, PUBLIC_RENTAL, RENTED, UNEMPLOYED
from sim.rules import rule


@rule
def rogers_castro(age, p):
    """Migration intensity by age, per year (Rogers & Castro 1981, seven parameters).

    m(x) = a1 exp(-alpha1 x) + a2 exp(-alpha2 (x - mu2) - exp(-lambda2 (x - mu2))) + c
    """
    children = p.rc_a1 * math.exp(-p.rc_alpha1 * age)
    shifted = age - p.rc_mu2
    labour = p.rc_a2 * math.exp(-p.rc_alpha2 * shifted - math.exp(-p.rc_lambda2 * shifted))
    return children + labour + p.rc_c


@rule
def consider_hazard(age_intensity, status, tenure, p):
    """Probability of considering a move in the year.

    h = min(1, consider_rate * m(age) * f_status * f_tenure); the factors are parameters (priors).
    """
    factor = 1.0
    if status == UNEMPLOYED:
        factor *= p.consider_unemployed
    if tenure == OWNED:
        factor *= p.consider_owner
    elif tenure == HOMESTEAD:
        factor *= p.consider_homestead
    elif tenure == RENTED or tenure == PUBLIC_RENTAL or tenure == DORMITORY:
        factor *= p.consider_renter
    return min(1.0, p.consider_rate * age_intensity * factor)


@rule
def college_place(u, places, p):
    """Outside place (in pack order) where somebody who enters college goes to live, -1: studies in the city.

    P(away) = college_away; away, place o in proportion to its seats: `college_seats`[o] / sum. Admission is by the
    province, so that where the colleges are decides and not where the family lives. `places`: how many there are.
    """
    if u >= p.college_away:
        return -1
    total, last = 0.0, min(len(p.college_seats), places) - 1
    for o in range(last + 1):
        total += p.college_seats[o]
    left = u / p.college_away * total
    for o in range(last):
        left -= p.college_seats[o]
        if left < 0.0:
            return o
    return last


@rule
def family_comes_along(service, entitlement, minutes, p):
    """Probability that a family moves with its head instead of staying behind.

    P = logistic(base + b_service * entitlement * service - b_distance * hours)
    `service` index (1 = city mean), `entitlement` 0..1 at the destination, `minutes` of travel.
    """
    v = p.family_moves_base + p.family_moves_service * entitlement * service - p.family_moves_distance * minutes / 60.0
    return 1.0 / (1.0 + math.exp(-v))
