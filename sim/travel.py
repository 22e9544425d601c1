"""Travel times between places: a table of all pairs where the city is small, else worked out pair by pair.

A table grows with the square of the towns. A province of thousands of towns has `pack.roads` (positions and the rule of
its roads) instead, from which the times of the pairs that somebody asks for are worked out.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.rules import rule

EARTH_RADIUS_KM = 6371.0088


class Roads(NamedTuple):
    """Where towns are, and how fast one gets from one to another (`sim.data.geography`)."""

    lat: np.ndarray  # float64[T], radians
    lon: np.ndarray  # float64[T], radians
    inside: np.ndarray  # float64[T], minutes within a town
    out: np.ndarray  # float64[T, O], minutes to outside places
    between: np.ndarray  # float64[O, O], minutes between outside places
    detour: float
    fixed_minutes: float
    speed_kmh: float


class Travel(NamedTuple):
    """Travel times of a year, minutes; `table` is empty where the others hold and the other way round."""

    table: np.ndarray  # float64[T + O, T + O]
    lat: np.ndarray
    lon: np.ndarray
    inside: np.ndarray
    out: np.ndarray
    between: np.ndarray
    detour: float
    fixed_minutes: float
    speed_kmh: float


@rule
def road_minutes(lat_a, lon_a, lat_b, lon_b, detour, fixed_minutes, speed_kmh):
    """Door-to-door minutes between two points in radians: fixed + great circle (haversine) * detour / speed."""
    h = math.sin((lat_b - lat_a) / 2.0) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2.0) ** 2
    return fixed_minutes + 2.0 * EARTH_RADIUS_KM * math.asin(math.sqrt(h)) * detour / speed_kmh * 60.0


@rule
def minutes_between(travel, a, b):
    """Minutes from location a to location b (towns, then outside places)."""
    if len(travel.table) > 0:
        return travel.table[a, b]
    towns = len(travel.lat)
    if a >= towns and b >= towns:
        return travel.between[a - towns, b - towns]
    if a >= towns:
        return travel.out[b, a - towns]
    if b >= towns:
        return travel.out[a, b - towns]
    if a == b:
        return travel.inside[a]
    ends = travel.lat[a], travel.lon[a], travel.lat[b], travel.lon[b]
    return road_minutes(ends[0], ends[1], ends[2], ends[3], travel.detour, travel.fixed_minutes, travel.speed_kmh)


def has_table(pack) -> bool:
    """Whether the pack has travel times of all pairs of places."""
    return getattr(pack, "roads", None) is None


@lru_cache(maxsize=8)
def travel_times(pack, factors: bytes) -> Travel:
    """Times of a year in which trips out of the city take `factors` float64[T] as long; worked out once for all years
    and runs with the same lever. Arrays are read-only."""
    factor, none, empty = np.frombuffer(factors), np.empty(0), np.empty((0, 0))
    if has_table(pack):
        minutes, t = np.array(pack.travel_minutes, dtype=np.float64), len(pack.town_county)
        minutes[:t, t:] *= factor[:, None]
        minutes[t:, :t] *= factor[None, :]
        minutes.flags.writeable = False
        return Travel(minutes, none, none, none, empty, empty, 1.0, 0.0, 1.0)
    roads = pack.roads
    out = roads.out * factor[:, None]
    out.flags.writeable = False
    return Travel(empty, *roads._replace(out=out))


def nearest_towns(roads: Roads, count: int) -> np.ndarray:
    """int64[T, count]: the towns nearest to each as the crow flies, itself among them, ascending by position."""
    from scipy.spatial import cKDTree

    points = _on_sphere(roads)
    _, rows = cKDTree(points).query(points, k=count)
    return np.sort(rows.reshape(len(points), count), axis=1)


def towns_within(roads: Roads, minutes: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of towns (from, to; by from, then to) not farther than so many minutes, and their minutes float64."""
    from scipy.spatial import cKDTree

    tree = cKDTree(_on_sphere(roads))
    km = max(minutes - roads.fixed_minutes, 0.0) * roads.speed_kmh / 60.0 / roads.detour
    pairs = tree.query_pairs(2.0 * math.sin(km / EARTH_RADIUS_KM / 2.0) * (1.0 + 1e-9), output_type="ndarray")
    own = np.arange(len(roads.lat))
    a, b = np.concatenate([pairs[:, 0], pairs[:, 1], own]), np.concatenate([pairs[:, 1], pairs[:, 0], own])
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    return a, b, _road_minutes(roads, a, b)


def _road_minutes(roads: Roads, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    ends = (roads.lat[a], roads.lon[a], roads.lat[b], roads.lon[b])
    h = np.sin((ends[2] - ends[0]) / 2) ** 2 + np.cos(ends[0]) * np.cos(ends[2]) * np.sin((ends[3] - ends[1]) / 2) ** 2
    km = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h)) * roads.detour
    return np.where(a == b, roads.inside[a], roads.fixed_minutes + km / roads.speed_kmh * 60.0)


def _on_sphere(roads: Roads) -> np.ndarray:
    """float64[T, 3]: points on the unit sphere."""
    flat = np.cos(roads.lat)
    return np.column_stack([flat * np.cos(roads.lon), flat * np.sin(roads.lon), np.sin(roads.lat)])
