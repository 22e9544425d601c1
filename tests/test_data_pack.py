"""The city pack as a whole: cache and hash, its description, a second city, places of the plan."""

# ruff: noqa: F811 (fixtures are imported, and are then arguments)

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers_data import copy, own_cache, pack, rows_of  # noqa: F401

from sim.data import DataError, available_packs, cache, load_pack, loader, validation

ROOT = Path(__file__).resolve().parents[1]


# Cache and hash


def test_unchanged_pack_is_not_validated_again(copy, tmp_path, monkeypatch):
    (copy / "SOURCES.md").write_text("another text", encoding="utf-8")  # a content that no other test has validated
    twin, changed = (Path(shutil.copytree(copy, tmp_path / name)) for name in ("twin", "changed"))
    loaded = load_pack(copy)
    calls = []
    monkeypatch.setattr(validation, "validate", calls.append)
    assert load_pack(twin).hash == loaded.hash and not calls
    (changed / "SOURCES.md").write_text("a third text", encoding="utf-8")
    assert load_pack(changed).hash != loaded.hash and len(calls) == 1


def test_unwritable_cache_is_tolerated(copy, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("JIANGMEN_CACHE", str(tmp_path / "file"))
    assert load_pack(copy).hash == load_pack(copy).hash
    assert not cache.is_validated(validation.validation_key(load_pack(copy).hash))


def test_second_load_imports_no_heavy_library(pack):
    code = (
        "import sys; from sim.data import load_pack; load_pack(); print({'pandas', 'frictionless'} & set(sys.modules))"
    )
    for _ in range(2):  # the first may have to validate
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_same_pack_once_per_process_and_new_when_a_file_changes(copy):
    first = load_pack(copy)
    assert load_pack(str(copy)) is first
    (copy / "SOURCES.md").write_text("shorter", encoding="utf-8")
    assert load_pack(copy).hash != first.hash


def test_hash_is_of_all_files_and_blind_to_line_ends(copy, pack):
    digest = hashlib.sha256()
    for path in sorted(pack.folder.iterdir(), key=lambda p: p.name):
        data = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name}\0{len(data)}\0".encode() + data)
    assert pack.hash == digest.hexdigest()
    data = (copy / "towns.csv").read_bytes().replace(b"\n", b"\r\n")
    (copy / "towns.csv").write_bytes(data)
    assert load_pack(copy).hash == pack.hash
    assert load_pack(copy).town_residents(2020).tolist() == pack.town_residents(2020).tolist()


# The description


def descriptor(pack):
    return json.loads((pack.folder / "datapackage.json").read_text(encoding="utf-8"))


def test_description_covers_every_file_and_column(pack):
    described = {r["path"]: r for r in descriptor(pack)["resources"]}
    assert set(described) | {"datapackage.json"} == {p.name for p in pack.folder.iterdir()}
    for path, resource in described.items():
        if not path.endswith(".csv"):
            continue
        schema = resource["schema"]
        assert [f["name"] for f in schema["fields"]] == rows_of(pack.folder, path)[0], path
        assert schema["primaryKey"] and resource["sources"] and resource["description"], path
        for f in schema["fields"]:
            assert f["type"] in ("string", "integer", "number") and f["description"], (path, f)
            if f["type"] != "string":
                assert f["unit"], (path, f)
                # in a long table the bounds stand by variable, in the next test
                free = f["name"] in ("value", "low", "high")
                assert free or {"minimum", "maximum"} & set(f["constraints"]), (path, f)
    assert descriptor(pack)["licenses"] and descriptor(pack)["sources"]


def test_every_variable_of_a_long_table_has_unit_and_bounds(pack):
    for resource in descriptor(pack)["resources"]:
        header = rows_of(pack.folder, resource["path"])[0] if resource["path"].endswith(".csv") else []
        if "variable" in header:
            found = set(pack.table(resource["name"]).variable)
            assert found == set(resource["variables"]), resource["name"]
            assert all(v["minimum"] < v["maximum"] and v["unit"] for v in resource["variables"].values())


def test_nothing_is_observed_after_2020(pack):
    checked = 0
    for name in pack.files.tables:
        table = pack.table(name)
        # a paper's year is not an observation's, nor is the year a plan speaks of
        if "year" in table and name not in ("literature", "plan_statements"):
            years = [int(y) for cell in table.year.dropna().astype(str) for y in re.findall(r"\d+", cell)]
            assert max(years) <= 2020, name
            checked += len(years)
    assert checked > 2500 and descriptor(pack)["last_observed_year"] == 2020


def test_code_names_no_city_and_no_county(pack):
    words = {
        w
        for place in pack.places.itertuples()
        for w in (place.id, place.name_zh, place.name_en)
        if place.kind in ("city", "county")
    }
    pattern = re.compile("|".join(sorted(words)), re.IGNORECASE)
    for path in (ROOT / "sim").rglob("*.py"):
        found = pattern.search(path.read_text(encoding="utf-8").replace("JIANGMEN_CACHE", ""))
        assert found is None, (path, found)


def test_a_second_city_needs_data_only(copy, pack):
    """Another city: other codes for the city, its counties and towns, another name."""
    for path in copy.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\b4407(\d\d)", r"9907\1", text).replace("Jiangmen", "Elsewhere"), encoding="utf-8")
    other = load_pack(copy)
    assert other.city_id == "990700" and other.counties[0] == "990703" and other.title_en == "Elsewhere"
    assert other.town_residents(2020).sum() == pack.town_residents(2020).sum()
    assert (other.distance_km == pack.distance_km).all()


def test_default_pack_among_several(tmp_path, pack, monkeypatch):
    for name in ("one", "two"):
        shutil.copytree(pack.folder, tmp_path / name)
    monkeypatch.setattr(loader, "PACKS", tmp_path)
    monkeypatch.setattr(loader, "available_packs", lambda: available_packs(tmp_path))
    with pytest.raises(DataError, match="one, two"):
        load_pack()
    text = (tmp_path / "one" / "datapackage.json").read_text(encoding="utf-8")
    (tmp_path / "one" / "datapackage.json").write_text(
        text.replace('"default": true', '"default": false'), encoding="utf-8"
    )
    assert load_pack().folder == tmp_path / "two"


def test_every_row_of_the_plan_s_spatial_structure_can_be_addressed():
    """Towns named in the row (or, where none is named, its counties) are the members of the row's place. The three
    industrial groups are named by parts of counties only; their towns are a reading, within those counties."""
    pack = load_pack()
    for row in pack.table("plan_space").itertuples():
        towns = set(pack.towns_of(row.place).tolist())
        counties = {c for code in row.county_code.split(";") for c in pack.towns_of(code).tolist()}
        if row.kind == "industry":
            assert towns and towns <= counties
        elif row.kind in ("tier1", "tier2", "tier3", "cluster", "corridor", "pilot"):
            named = set()
            for word in row.towns_zh.split(";"):
                if word.endswith("全部"):
                    named |= set(pack.towns_of(next(c for c in pack.counties if pack.names[c][0] in word)).tolist())
                else:
                    plain = word.split("(")[0]
                    found = [t for i, t in enumerate(pack.towns) if pack.names[t][0] == plain and i in counties]
                    near = [t for t in found if "(" not in word or t.startswith("440781")]
                    assert len(near) == 1, word
                    named.add(pack.towns.index(near[0]))
            assert towns == named, row.role_en
        else:
            assert towns == counties, row.role_en


def test_pairs_join_counties_of_two_regions():
    pack = load_pack()
    assert len(pack.pair_ids) == len(pack.pairs) == 3
    for place, sides in zip(pack.pair_ids, pack.pairs, strict=True):
        assert all(sides)
        assert {t for side in sides for c in side for t in pack.towns_of(c).tolist()} == set(
            pack.towns_of(place).tolist()
        )
