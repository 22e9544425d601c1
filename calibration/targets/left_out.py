"""The fifth of the targets that no fit may see. This rule was written down on 25 November 2026, before any fit.

Within each family the ids are put in the order of the SHA-256 digests of `left-out-1/<id>`; the third, the eighth, the
thirteenth and so on are left out. The id is measure, place and, for cohorts, sex and age of 2010 (`residents/440703`,
`cohort_adults/440781/male/20-24`). So a target's lot depends on names only: not on a figure, on the order of a file or
on how well a model does. Neighbouring cohorts resemble each other, so left-out cohorts are a weaker test than other
families; reports give the families apart.
"""

import hashlib
from collections.abc import Iterable

SALT, EACH, FIRST_OUT = "left-out-1", 5, 2


def left_out(ids: Iterable[str]) -> set[str]:
    """Those of one family's ids that are kept from every fit."""
    order = sorted(ids, key=lambda i: hashlib.sha256(f"{SALT}/{i}".encode()).digest())
    return set(order[FIRST_OUT::EACH])
