"""What a residence permit carries. Numbers or arrays [T]; `p` is the permits record."""

import numpy as np

from sim.rules import rule


@rule
def part(general, own, coverage):
    """Share of a public service that residents registered elsewhere may expect to use, 0 to 1.

    e = coverage * max(general, own): of those who hold a permit (`coverage`), what the permit carries: the general
    parity, or the part's own where a workshop has opened that part further. Source: plan 3.2 (M04, M08).
    """
    return coverage * np.maximum(general, own)


@rule
def entitlement(school, health, housing, insurance, p):
    """Share of all services used: the parts weighed by the parameters permit_weights, which are brought to sum 1.

    E = (w1 school + w2 health + w3 housing + w4 insurance) / (w1 + w2 + w3 + w4)
    """
    w = p.permit_weights
    return (w[0] * school + w[1] * health + w[2] * housing + w[3] * insurance) / (w[0] + w[1] + w[2] + w[3])


def school_access(open_share, room, children):
    """Share of the entitled children registered elsewhere who find a public place, 0 to 1.

    a = min(1, open_share * room / children); `room`: children for whom the county has places at the city's start mean,
    `children`: entitled ones registered elsewhere. Source: plan 3.2 (M07), indicator 3.
    """
    return np.minimum(open_share * room / np.maximum(children, 1e-9), 1.0)


def medical_refund(insured, level, p):
    """Medical costs refunded, yuan a person and year: refund of 2020 * (wage level over that of 2020) * insured share.

    Counts as transfer income (statistics bureau). Residents registered in the county are insured in full, others to
    the insurance part of their permit.
    """
    return p.medical_refund_2020 * level * insured
