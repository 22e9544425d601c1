"""What the census says of each county: the margins that the start population must have."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from sim.synthesis.tables import round_to_total, shift_to_total

CENSUS_HUKOU_YEAR = 2010  # the last census year with registered population and its kind for every county
MAX_SIZE = 8  # largest family household made; larger ones are counted in it
MOST_URBAN_HUKOU = 0.98


@dataclass(frozen=True)
class CountyTargets:
    """Margins of one county in one census year, whole persons or households."""

    county: int
    residents: int
    collective: int
    age_sex: np.ndarray  # int64[G, 2]
    sizes: np.ndarray  # int64[MAX_SIZE], family households with 1, 2, ... members
    generations: np.ndarray  # int64[4], family households
    classes: np.ndarray  # int64[4], residents by migrant class
    parts: np.ndarray  # int64[towns, 2], residents by town and part (rural, urban)
    education: np.ndarray  # int64[4], residents by level
    employment_rate: float  # employed per resident of 16 and over
    sectors: np.ndarray  # float64[3], shares of the employed
    tenure: np.ndarray  # float64[3], shares of family households: homestead, owned, rented
    registered: int  # persons registered in the county, wherever they live
    urban_hukou_share: float

    @property
    def households(self) -> int:
        return int(self.sizes.sum())


def size_distribution(households: int, alone: int, persons: int, shape: np.ndarray) -> np.ndarray:
    """int64[MAX_SIZE]: households by size with these totals.

    n_s ~ shape_s * exp(lambda * s) for s >= 2: the distribution nearest to `shape` with the census mean.
    """
    size = np.arange(2, MAX_SIZE + 1)
    mean = (persons - alone) / (households - alone)

    def weights(slope: float) -> np.ndarray:
        w = shape * np.exp(slope * (size - 4))
        return w / w.sum()

    slope = brentq(lambda x: weights(x) @ size - mean, -8, 8)
    counts = np.concatenate([[alone], round_to_total(weights(slope), households - alone)])
    gap = int(persons - counts @ np.arange(1, MAX_SIZE + 1))
    for _ in range(abs(gap)):  # at most a few: rounding moved a household by one size
        source = 2 if gap > 0 else 3  # index of size 3 or 4
        counts[source] -= 1
        counts[source + (1 if gap > 0 else -1)] += 1
    return counts


def registered_population(pack, year: int) -> np.ndarray:
    """float64[C]: persons registered in each county.

    The census figure where there is one; else the bureau's figure of the year, else the rounded figure
    (`hukou_population_approx`), else the 2010 census and ten years of its natural growth.
    """
    base = pack.county_value("hukou_population", CENSUS_HUKOU_YEAR)
    growth = pack.county_value("natural_growth_rate", CENSUS_HUKOU_YEAR) / 1000
    grown = base * (1 + growth) ** (year - CENSUS_HUKOU_YEAR)
    approximate = pack.county_value_or("hukou_population_approx", year, grown)
    return pack.county_value_or("hukou_population", year, approximate)


def town_parts(pack, year: int, par) -> np.ndarray:
    """int64[T, 2]: residents of the rural and urban part of each town.

    logit(urban share) = c_county + tier effect of seats + elasticity * log(density); c_county makes the
    county's urban residents exact. Town totals are those of the pack, rounded to the county's total.
    """
    residents, urban = pack.county_value("resident_population", year), pack.county_value("urban_population", year)
    raw = pack.town_residents(year)
    upper = pack.tiers[: len(pack.tiers) // 2]  # the upper half of the tiers: central city and county seats
    seat = np.isin(np.array(pack.town_tier), upper)
    logit = par.start_urban_logit_tier * seat + par.start_urban_logit_density * np.log(raw / pack.town_area_km2)
    parts = np.zeros((len(raw), 2), dtype=np.int64)
    for c in range(len(pack.counties)):
        rows = np.flatnonzero(pack.town_county == c)
        total = round_to_total(raw[rows], int(residents[c]))
        share = shift_to_total(total, logit[rows], urban[c])
        parts[rows, 1] = np.minimum(round_to_total(share, int(urban[c])), total)
        parts[rows, 0] = total - parts[rows, 1]
    return parts


def _urban_hukou(pack, year: int, par) -> np.ndarray:
    """float64[C]: urban share of the registered; after 2010 raised by the city's observed and assumed rise."""
    share = pack.county_value("non_agricultural_hukou_share", CENSUS_HUKOU_YEAR) / 100
    return np.minimum(share + par.start_urban_hukou_rise / 100 * (year > CENSUS_HUKOU_YEAR), MOST_URBAN_HUKOU)


def _education(pack, year: int) -> np.ndarray:
    """float64[C, 4]; the youngest, whom the table leaves out, are primary or less."""
    value = pack.county_value
    junior, senior = value("education_junior_secondary", year), value("education_senior_secondary", year)
    college = value("education_college", year) + value("education_bachelor_plus", year)
    rest = value("resident_population", year) - junior - senior - college
    return np.stack([rest, junior, senior, college], axis=1)


def _tenure(pack, year: int) -> np.ndarray:
    """float64[C, 3]: homestead, owned, rented; the other kinds are spread in proportion."""
    inherited = pack.county_value_or("tenure_share_inherited", year, 0.0)
    built = pack.county_value("tenure_share_self_built", year) + inherited
    bought, rented = (pack.county_value(f"tenure_share_{k}", year) for k in ("purchased", "rented"))
    shares = np.stack([built, bought, rented], axis=1)
    return shares / shares.sum(axis=1, keepdims=True)


def _classes(pack, year: int) -> np.ndarray:
    """int64[C, 4]: residents by migrant class (local, same county, same province, other province)."""
    names = ("same_county_other_township", "other_county_same_province", "other_province")
    away = np.stack([pack.county_value(f"migrants_{n}", year) for n in names], axis=1)
    local = pack.county_value("resident_population", year) - away.sum(axis=1)
    return np.concatenate([local[:, None], away], axis=1).astype(np.int64)


def county_targets(pack, year: int, par) -> list[CountyTargets]:
    """The margins of every county of the pack."""

    def persons(variable: str) -> np.ndarray:
        return np.rint(pack.county_value(variable, year)).astype(np.int64)

    def shares(template: str, names: tuple[str, ...]) -> np.ndarray:
        table = np.stack([pack.county_value(template.format(n), year) for n in names], axis=1)
        return table / table.sum(axis=1, keepdims=True)

    age_sex, parts, classes = pack.age_sex(year), town_parts(pack, year, par), _classes(pack, year)
    residents, collective = persons("resident_population"), persons("collective_household_population")
    households, alone = persons("family_households"), persons("one_person_households")
    generations = shares("{}_generation_households", ("one", "two", "three", "four_plus"))
    sectors = shares("employment_share_{}", ("primary", "secondary", "tertiary"))
    education, tenure = _education(pack, year), _tenure(pack, year)
    employment = pack.county_value("employment_rate_16_plus", year) / 100
    registered, urban_hukou = registered_population(pack, year), _urban_hukou(pack, year, par)
    for c, code in enumerate(pack.counties):
        if age_sex[c].sum() != residents[c] or classes[c].min() < 0:
            raise ValueError(f"county {code}, {year}: age by sex and migrant classes do not add up to the residents")
    shape = par.start_size_shape
    return [
        CountyTargets(
            county=c,
            residents=int(residents[c]),
            collective=int(collective[c]),
            age_sex=np.asarray(age_sex[c]),
            sizes=size_distribution(int(households[c]), int(alone[c]), int(residents[c] - collective[c]), shape),
            generations=round_to_total(generations[c], int(households[c])),
            classes=classes[c],
            parts=parts[pack.town_county == c],
            education=education[c].astype(np.int64),
            employment_rate=float(employment[c]),
            sectors=sectors[c],
            tenure=tenure[c],
            registered=int(round(registered[c])),
            urban_hukou_share=float(urban_hukou[c]),
        )
        for c in range(len(pack.counties))
    ]
