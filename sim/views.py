"""Read-only views on one person or one household: rows of the columns that behave like agents."""

from sim.codes import INCOME_SOURCES
from sim.steps.choice import location_of


class View:
    """A row found by its key; attributes read the row's columns. The row is looked up again each time."""

    table = ""

    def __init__(self, model, key: int):
        self._model, self.key = model, int(key)

    @property
    def row(self) -> int | None:
        """Row now, or None when nobody has this key any more."""
        found = (getattr(self._model, self.table).key == self.key).nonzero()[0]
        return int(found[0]) if len(found) else None

    def __getattr__(self, name: str):
        row = self.row
        if row is None:
            raise AttributeError(f"nobody with key {self.key} lives in the model in {self._model.year}")
        return getattr(getattr(self._model, self.table), name)[row].item()


class PersonView(View):
    """One person."""

    table = "people"

    @property
    def age(self) -> int:
        """Age reached in the year."""
        return self._model.year - self.birth_year

    @property
    def home(self) -> "HouseholdView":
        """The household this person lives in."""
        return HouseholdView(self._model, self._model.households.key[self.household])


class HouseholdView(View):
    """One household."""

    table = "households"

    @property
    def members(self) -> list[PersonView]:
        """Members, the head first."""
        row, model = self.row, self._model
        if row is None:
            return []
        first, size = model.households.first[row], model.households.size[row]
        return [PersonView(model, k) for k in model.people.key[first : first + size]]

    @property
    def place_id(self) -> str:
        """Id of the town or outside place of residence."""
        model = self._model
        location = location_of.py_func(self.home, model.T)
        return model.pack.towns[location] if location < model.T else model.pack.outside[location - model.T]

    @property
    def income(self) -> tuple[float, ...]:
        """Wage, business, property and transfer income, yuan a year."""
        sources = (self.wage_income, self.business_income, self.property_income, self.transfer_income)
        assert len(sources) == INCOME_SOURCES
        return sources
