"""Who has work, in which sector: the county's employment rate and sector shares, exactly."""

import numpy as np

from sim.codes import (
    CHILD,
    EMPLOYED,
    INACTIVE,
    NO_SECTOR,
    PRIMARY,
    RETIRED,
    RURAL_HUKOU,
    RURAL_PART,
    SECONDARY,
    TERTIARY,
    UNEMPLOYED,
)
from sim.synthesis.families import COLLECTIVE, Draft
from sim.synthesis.luck import Luck, Purpose, take_top
from sim.synthesis.school import FIRST_SCHOOL_AGE
from sim.synthesis.tables import round_to_total

LAST_JOB_SEEKING_AGE = 59


def assign_work(draft: Draft, bounds: np.ndarray, luck: Luck, par) -> None:
    """Settles `status`; adds `sector` and `self_employed` uint8[n].

    Employed: logit of start_participation by age and sex + class + collective household, the constant being
    such that the county's employment rate holds. Unemployed: a share of the labour force, likewise among
    those of working age who are left. The rest are retired from the retirement age, else inactive.
    """
    status, age, sex, h = draft.status, draft.age, draft.sex, draft.household
    free = np.flatnonzero(status == INACTIVE)
    group = np.searchsorted(bounds[:, 0], age[free], side="right") - 1
    chance = par.start_participation[group, sex[free]]
    logit = np.log(chance / (1 - chance)) + par.start_work_class[draft.migrant[h[free]]]
    logit = logit + par.start_work_collective * (draft.kind[h[free]] == COLLECTIVE)
    score = logit + luck.logistic(draft.person_keys[free], Purpose.WORK)
    employed = int(round(draft.targets.employment_rate * (age >= FIRST_SCHOOL_AGE).sum()))
    works = take_top(score, employed)
    status[free[works]] = EMPLOYED
    rest, logit = free[~works], logit[~works]
    seeking = logit + luck.logistic(draft.person_keys[rest], Purpose.UNEMPLOYED)
    seeking = np.where(age[rest] <= LAST_JOB_SEEKING_AGE, seeking, -1e3)
    share = par.start_unemployed_share
    status[rest[take_top(seeking, int(round(employed * share / (1 - share))))]] = UNEMPLOYED
    old = age >= par.start_retirement_age[sex]
    status[(status == INACTIVE) & old] = RETIRED
    _assign_sectors(draft, luck, par)


def _assign_sectors(draft: Draft, luck: Luck, par) -> None:
    """Primary first (rural part, age, education, class), then secondary against tertiary (class, education)."""
    h, keys = draft.household, draft.person_keys
    sector = np.full(len(draft.age), NO_SECTOR, dtype=np.uint8)
    rows = np.flatnonzero(draft.status == EMPLOYED)
    counts = round_to_total(draft.targets.sectors, len(rows))
    migrant, level = draft.migrant[h[rows]], draft.education[rows].astype(np.float64)
    alone = draft.kind[h[rows]] == COLLECTIVE
    farm = par.start_primary_rural * (draft.home[h[rows]] % 2 == RURAL_PART)
    farm = farm + par.start_primary_age * draft.age[rows] / 10 + par.start_primary_education * level
    farm = (
        farm
        + par.start_primary_class[migrant]
        + par.start_primary_collective * alone
        + luck.logistic(keys[rows], Purpose.PRIMARY)
    )
    farms = take_top(farm, int(counts[0]))
    factory = par.start_secondary_class[migrant] + par.start_secondary_education * level
    factory = factory + par.start_secondary_collective * alone + luck.logistic(keys[rows], Purpose.SECONDARY)
    factories = take_top(np.where(farms, -1e3, factory), int(counts[1]))
    sector[rows] = np.where(farms, PRIMARY, np.where(factories, SECONDARY, TERTIARY))
    own = luck.uniform(keys, Purpose.SELF_EMPLOYED) < par.start_self_employed_share
    draft.more["sector"] = sector
    draft.more["self_employed"] = ((sector == TERTIARY) & own).astype(np.uint8)


def insurance_years(status, sector, age, span, migrant, kind, u, par) -> np.ndarray:
    """uint8[n]: years of urban social insurance paid.

    Non-farm workers, the unemployed and the retired are insured with probability start_insured_share by class, the
    retired with rural hukou start_insured_retired_rural times that: most of them farmed. Years = share x span, where
    `span` is years since arrival (migrants) or since age 22 (others).
    """
    may = ((status == EMPLOYED) & (sector != PRIMARY)) | (status == UNEMPLOYED) | (status == RETIRED)
    farmed = (status == RETIRED) & (kind == RURAL_HUKOU)
    share = par.start_insured_share[migrant] * np.where(farmed, par.start_insured_retired_rural, 1.0)
    insured = may & (u < share) & (status != CHILD)
    years = np.clip(np.round(par.start_insured_years_share * np.minimum(span, np.maximum(age - 18, 0))), 0, 40)
    return np.where(insured, years, 0).astype(np.uint8)
