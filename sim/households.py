"""Households, as columns. A dormitory (collective) resident is a household of one."""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from sim.columns import Columns


class HouseholdRows(NamedTuple):
    """The live columns of Households, for kernels: `h.home[j]`."""

    key: np.ndarray
    first: np.ndarray
    size: np.ndarray
    home: np.ndarray
    origin: np.ndarray
    homestead: np.ndarray
    tie: np.ndarray
    tenure: np.ndarray
    village: np.ndarray
    moved_year: np.ndarray
    land: np.ndarray
    wage_income: np.ndarray
    business_income: np.ndarray
    property_income: np.ndarray
    transfer_income: np.ndarray


class Households(Columns):
    """`home` is a place index: 2 * town + part for a part of a town (0 rural, 1 urban), 2 * T + o outside.

    Members are the rows `first .. first + size - 1` of People.
    """

    FIELDS: ClassVar[Mapping[str, str]] = {
        "key": "u8",
        "first": "i4",
        "size": "i4",
        "home": "i2",
        "origin": "i2",  # tie to a place of origin: town index or T + outside place
        "homestead": "i2",  # town where the household holds a village homestead, -1 none
        "tie": "i4",  # row of the family left behind (or that left), -1 none
        "tenure": "u1",
        "village": "u1",  # village of the rural part, 0 is nearest to the town's urban edge
        "moved_year": "i2",  # year of the last move into this home
        "land": "f4",  # contracted farmland rights, mu
        "wage_income": "f4",  # yuan in the year
        "business_income": "f4",
        "property_income": "f4",
        "transfer_income": "f4",
    }
    ROWS: ClassVar[type] = HouseholdRows
