"""Damaged addresses, and the check that what was read from one can be run."""

import random

from scenarios.address import Address
from sim.catalogue import levers
from sim.data import load_pack
from sim.paths import LAST_YEAR
from sim.policy import compile_policy

GOOD = (
    "permit_parity=0.9&permit_parity.east=2022:0.7,2030:1&new_homes=8000&job_growth_secondary.440781=2025:3"
    "&a.neighbour_pull=1.2&a.migrant_pool=only2027:0.5&x.jobs_lost.2027.east=10:3&seed=7&futures=4&v=0.1.0-abc&lang=en&view=map&left=residents@east"
)
ALPHABET = "abcxyz0123456789.,:=&%@-+_eE?#/ \x00\u202e江inf;'\"<>"


def mutated(text: str, rng: random.Random) -> str:
    """A few random edits: characters replaced, cut out, doubled or put in."""
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(text) + 1)
        cut = rng.choice([0, 0, 1, 1, 5])
        put = "".join(rng.choice(ALPHABET) for _ in range(rng.choice([0, 1, 1, 3])))
        text = text[:at] + put + text[at + cut :]
    return text


def usable(address: Address) -> None:
    """Fails where an address holds anything that a run would refuse."""
    compile_policy(address.settings, address.assumptions, load_pack(), 2020, LAST_YEAR, address.shocks)
    for setting in address.settings:
        low, high = levers()[setting.lever].bounds
        assert all(low <= v <= high for v in setting.path.values)
    assert 0 <= address.seed < 2**63 and 1 <= address.futures <= 1000 and 0 < address.scale <= 1
