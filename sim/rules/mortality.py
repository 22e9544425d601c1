"""Who dies in a year: national death rates by age and sex, scaled to the county's crude death rate."""

import math

from sim.rules import rule

OLDEST = 100  # the open age group of the schedule


@rule
def cohort_death_rate(rate_before, rate_now, age, infant_deaths_in_birth_year):
    """Deaths per person over the year in which somebody reaches `age`.

    Ages are those reached on the census day that ends the year, so half of the year is lived at `age - 1` and
    half at `age` (Lexis diagram): M = (m(age - 1) + m(age)) / 2. Infants die early: of m(0) the share s falls
    in the year of birth, the rest in the next: M(0) = s m(0); M(1) = (1 - s) m(0) + m(1) / 2.
    `rate_before`, `rate_now` are m(age - 1), m(age), deaths per person-year (pack.mortality; UN WPP 2024).
    """
    if age == 0:
        return infant_deaths_in_birth_year * rate_now
    if age == 1:
        return (1.0 - infant_deaths_in_birth_year) * rate_before + 0.5 * rate_now
    return 0.5 * (rate_before + rate_now)


@rule
def death_chance(cohort_rate, county_factor, mortality_level):
    """Probability of dying in the year: 1 - exp(-M f L), f factor of the county, L the assumption mortality_level."""
    return 1.0 - math.exp(-cohort_rate * county_factor * mortality_level)


@rule
def county_factor(crude_rate, implied_rate, lowest, highest):
    """Mortality of a county relative to the national schedule: official crude death rate / that of the schedule
    on the county's own age and sex table (same unit), kept between `lowest` and `highest`."""
    return min(highest, max(lowest, crude_rate / implied_rate))
