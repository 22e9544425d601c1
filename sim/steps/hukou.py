"""Step 9: migrants and villagers in urban parts consider converting their hukou, family by family."""

import numpy as np

from sim.codes import HOMESTEAD, NOWHERE, OWNED, RURAL_HUKOU, URBAN_HUKOU
from sim.draws import Decision, draw
from sim.engine import add_up
from sim.rules import kernel
from sim.rules.hukou import conversion_probability, eligible, rights_lost
from sim.steps.choice import SCHOOL_AGE_FROM, SCHOOL_AGE_TO


@kernel
def _convert(
    lo, hi, hh_key, first, size, home, tenure, land, homestead,
    birth_year, arrival_year, hukou_place, hukou_kind, insurance_years,
    year, towns, county_of, threshold, parity, recognised, kept, cost, housing_years, service, land_rent, stream, keep_stream,
    p, out,
):  # fmt: skip
    """Converts the members registered with the head; adds converted persons to out[place]."""
    for h in range(lo, hi):
        place = home[h]
        if place >= 2 * towns or size[h] == 0:
            continue
        t, urban = place // 2, place % 2 == 1
        a = first[h]
        registered, kind = hukou_place[a], hukou_kind[a]
        migrant = registered != t
        if not migrant and not (urban and kind == RURAL_HUKOU):
            continue
        years = float(year - arrival_year[a])
        if migrant and not eligible(years, float(insurance_years[a]), recognised[t], threshold[t]):
            continue
        child = False
        for i in range(a, a + size[h]):
            child = child or SCHOOL_AGE_FROM <= year - birth_year[i] <= SCHOOL_AGE_TO
        gain = (1.0 - parity[t]) * service[t] if migrant else 0.0
        homes = 1.0 if migrant and years < housing_years[t] else 0.0
        worth = land[h] * land_rent[registered] if registered < towns else 0.0
        rural = kind == RURAL_HUKOU
        lost = rights_lost(worth, rural and (homestead[h] != NOWHERE or registered >= towns), kept[t], p)
        far = registered >= towns or county_of[registered] != county_of[t]
        owner = tenure[h] == OWNED or tenure[h] == HOMESTEAD
        chance = conversion_probability(gain, child, homes, owner, lost if rural else 0.0, cost[t], years, far, p)
        if draw(stream, hh_key[h]) >= chance:
            continue
        if rural:
            land[h] *= kept[t]
            if draw(keep_stream, hh_key[h]) >= kept[t]:
                homestead[h] = NOWHERE
        for i in range(a, a + size[h]):
            if hukou_place[i] == registered:
                hukou_place[i] = t
                if urban:
                    hukou_kind[i] = URBAN_HUKOU
                out[place] += 1


def hukou(model) -> None:
    """Conversions of the year, counted by place of residence in flow['conversions']."""
    hh, people, s = model.households, model.people, model.signals
    levers = [
        np.ascontiguousarray(model.lever(name))
        for name in (
            "hukou_threshold_years",
            "permit_parity",
            "years_recognised",
            "rural_rights_kept",
            "hukou_cost",
            "public_rental_years",
        )
    ]
    args = (
        hh.key, hh.first, hh.size, hh.home, hh.tenure, hh.land, hh.homestead, people.birth_year, people.arrival_year,
        people.hukou_place, people.hukou_kind, people.insurance_years, model.year, model.T, model.pack.town_county, *levers,
        s.service, s.land_rent, model.stream(Decision.HUKOU_CONVERSION), model.stream(Decision.LAND_TRANSFER),
        model.par.hukou,
    )  # fmt: skip
    model.flow["conversions"] += add_up(
        len(hh), model.threads, (model.P,), lambda lo, hi, out: _convert(lo, hi, *args, out)
    )
