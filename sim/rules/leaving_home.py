"""Who leaves the parents' home to live alone, and what land goes along."""

from sim.codes import RURAL_HUKOU
from sim.rules import rule

FIRST_AGE, LAST_AGE = 18, 40


@rule
def rent_factor(rent, earnings, p):
    """Leaving home is rarer where rent is high: (rent / earnings / reference) ** -elasticity, from 1/4 to 2.

    `rent` of a standard home and expected `earnings`, both yuan a year; reference `leave_home_rent_reference`.
    """
    if rent <= 0.0:
        return 2.0
    if earnings <= 0.0:
        return 0.25
    burden = rent / earnings / p.leave_home_rent_reference
    return min(2.0, max(0.25, burden**-p.leave_home_rent_elasticity))


@rule
def leave_chance(age, p):
    """Chance a year, at the reference rent burden, that a child or other relative aged 18-40 wants a home of their own.

    By age: 18-21, 22-25, 26-30, 31-40 (`leave_home_hazard`); 0 at other ages. Multiplied by `rent_factor`.
    """
    if age < FIRST_AGE or age > LAST_AGE:
        return 0.0
    if age <= 21:
        return p.leave_home_hazard[0]
    if age <= 25:
        return p.leave_home_hazard[1]
    if age <= 30:
        return p.leave_home_hazard[2]
    return p.leave_home_hazard[3]


@rule
def land_taken(household_land, household_size, hukou_kind):
    """Contracted farmland (mu) that goes with one member who sets up a household: an equal share of the family's.

    Only members with rural hukou hold rights; somebody who lived alone takes all there is.
    """
    if household_size == 1:
        return household_land
    if hukou_kind != RURAL_HUKOU:
        return 0.0 * household_land
    return household_land / household_size
