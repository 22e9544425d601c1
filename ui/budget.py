"""What the policy costs: programmes beyond the baseline's, all years together, against public revenue."""

from dataclasses import dataclass
from html import escape

from scenarios.address import END, FROM_YEAR
from ui.ensemble import Ensemble
from ui.simulate import places
from ui.slot import Slot
from ui.texts import number, text

COST, REVENUE = "programme_cost", "revenue"
FULL = 0.10  # share of revenue at which the bar is full


@dataclass(frozen=True)
class BudgetMeter:
    """A bar under the levers."""

    language: str
    slot: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        cost, share = extra_cost(baseline, current)
        width = 100 * min(1.0, max(0.0, share / FULL))
        shown = cost if self.language == "zh" else cost / 10.0  # a billion is ten times 亿
        said = text(self.language, "budget_meter", cost=number(shown, 10.0, sign=True), share=f"{100 * share:.1f}")
        about = text(self.language, "budget_about", start=FROM_YEAR, end=END, full=f"{100 * FULL:.0f}")
        over = " over" if share > FULL else ""
        self.slot.html(
            f'<div class="budget{over}" title="{escape(about)}"><div class="said">{escape(said)}</div>'
            f'<div class="bar" role="meter" aria-label="{escape(said)}" aria-valuemin="0" aria-valuemax="100" '
            f'aria-valuenow="{width:.0f}"><i style="width:{width:.1f}%"></i></div></div>'
        )


def extra_cost(baseline: Ensemble, current: Ensemble) -> tuple[float, float]:
    """(100 million yuan of 2020, share of the baseline's revenue) over all years lived, mean over futures."""
    city = places()[0]
    lived = baseline.years >= FROM_YEAR
    extra = (current.of(COST, city) - baseline.of(COST, city))[:, lived].sum(axis=1).mean()
    revenue = baseline.of(REVENUE, city)[:, lived].sum(axis=1).mean()
    return float(extra), float(extra / revenue)
