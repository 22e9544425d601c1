"""Persons and households as Mesa agents (mirrors the columns of sim/people.py and sim/households.py)."""

import mesa
import numpy as np

from sim.codes import COLLEGE, HEAD, HIGH_SKILL, LOW_SKILL, NO_SECTOR, NOWHERE, SPOUSE


class CityAgent(mesa.Agent):
    """Registers itself as `sim.town.PlaceAgent` does: `Agent.__init__` of Mesa 3.3 keeps every model alive for ever."""

    def __init__(self, model: mesa.Model):
        self.model = model
        self.unique_id = next(model.agent_numbers)
        self.pos = None
        model.register_agent(self)


class Person(CityAgent):
    """One person. `household` is where the person will be at the next roster; `Household.members` is as of the last."""

    def __init__(self, model: mesa.Model, key: np.uint64, household: "Household", birth_year: int, sex: int):
        super().__init__(model)
        self.key = key
        self.household = household
        self.birth_year = birth_year
        self.arrival_year = birth_year
        self.sex = sex
        self.hukou_place = 0
        self.hukou_kind = 0
        self.education = 0
        self.role = HEAD
        self.status = 0
        self.sector = NO_SECTOR
        self.work_town = NOWHERE
        self.self_employed = 0
        self.insurance_years = 0
        self.ability = 0.0
        self.wage = 0.0
        self.alive = True  # False: dead, or left the model; goes at the next roster

    @property
    def skill(self) -> int:
        """Skill group of the labour market."""
        return HIGH_SKILL if self.education == COLLEGE else LOW_SKILL

    def lives_with_partner(self) -> bool:
        """A spouse, or a head with a spouse (who stands second among the members)."""
        if self.role == SPOUSE:
            return True
        members = self.household.members
        return self.role == HEAD and len(members) > 1 and members[1].role == SPOUSE

    def leave_post(self, status: int) -> None:
        """Gives up work and becomes `status`."""
        self.status = status
        self.sector = NO_SECTOR
        self.work_town = NOWHERE
        self.self_employed = 0


class Household(CityAgent):
    """One household; `tie` is another household or None."""

    def __init__(self, model: mesa.Model, key: np.uint64, home: int, tenure: int):
        super().__init__(model)
        self.key = key
        self.members: list[Person] = []  # head first; changes at the roster only
        self.home = home
        self.tenure = tenure
        self.origin = 0
        self.homestead = NOWHERE
        self.tie: Household | None = None
        self.village = 0
        self.moved_year = 0
        self.land = 0.0
        self.wage_income = 0.0
        self.business_income = 0.0
        self.property_income = 0.0
        self.transfer_income = 0.0
        self.dissolved = False

    @property
    def size(self) -> int:
        """Persons at the last roster."""
        return len(self.members)

    @property
    def head(self) -> Person:
        """The first of the members."""
        return self.members[0]
