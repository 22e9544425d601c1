"""Finds, validates and builds city packs."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from sim.data import cache, geography
from sim.data.errors import DataError, suggestion
from sim.data.pack import RESIDENTS, Pack
from sim.data.tables import DESCRIPTOR, Figures, PackFiles, frozen, pack_files, read_pack_files

PACKS = Path(__file__).parent


def available_packs(root: Path = PACKS) -> tuple[str, ...]:
    """Names of the packs: the folders that hold a description."""
    return tuple(sorted(p.parent.name for p in root.glob(f"*/{DESCRIPTOR}")))


def load_pack(name: str | Path | None = None) -> Pack:
    """The pack of this name or folder; without one the only pack, or the one whose description says 'default': true.

    Loaded once per process and content. Anything wrong raises DataError.
    """
    folder = _find(name)
    signature = tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in pack_files(folder))
    return _load(folder, signature)


def _find(name: str | Path | None) -> Path:
    packs = available_packs()
    if name is None:
        chosen = packs if len(packs) == 1 else _defaults(packs)
        if len(chosen) != 1:
            raise DataError(f"which pack? give a name; allowed: {', '.join(packs) or 'no pack is installed'}")
        return PACKS / chosen[0]
    if str(name) in packs:
        return PACKS / str(name)
    folder = Path(name)
    if folder.is_dir():
        return folder.resolve()
    raise DataError(f"no pack {str(name)!r}{suggestion(str(name), packs)}")


def _defaults(packs: tuple[str, ...]) -> tuple[str, ...]:
    import json

    read = {p: json.loads((PACKS / p / DESCRIPTOR).read_text(encoding="utf-8")) for p in packs}
    return tuple(p for p, descriptor in read.items() if descriptor.get("default") is True)


@lru_cache(maxsize=8)
def _load(folder: Path, signature: tuple) -> Pack:
    from sim.data.validation import validate, validation_key

    files = read_pack_files(folder)
    key = validation_key(files.hash)
    if not cache.is_validated(key):
        validate(files)
        cache.remember_validated(key)
    return build(files)


KINDS = ("city", "region", "county", "cluster", "pair", "town")  # of places


def build(files: PackFiles) -> Pack:
    """The pack of validated files."""
    places = list(files.tables["places"].records())
    by_kind = {k: [p for p in places if p["kind"] == k] for k in KINDS}
    ids = {k: tuple(p["id"] for p in rows) for k, rows in by_kind.items()}
    county_figures = Figures(files.tables["counties"], "code")
    town_figures = Figures(files.tables["towns"], "town_id")
    around = Figures(files.tables["surroundings"], "code")
    names = {p["id"]: (p["name_zh"], p["name_en"]) for p in places}
    outside = list(files.tables["outside_places"].records())
    names |= {o["id"]: (o["name_zh"], o["name_en"]) for o in outside}
    names |= {t: (d["name_zh"], d["name_en"]) for t, d in files.descriptor["tiers"].items() if t not in names}
    zh = {i: pair[0] for i, pair in names.items()}
    lat, lon, area = (town_figures.array(v, None, ids["town"], zh) for v in ("lat", "lon", "area"))
    km, minutes = _distances(files, np.stack([lat, lon], axis=1), area, outside, around)
    groups, bounds = _age_groups(files)
    last_year = int(files.descriptor["last_observed_year"])
    return Pack(
        name=files.descriptor["name"],
        title_zh=files.descriptor["title_zh"],
        title_en=files.descriptor["title_en"],
        hash=files.hash,
        folder=files.folder,
        city_id=files.descriptor["city_id"],
        regions=ids["region"],
        counties=ids["county"],
        towns=ids["town"],
        outside=tuple(o["id"] for o in outside),
        tiers=tuple(files.descriptor["tiers"]),
        town_county=frozen([ids["county"].index(p["parent"]) for p in by_kind["town"]], np.int8),
        county_region=frozen([ids["region"].index(p["parent"]) for p in by_kind["county"]], np.int8),
        town_tier=tuple(p["tier"] for p in by_kind["town"]),
        town_area_km2=area,
        town_lat=lat,
        town_lon=lon,
        county_area_km2=county_figures.array("area", last_year, ids["county"], zh),
        outside_lat=frozen([o["lat"] for o in outside], np.float64),
        outside_lon=frozen([o["lon"] for o in outside], np.float64),
        outside_same_province=frozen([o["province_scope"] == "same_province" for o in outside], np.bool_),
        distance_km=km,
        travel_minutes=minutes,
        age_groups=groups,
        age_group_bounds=bounds,
        pair_ids=ids["pair"],
        pairs=_pairs(by_kind["pair"], by_kind["county"], ids["region"]),
        files=files,
        names=names,
        members=_members(by_kind, tuple(files.descriptor["tiers"])),
        county_figures=county_figures,
        town_figures=town_figures,
        city_figures=Figures(files.tables["city_series"], "code"),
        surrounding_figures=around,
        vital_figures=Figures(files.tables["vital_rates"], ("sex", "age")),
    )


def _members(by_kind: dict[str, list[dict[str, str]]], tiers: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Positions of towns of every city, region, county, cluster, pair, tier and town."""
    towns = list(enumerate(by_kind["town"]))
    parent = {c["id"]: c["parent"] for c in by_kind["county"]}
    members = {c["id"]: tuple(i for i, _ in towns) for c in by_kind["city"]}
    members |= {r["id"]: tuple(i for i, t in towns if parent[t["parent"]] == r["id"]) for r in by_kind["region"]}
    members |= {c["id"]: tuple(i for i, t in towns if t["parent"] == c["id"]) for c in by_kind["county"]}
    members |= {k["id"]: tuple(i for i, t in towns if t["id"] in k["members"].split(";")) for k in by_kind["cluster"]}
    members |= {k["id"]: tuple(i for i, t in towns if t["parent"] in k["members"].split(";")) for k in by_kind["pair"]}
    members |= {tier: tuple(i for i, t in towns if t["tier"] == tier) for tier in tiers}
    return members | {t["id"]: (i,) for i, t in towns}


def _distances(
    files: PackFiles, towns: np.ndarray, area: np.ndarray, outside: list[dict[str, str]], around: Figures
) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres and minutes, float32[T+O, T+O]; towns [T, 2] in degrees, area [T] in km2."""
    rule = files.descriptor["distance_rule"]
    last_year = int(files.descriptor["last_observed_year"])
    members = []
    for place in outside:
        codes = [m for m in place["members"].split(";") if m]
        points = np.array([[around.one(v, None, c) for v in ("lat", "lon")] for c in codes]).reshape(-1, 2)
        factors = np.array([rule["detour_exceptions"].get(c, rule["detour_factor"]) for c in codes])
        members.append((points, factors, around.array(RESIDENTS, last_year, codes, {})))
    km = geography.road_km(
        towns,
        np.array([[float(o["lat"]), float(o["lon"])] for o in outside]),
        members,
        np.concatenate([area, [float(o["area_km2"]) for o in outside]]),
        rule["detour_factor"],
        rule["inside_factor"],
    )
    minutes = geography.road_minutes(km, rule["fixed_minutes"], rule["speed_kmh"])
    return frozen(km, np.float32), frozen(minutes, np.float32)


def _age_groups(files: PackFiles) -> tuple[tuple[str, ...], np.ndarray]:
    """Labels in the order of the description, and first and last age of each: int64[G, 2]."""
    fields = files.resource("counties_age_sex")["schema"]["fields"]
    groups = tuple(next(f for f in fields if f["name"] == "age_group")["constraints"]["enum"])
    bounds = []
    for group in groups:
        low, _, high = group.partition("-")
        bounds.append((int(low.rstrip("+")), 100 if group.endswith("+") else int(high or low)))
    return groups, frozen(bounds, np.int64)


def _pairs(
    pairs: list[dict[str, str]], counties: list[dict[str, str]], regions: tuple[str, ...]
) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The plan's pairs: for each, the codes of each region, in region order."""
    region = {c["id"]: c["parent"] for c in counties}
    codes = [row["members"].split(";") for row in pairs]
    return tuple(tuple(tuple(c for c in members if region[c] == r) for r in regions) for members in codes)
