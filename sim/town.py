"""Towns and outside places as Mesa agents: the vocabulary of the model, views on its arrays."""

import mesa

from sim.codes import SKILLS


class PlaceAgent(mesa.Agent):
    """A place. Registers itself without `Agent.__init__`, which in Mesa 3.3 keeps every model alive for ever."""

    def __init__(self, model: mesa.Model, index: int, place_id: str):
        self.model = model
        self.unique_id = index + 1
        self.pos = None
        self.index = index
        self.place_id = place_id
        model.register_agent(self)

    def name(self, lang: str = "zh") -> str:
        """Official name."""
        return self.model.pack.place_name(self.place_id, lang)

    @property
    def expected_earnings(self) -> tuple[float, ...]:
        """Yuan a year by skill: wage times chance of work within reach."""
        return tuple(float(self.model.signals.expected_earnings[self.index, k]) for k in range(SKILLS))


class Town(PlaceAgent):
    """One of the T towns; read-only views on the town's rows."""

    @property
    def jobs(self) -> int:
        """Posts, all sectors and skills, agent units."""
        return int(self.model.towns.jobs[self.index].sum())

    @property
    def homes(self) -> int:
        """Homes in both parts, agent units."""
        return int(self.model.towns.homes[2 * self.index : 2 * self.index + 2].sum())

    @property
    def rent(self) -> float:
        """Yuan a year for a standard home in the urban part."""
        return float(self.model.signals.rent[2 * self.index + 1])

    @property
    def service(self) -> float:
        """Index of services, 1 = city mean at the start."""
        return float(self.model.signals.service[self.index])


class OutsidePlace(PlaceAgent):
    """An origin of migrants and a destination of residents."""
