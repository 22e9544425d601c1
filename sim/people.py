"""Persons, as columns. One row a living person whose life the model follows."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from sim.columns import Columns


class PeopleRows(NamedTuple):
    """The live columns of People, for kernels: `c.key[i]`. A helper called once a row gets values, not the tuple."""

    key: np.ndarray
    household: np.ndarray
    birth_year: np.ndarray
    arrival_year: np.ndarray
    hukou_place: np.ndarray
    work_town: np.ndarray
    sex: np.ndarray
    education: np.ndarray
    hukou_kind: np.ndarray
    role: np.ndarray
    status: np.ndarray
    sector: np.ndarray
    self_employed: np.ndarray
    insurance_years: np.ndarray
    ability: np.ndarray
    wage: np.ndarray


class People(Columns):
    """Rows are sorted by household (members of a household are neighbours, head first).

    `hukou_place` is a town index 0..T-1, or T + o for the outside place o; `work_town` likewise, -1 none.
    Where a person lives is the home of the household.
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        "key": "u8",  # identity of chance; unique
        "household": "i4",  # row in Households
        "birth_year": "i2",
        "arrival_year": "i2",  # year of arrival in the town (or outside place) of residence
        "hukou_place": "i2",
        "work_town": "i2",
        "sex": "u1",
        "education": "u1",
        "hukou_kind": "u1",
        "role": "u1",
        "status": "u1",
        "sector": "u1",
        "self_employed": "u1",
        "insurance_years": "u1",  # years of urban social insurance paid, anywhere
        "ability": "f4",  # persistent effect on log earnings
        "wage": "f4",  # labour earnings of the year, yuan (wage or own business)
    }
    ROWS: ClassVar[type] = PeopleRows
