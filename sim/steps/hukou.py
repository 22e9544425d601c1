"""Step 9: migrants and villagers in urban parts consider converting their hukou, family by family."""

from typing import NamedTuple

import numpy as np

from sim.codes import HOMESTEAD, NOWHERE, OWNED, RURAL_HUKOU, URBAN_HUKOU
from sim.draws import Decision, draw
from sim.engine import add_up
from sim.rules import kernel
from sim.rules.hukou import conversion_probability, eligible, rights_lost
from sim.steps import permits
from sim.steps.choice import SCHOOL_AGE_FROM, SCHOOL_AGE_TO


class Terms(NamedTuple):
    """Levers and signals by town, float64[T]; `parity` and `homes` are what a permit carries."""

    threshold: np.ndarray
    parity: np.ndarray
    homes: np.ndarray
    recognised: np.ndarray
    kept: np.ndarray
    cost: np.ndarray
    housing_years: np.ndarray
    service: np.ndarray
    land_rent: np.ndarray


LEVERS = ("years_recognised", "rural_rights_kept", "hukou_cost", "public_rental_years")


@kernel
def _convert(lo, hi, c, h, year, towns, county_of, terms, stream, keep_stream, p, out):
    """Converts the members registered with the head; adds converted persons to out[place]."""
    for row in range(lo, hi):
        place = np.uint32(h.home[row])
        if place >= 2 * towns or h.size[row] == 0:
            continue
        t, urban = place // 2, place % 2 == 1
        a = np.uint32(h.first[row])
        b = a + np.uint32(h.size[row])
        registered, rural = c.hukou_place[a], c.hukou_kind[a] == RURAL_HUKOU
        migrant = registered != t
        if not migrant and not (urban and rural):
            continue
        u = draw(stream, h.key[row])
        if u >= p.conversion_rate:  # the chance is never above the rate: few families are left to weigh it
            continue
        years = float(year - c.arrival_year[a])
        insured = float(c.insurance_years[a])
        if migrant and not eligible(years, insured, terms.recognised[t], terms.threshold[t]):
            continue
        child = False
        for i in range(a, b):
            child = child or SCHOOL_AGE_FROM <= year - c.birth_year[i] <= SCHOOL_AGE_TO
        gain = (1.0 - terms.parity[t]) * terms.service[t] if migrant else 0.0
        homes = 1.0 - terms.homes[t] if migrant and years < terms.housing_years[t] else 0.0
        worth = h.land[row] * terms.land_rent[registered] if registered < towns else 0.0
        holds = h.homestead[row] != NOWHERE or registered >= towns
        lost = rights_lost(worth, holds, terms.kept[t], p) if rural else 0.0
        owner = h.tenure[row] == OWNED or h.tenure[row] == HOMESTEAD
        far = registered >= towns or county_of[registered] != county_of[t]
        chance = conversion_probability(gain, child, homes, owner, lost, terms.cost[t], years, far, p)
        if u >= chance:
            continue
        if rural:
            h.land[row] *= terms.kept[t]
            if draw(keep_stream, h.key[row]) >= terms.kept[t]:
                h.homestead[row] = NOWHERE
        for i in range(a, b):
            if c.hukou_place[i] == registered:
                c.hukou_place[i] = t
                if urban:
                    c.hukou_kind[i] = URBAN_HUKOU
                out[place] += 1


def hukou(model) -> None:
    """Conversions of the year, counted by place of residence in flow['conversions']."""
    s = model.signals
    threshold, *levers = (np.ascontiguousarray(model.lever(name)) for name in ("hukou_threshold_years", *LEVERS))
    carried = permits.permit(model)
    terms = Terms(threshold, carried.whole, carried.housing, *levers, s.service, s.land_rent)
    c, h, year, county, p = (
        model.people.rows,
        model.households.rows,
        model.year,
        model.pack.town_county,
        model.par.hukou,
    )
    luck = model.stream(Decision.HUKOU_CONVERSION), model.stream(Decision.LAND_TRANSFER)

    def work(lo, hi, out):
        _convert(lo, hi, c, h, year, model.T, county, terms, *luck, p, out)

    model.flow["conversions"] += add_up(len(model.households), model.threads, (model.P,), work)
