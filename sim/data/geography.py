"""Distances and travel times between towns and outside places, by the rule of the pack."""

from collections.abc import Sequence

import numpy as np

EARTH_RADIUS_KM = 6371.0088


def great_circle_km(lat_a, lon_a, lat_b, lon_b) -> np.ndarray:
    """Great-circle distance in km between points in degrees (haversine); shapes broadcast."""
    lat_a, lon_a, lat_b, lon_b = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lat_a, lon_a, lat_b, lon_b))
    h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))


def road_km(
    town_points: np.ndarray,
    outside_points: np.ndarray,
    members: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
    area_km2: np.ndarray,
    detour: float,
    inside_factor: float,
) -> np.ndarray:
    """Road distance in km, float64[T+O, T+O], symmetric.

    town_points [T, 2] and outside_points [O, 2] are latitude and longitude in degrees; area_km2 is [T+O].
    Between two towns, and between two outside places: great circle x detour.
    Town to outside place: mean over the place's members, weighted by their residents, of great circle x the member's
    detour (members[o] = points [M, 2], detours [M], weights [M]); a place between its members is not nearer than they
    are. A place without members stands at its own point.
    Inside a place: inside_factor x sqrt(area / pi).
    """
    points = np.concatenate([town_points, outside_points])
    towns = len(town_points)
    km = great_circle_km(points[:, None, 0], points[:, None, 1], points[None, :, 0], points[None, :, 1]) * detour
    for o, (where, factors, weights) in enumerate(members):
        if len(where):
            direct = great_circle_km(
                town_points[:, None, 0], town_points[:, None, 1], where[None, :, 0], where[None, :, 1]
            )
            mean = (direct * factors) @ (weights / weights.sum())
            km[:towns, towns + o] = km[towns + o, :towns] = mean
    np.fill_diagonal(km, inside_factor * np.sqrt(area_km2 / np.pi))
    return km


def road_minutes(km: np.ndarray, fixed_minutes: float, speed_kmh: float) -> np.ndarray:
    """Door-to-door minutes: fixed_minutes + km / speed, for any shape."""
    return fixed_minutes + km / speed_kmh * 60.0
