"""A world that can be run again and again to any moment of it: the same policy, luck and people each time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sim.model import CityModel, without_cycle_search


class _Here(Exception):
    """The moment has come."""


@dataclass(frozen=True)
class World:
    """What `CityModel` is made from."""

    policy: Any = None
    start: int = 2020
    options: dict[str, Any] = field(default_factory=dict)  # scale, seed, threads, pack, parameters, population

    def open(self) -> CityModel:
        """The city in its start year."""
        return CityModel(self.policy, start=self.start, **self.options)

    def run(self, last: int, watch: Callable[[str, CityModel], None] | None = None) -> CityModel:
        """The city in the year `last`; `watch` is called before each step with its name."""
        model = self.open()
        model.watch = watch
        model.run_until(last)
        model.watch = None
        return model

    def until(self, year: int, step: str) -> CityModel:
        """The city as it stands right before a step of a year. It can be read, and be changed, but not run on."""
        model = self.open()

        def stop(name: str, city: CityModel) -> None:
            if city.year == year and name == step:
                raise _Here

        model.watch = stop
        with without_cycle_search():
            while True:
                try:
                    model.step()
                except _Here:
                    model.watch = None
                    return model
                if model.year >= year:
                    raise ValueError(f"no step {step!r} in {year}")
