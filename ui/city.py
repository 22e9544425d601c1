"""The city on the screen. A server shows one city for as long as it runs; `load_pack` looks at every file each time."""

from functools import cache

from sim.data import load_pack
from sim.data.pack import Pack


@cache
def city_pack() -> Pack:
    """The data pack, read once."""
    return load_pack()
