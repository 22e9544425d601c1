"""Mirrors sim/steps/couples.py: people who look for a partner meet in small circles."""

from benchmarks.reference.agents import Person
from benchmarks.reference.plain import plain
from sim.codes import MALE
from sim.draws import Decision, draw
from sim.rules import couples
from sim.rules.couples import NOT_ACCEPTED

mismatch = plain(couples.mismatch)
_POINTS = 2.0**53  # positions on the unit interval


def find_couples(model, seekers: list[Person]) -> list[tuple[Person, Person]]:
    """(man, woman) of those who marry."""
    market, meeting, p = model.marriage_market, model.stream(Decision.MARRY_POINT), model.rules.families
    circles: dict[tuple[int, int], list[tuple[int, Person]]] = {}
    for person in seekers:
        where = int(market.market[person.household.home])
        u = draw(meeting, person.key)
        circle = where, int(u * int(market.circles[where]))
        circles.setdefault(circle, []).append((int(u * _POINTS), person))
    pairs = []
    for circle in sorted(circles):
        seated = [person for _, person in sorted(circles[circle], key=lambda seat: seat[0])]
        pairs.extend(pair_up(seated, p))
    return pairs


def pair_up(circle: list[Person], p) -> list[tuple[Person, Person]]:
    """In turn each woman chooses the man left who suits her best."""
    men = [person for person in circle if person.sex == MALE]
    pairs = []
    for woman in circle:
        if woman.sex == MALE:
            continue
        best, lowest = None, NOT_ACCEPTED
        for man in men:
            cost = mismatch(woman.birth_year - man.birth_year, 0, man.education, woman.education, p)
            if cost < lowest:
                best, lowest = man, cost
        if best is not None:
            men.remove(best)
            pairs.append((best, woman))
    return pairs
