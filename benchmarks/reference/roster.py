"""Mirrors sim/steps/roster.py: who is in which household, and as what."""

from benchmarks.reference.agents import Household, Person
from sim.codes import HEAD, OTHER, SPOUSE


def rebuild(model) -> None:
    """The dead and the departed go; everybody else becomes a member of the household that he or she chose."""
    together: dict[Household, list[Person]] = {}
    for person in list(model.people):
        if person.alive:
            together.setdefault(person.household, []).append(person)
        else:
            person.remove()
    for household in list(model.households):
        members = together.get(household)
        if members:
            household.members = in_order(members)
            continue
        if household.members:  # one that never had people was never a household
            model.flow["households_dissolved"][household.home] += 1
        household.dissolved = True
        household.remove()
    for household in model.households:
        if household.tie is not None and household.tie.dissolved:
            household.tie = None


def in_order(members: list[Person]) -> list[Person]:
    """One head, at most one spouse; then by role, the elder first, then by key."""
    appoint(members)
    return sorted(members, key=lambda person: (person.role, person.birth_year, person.key))


def appoint(members: list[Person]) -> None:
    """Head: the present one, else the spouse, else the eldest. Of several heads or spouses the eldest stays."""
    head = min(members, key=lambda person: (_claim(person), person.birth_year, person.key))
    spouses = [person for person in members if person.role == SPOUSE]
    spouse = min(spouses, key=_elder_first) if spouses else None
    for person in members:
        if person is head:
            person.role = HEAD
        elif person.role == HEAD or (person.role == SPOUSE and person is not spouse):
            person.role = OTHER


def _claim(person: Person) -> int:
    return {HEAD: 0, SPOUSE: 1}.get(person.role, 2)


def _elder_first(person: Person) -> tuple:
    return person.birth_year, person.key
