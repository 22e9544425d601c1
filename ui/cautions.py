"""Warnings about a mix: levers beyond what the catalogue calls their maximum, levers that move nothing, money."""

from dataclasses import dataclass
from html import escape

from scenarios.address import END, Address
from sim.catalogue import levers
from ui.budget import FULL, extra_cost
from ui.city import city_pack
from ui.ensemble import Ensemble, change
from ui.simulate import places
from ui.slot import Slot
from ui.texts import number, place_name, text, title

BALANCE = "budget_balance"
SHOWN = 2


@dataclass(frozen=True)
class Cautions:
    """One line over the view; empty where there is nothing to say."""

    address: Address
    language: str
    slot: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        told = [*of_levers(self.address, self.language), *of_money(baseline, current, self.language)]
        if not told:
            self.slot.html('<div class="no-caution"></div>')
            return
        shown = told[:SHOWN]
        if len(told) > SHOWN:
            shown.append(text(self.language, "caution_more", n=len(told) - SHOWN))
        joint = "；" if self.language == "zh" else "; "
        every = escape(joint.join(told))
        self.slot.html(f'<div class="caution" role="note" title="{every}">⚠ {escape(joint.join(shown))}</div>')


def of_levers(address: Address, language: str) -> list[str]:
    """Levers that go further than the level `maximum`, or that cannot act today."""
    told = []
    for s in address.settings:
        entry, value = levers()[s.lever], s.path.values[-1]
        city = s.place == city_pack().city_id
        where = "" if city else f"（{place_name(language, s.place)}）" if language == "zh" else f" ({s.place})"
        name = title(language, entry)
        keep, most = float(entry.levels["keep"]), float(entry.levels["maximum"])
        if "spent" in entry.extra:
            told.append(text(language, "caution_spent", name=name, place=where, why=entry.spent[language]))
        elif (value - most) * (1 if most > keep else -1) > 1e-9:
            told.append(
                text(language, "caution_beyond", name=name, place=where, value=f"{value:,g}", most=f"{most:,g}")
            )
    return told


def of_money(baseline: Ensemble, current: Ensemble, language: str) -> list[str]:
    """A cost that takes a large share of revenue; budgets that run dry because of the policy."""
    told = []
    _, share = extra_cost(baseline, current)
    if share > FULL:
        told.append(text(language, "caution_budget", share=f"{100 * share:.1f}", full=f"{100 * FULL:.0f}"))
    c = change(baseline, current, BALANCE, places()[0], END)
    if c.current < 0 <= c.baseline and c.difference < 0:
        told.append(text(language, "caution_deficit", year=END, value=number(c.current), base=number(c.baseline)))
    return told
