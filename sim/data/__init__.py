"""City packs: the data of one city, validated, as read-only arrays."""

from sim.data.cache import cache_folder
from sim.data.errors import DataError
from sim.data.loader import available_packs, load_pack
from sim.data.pack import Pack

__all__ = ["DataError", "Pack", "available_packs", "cache_folder", "load_pack"]
