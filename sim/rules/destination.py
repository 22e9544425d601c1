"""Where to: the terms of the utility of a place. The choice is a multinomial logit over all places.

V = income + services + network + size + distance + room [+ liveable village] [+ home place, homestead] [+ staying]
P(j) = exp(V_j) / sum_k exp(V_k)

Where towns are too many to weigh them all, a town j drawn from those that are not near with chance q_j a draw, n draws,
stands for the others: V'_j = V_j - ln(n q_j) (sampling of alternatives, McFadden 1978; `sim/steps/candidates.py`).
"""

import math

from sim.rules import rule


@rule
def income_utility(earnings, rent, p):
    """theta * ln(expected earnings after rent, 1000 yuan); Harris & Todaro 1970: wage times chance of work.

    `earnings` yuan a year (already wage times chance), `rent` yuan a year that this person would pay.
    Rent can take nine tenths of earnings at the most.
    """
    return p.income_weight * math.log(max(earnings - rent, 0.1 * earnings) / 1000.0 + 1e-9)


@rule
def service_utility(service, entitlement, has_child, p):
    """sigma * entitlement * index, more for a family with children of school age."""
    weight = p.service_weight * (p.service_child_factor if has_child else 1.0)
    return weight * entitlement * service


@rule
def room_utility(chance, p):
    """rho * ln(chance of finding a home there), chance at least 1 %.

    Choice among places that may be full: the odds of a place fall with its availability (de Palma, Picard and Waddell
    2007, Journal of Urban Economics 62(2)); rho = 1 is their ratio. Staying, a homestead of one's own and places
    outside need no search.
    """
    return p.room_weight * math.log(max(chance, 0.01))


@rule
def amenity_utility(liveable, at_start, p):
    """alpha * (share of liveable villages - that of the start year): the worth of pleasant villages (plan 4.4, M25)."""
    return p.amenity_weight * (liveable - at_start)


@rule
def network_utility(log_people, p):
    """nu * ln(1 + people there who are registered where this person is)."""
    return p.network_weight * log_people


@rule
def size_utility(size, p):
    """eta * ln(size): a place is a bundle of unseen alternatives (McFadden 1978); size in 1000 residents."""
    return p.size_weight * math.log(size / 1000.0 + 0.01)


@rule
def distance_utility(minutes, p):
    """-delta * ln(travel minutes / reference), at least one minute.

    Sources: gravity literature (Fan et al. 2018; Zhang & Zhao 2011).
    """
    return -p.distance_weight * math.log(max(minutes, 1.0) / p.distance_reference)


@rule
def home_utility(is_hukou_town, has_homestead, p):
    """Pull of the place of registration, and of a homestead in its village."""
    v = 0.0
    if is_hukou_town:
        v += p.home_weight
    if has_homestead:
        v += p.homestead_weight
    return v


@rule
def stay_utility(years_here, is_hukou_town, p):
    """Inertia: cost of moving, attachment that grows with years (capped), registration here."""
    v = p.stay_weight + p.stay_years_weight * min(years_here, p.attachment_years)
    if is_hukou_town:
        v += p.stay_registered
    return v
