"""What lies on one person's desk: the policy and the assumptions, what came before them, what is pinned.

The desk is the truth; sliders only show it. So a change of language, of view or of place loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import streamlit as st

from scenarios.address import ENSEMBLE, FROM_YEAR, START, Address, read_address, write_address
from scenarios.scenario import Scenario, load, setting_order
from sim.catalogue import Entry, assumptions, levers
from sim.paths import LAST_YEAR, Path
from sim.policy import Setting, compile_policy
from ui.city import city_pack
from ui.texts import LANGUAGES

KEPT = 200  # steps that can be undone
PINS = 6
DESK = "desk"


@dataclass
class Desk:
    """State of one session; `address` holds the policy, the assumptions, the seed and how the screen looks."""

    address: Address = field(default_factory=Address)
    past: list[Address] = field(default_factory=list)
    undone: list[Address] = field(default_factory=list)
    pins: list[Address] = field(default_factory=list)
    notices: list[object] = field(default_factory=list)  # errors to be told once
    replaying: bool = False
    covered: bool = False  # results are not shown: the room is guessing
    written: str = ""  # the query string that the page wrote last

    @property
    def look(self) -> Mapping[str, str]:
        return self.address.look

    @property
    def language(self) -> str:
        chosen = self.look.get("lang", "zh")
        return chosen if chosen in LANGUAGES else "zh"

    def see(self, **look: str) -> None:
        """Look at the same thing in another way; cannot be undone and needs not."""
        self.address = replace(self.address, look={**self.look, **look})

    def move(self, address: Address) -> None:
        """Set policy or assumptions; what is the same is no move, what is out of bounds is told and not done."""
        if world_of(address) == world_of(self.address):
            return
        try:
            compile_policy(address.settings, address.assumptions, city_pack(), START, LAST_YEAR, address.shocks)
        except ValueError as error:
            self.notices.append(error)
            return
        self.past = [*self.past[1 - KEPT :], self.address]
        self.undone = []
        self.address = address

    def undo(self) -> None:
        if self.past:
            self.undone.append(self.address)
            self.address = replace(self.past.pop(), look=self.look)

    def redo(self) -> None:
        if self.undone:
            self.past.append(self.address)
            self.address = replace(self.undone.pop(), look=self.look)

    def set_lever(self, lever: str, place: str, value: float) -> None:
        """From the first year lived, in this place. The value that holds without a setting takes the setting away."""
        kept = [s for s in self.address.settings if (s.lever, s.place) != (lever, place)]
        if value != without(kept, levers()[lever], place):
            kept.append(Setting(lever, place, Path.starting(FROM_YEAR, value)))
        self.move(replace(self.address, settings=tuple(sorted(kept, key=setting_order))))

    def assume(self, name: str, value: float) -> None:
        """The assumption from the first year lived; its default there takes it away."""
        kept = {k: p for k, p in self.address.assumptions.items() if k != name}
        if value != assumptions()[name].in_force(FROM_YEAR):
            kept[name] = Path.starting(FROM_YEAR, value)
        ordered = {k: kept[k] for k in assumptions() if k in kept}
        self.move(replace(self.address, assumptions=ordered))

    def vary(self, varied: bool) -> None:
        """Whether each future has a parameter set of the fitted ensemble, or all have the catalogue's values."""
        self.move(replace(self.address, parameters=ENSEMBLE if varied else ""))

    def take(self, scenario: Scenario) -> None:
        """The policy and the events of a scenario instead of these; assumptions stay."""
        settings = tuple(sorted(scenario.settings, key=setting_order))
        self.move(replace(self.address, settings=settings, shocks=scenario.shocks))

    def reset(self, policy: bool, assumed: bool) -> None:
        settings = () if policy else self.address.settings
        shocks = () if assumed else self.address.shocks
        kept = {} if assumed else self.address.assumptions
        varied = "" if assumed else self.address.parameters
        self.move(replace(self.address, settings=settings, assumptions=kept, shocks=shocks, parameters=varied))

    def cover(self, covered: bool) -> None:
        """Cover or uncover the results."""
        self.covered = covered

    def pin(self) -> None:
        """Keep what is on the screen for comparison; the oldest of too many goes."""
        hashes = [p.scenario.hash for p in self.pins]
        if self.address.scenario.hash not in hashes:
            self.pins = [*self.pins, self.address][-PINS:]


def world_of(address: Address) -> tuple[str, int, str]:
    """What the numbers on the screen depend on, how many futures there are apart."""
    return address.scenario.hash, address.seed, address.parameters


def without(settings: list[Setting], entry: Entry, place: str) -> float:
    """What holds in a place without a setting of its own: of a quantity that adds up nothing, else the value of
    the next broader place, in the end the default."""
    pack = city_pack()
    if place == pack.city_id:
        return entry.in_force(FROM_YEAR)
    if entry.spread == "total":
        return 0.0
    broader = [pack.city_id]
    if place in pack.counties:
        broader.insert(0, pack.regions[int(pack.county_region[pack.counties.index(place)])])
    own = {s.place: s.path for s in settings if s.lever == entry.key}
    return next((own[p].values[-1] for p in broader if p in own), entry.in_force(FROM_YEAR))


def value_at(address: Address, entry: Entry, place: str) -> float:
    """What a slider shows: the place's own setting (of a path its last value), else what holds without one."""
    own = next((s.path for s in address.settings if (s.lever, s.place) == (entry.key, place)), None)
    return own.values[-1] if own else without(list(address.settings), entry, place)


def assumed_value(address: Address, entry: Entry) -> float:
    path = address.assumptions.get(entry.key)
    return path.values[-1] if path else entry.in_force(FROM_YEAR)


def desk() -> Desk:
    """The desk of this session. Only a new session reads the address (an address typed in is a new session): while a
    person moves levers, the browser's address is always a little behind."""
    known: Desk | None = st.session_state.get(DESK)
    if known is None:
        given = {k: v for k, v in st.query_params.to_dict().items() if k not in ("embed", "embed_options")}
        known = st.session_state[DESK] = Desk(read_address(given, city_pack()))
        known.pins = read_pins(known.look.get("pins", ""))
        known.notices.extend(known.address.problems)
    return known


PIN_MARK = "|"  # between the pins of an address


def write_pins(pins: list[Address]) -> str:
    """Pinned scenarios as one value of an address."""
    return PIN_MARK.join(write_address(replace(p, look={}, version=""), city_pack()) for p in pins)


def read_pins(text: str) -> list[Address]:
    """The pins of an address, as far as they can be used."""
    found = [read_address(part, city_pack()) for part in text.split(PIN_MARK)[:PINS] if part]
    return [p for p in found if not p.problems]


@cache
def preset(name: str) -> Scenario:
    """A scenario of the library."""
    return load(name, city_pack())


def policy_of(chosen: Address | Scenario) -> tuple[dict, tuple]:
    """Levers and events, whatever their order and the assumptions."""
    return {s.field: s.path for s in chosen.settings}, tuple(chosen.shocks)
