"""The same city on plain Mesa agents: every person and every household is an object.

`ReferenceCity` lives the same years as `sim.model.CityModel`, by the same rules (as plain Python), the same keyed draws
and the same markets, but every loop over people and households is written again as ordinary object code, without
columns and without compiled loops. Two independent ways of writing the year must give the same city, agent by agent
(`compare.py`, `tests/test_reference.py`); and the time it takes says what columns buy (`run.py`).

One file a step; each says at its top what it mirrors.
"""

from benchmarks.reference.city import ReferenceCity

__all__ = ["ReferenceCity"]
