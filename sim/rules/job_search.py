"""How a seeker chooses where to look, who gets a post, and who works outside the city."""

import numpy as np

from sim.rules import rule


@rule
def commuting_reach(minutes, own_town, p):
    """Weight of a work town by travel time and whether it is the town of residence (1) or not (0).

    a = exp(-commute_decay * minutes) * own_town_weight^own_town, 0 beyond `longest_commute`.
    """
    return np.exp(-p.commute_decay * minutes) * p.own_town_weight**own_town * (minutes <= p.longest_commute)


@rule
def search_weight(openings, reach, relative_wage, p):
    """Weight of one town, sector and skill for a seeker: openings * reach * (w / w_mean)^search_wage_weight.

    A seeker applies once a round, to the alternative drawn in proportion to this weight (job-search gravity; random
    search in proportion to openings, Pissarides 2000, with the decay of commuting models).
    """
    return openings * reach * relative_wage**p.search_wage_weight


@rule
def works_outside(u: float, age: int, p) -> bool:
    """Has a person who lives outside the city work there? u < outside_job_chance between 16 and 59.

    `u` is the person's own and the same every year, so the same people work.
    """
    return 16 <= age < 60 and u < p.outside_job_chance
