"""The city pack: sums that must agree, refusals by name, rates against hand-computed numbers, the description."""

import csv
import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.data import DataError, available_packs, cache, load_pack, loader, tables, validation

ROOT = Path(__file__).resolve().parents[1]
CENSUS = (2010, 2020)
SUMMED = (
    "resident_population",
    "urban_population",
    "family_households",
    "migrants_same_county_other_township",
    "migrants_other_county_same_province",
    "migrants_other_province",
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("JIANGMEN_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def pack():
    return load_pack()


@pytest.fixture
def copy(tmp_path, pack):
    return Path(shutil.copytree(pack.folder, tmp_path / "pack"))


def rows_of(folder, file):
    with open(folder / file, encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def rewrite(folder, file, change):
    """Lets change edit the rows (header first) in place; row i stands on line i + 1."""
    rows = rows_of(folder, file)
    change(rows)
    with open(folder / file, "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def find(rows, **wanted):
    return next(i for i, r in enumerate(rows) if all(r[rows[0].index(k)] == v for k, v in wanted.items()))


# Sums


@pytest.mark.parametrize("year", CENSUS)
@pytest.mark.parametrize("variable", SUMMED)
def test_counties_sum_to_the_city(pack, variable, year):
    assert pack.county_value(variable, year).sum() == pack.city_value(variable, year) > 100_000


@pytest.mark.parametrize("year", CENSUS)
def test_towns_sum_to_counties(pack, year):
    towns = np.bincount(pack.town_county, weights=pack.town_residents(year))
    assert towns.tolist() == pack.county_value("resident_population", year).tolist()


@pytest.mark.parametrize("year", CENSUS)
def test_age_and_sex_sum_to_residents(pack, year):
    counts = pack.age_sex(year)
    assert counts.shape == (7, 19, 2)
    assert counts.sum((1, 2)).tolist() == pack.county_value("resident_population", year).tolist()
    assert counts[:, :, 0].sum(1).tolist() == pack.county_value("male_population", year).tolist()


def test_city_total_of_2020_is_the_census_figure(pack):
    assert pack.town_residents(2020).sum() == 4_798_090 == pack.series("resident_population", 2020)


# The pack's arrays


def test_order_and_shapes(pack):
    assert available_packs() == (pack.name,)
    assert pack.counties == ("440703", "440704", "440705", "440784", "440781", "440783", "440785")
    assert pack.county_region.tolist() == [0, 0, 0, 0, 1, 1, 1] and pack.regions == ("east", "west")
    assert (len(pack.towns), len(pack.outside)) == (73, 6)
    assert (np.diff(pack.town_county) >= 0).all() and pack.town_county.dtype == np.int8
    assert all(town.startswith(pack.counties[c]) for town, c in zip(pack.towns, pack.town_county, strict=True))
    assert pack.age_group_bounds[[0, 1, 2, 18]].tolist() == [[0, 0], [1, 4], [5, 9], [85, 100]]
    assert pack.pairs[0] == (("440703", "440704"), ("440785",))


@pytest.mark.parametrize("name", ["town_county", "distance_km", "town_area_km2", "county_area_km2"])
def test_arrays_are_read_only(pack, name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(pack, name)[0] = 0
    with pytest.raises(AttributeError):
        setattr(pack, name, None)


def test_towns_of_every_kind_of_place(pack):
    assert len(pack.towns_of("440700")) == 73
    assert len(pack.towns_of("east")) + len(pack.towns_of("west")) == 73
    assert len(pack.towns_of("440704")) == 3
    names = [pack.place_name(pack.towns[i], "en") for i in pack.towns_of("yinhuwan")]
    assert sorted(names) == ["Gujing", "Shadui", "Yamen"]
    assert [len(pack.towns_of(tier)) for tier in pack.tiers] == [10, 5, 3, 55]
    assert pack.towns_of("440703T02").tolist() == [1]
    assert [len(pack.towns_of(c)) for c in ("taikai", "guanghaiwan", "hexin", "enping_pc")] == [8, 3, 5, 4]


def test_every_place_has_a_name_in_both_languages(pack):
    for place in (*pack.places.id, *pack.outside, *pack.tiers):
        assert re.search(r"[\u4e00-\u9fff]", pack.place_name(place, "zh"))
        assert re.fullmatch(r"[ -~]+", pack.place_name(place, "en"))


@pytest.mark.parametrize("asked, hint", [("taikay", "taikai"), ("台山市", "440781"), ("440703T2", "440703T02")])
def test_unknown_place_names_the_near_ones(pack, asked, hint):
    with pytest.raises(DataError, match=f"unknown place.*{hint}"):
        pack.towns_of(asked)


def test_missing_figure_names_variable_year_and_county(pack):
    with pytest.raises(DataError, match=r"hukou_population in 2020 for 440703 \(蓬江区\).*2010") as error:
        pack.county_value("hukou_population", 2020)
    assert error.value.file == "counties.csv" and error.value.field == "hukou_population"
    with pytest.raises(DataError, match="did you mean resident_population"):
        pack.county_value("resident_populations", 2020)
    with pytest.raises(DataError, match="2015"):
        pack.age_sex(2015)
    filled = pack.county_value_or("hukou_population", 2020, -1.0)
    assert filled.tolist() == [-1, -1, -1, 386_600, -1, -1, -1]


def test_every_town_figure_has_a_quality(pack):
    quality = pack.town_quality(2020)
    assert len(quality) == 73 and set(quality) <= set(tables.QUALITY_ORDER)
    heshan = pack.towns_of("440784")
    assert {quality[i] for i in heshan} == {"official"} and quality.count("official") == len(heshan) == 10
    assert quality.count("estimated") > 50
    assert len(pack.town_quality(None, "area")) == 73


def test_the_better_of_two_sources_is_used():
    header = ("code", "year", "variable", "value", "quality")
    rows = [
        ["a", "2020", "x", "1", "recalled"],
        ["a", "2020", "x", "2", "official"],
        ["a", "2020", "x", "3", "official"],
    ]
    figures = tables.Figures(tables.RawTable("t.csv", header, rows, [2, 3, 4]), "code")
    assert figures.one("x", 2020, "a") == 2 and figures.quality("x", 2020, ["a"]) == ("official",)


# Distances


def test_distances_follow_the_rule(pack):
    km, minutes = pack.distance_km, pack.travel_minutes
    assert km.shape == minutes.shape == (79, 79) and km.dtype == minutes.dtype == np.float32
    assert (km == km.T).all()
    # Baisha has 29 km2: 0.5 x sqrt(29 / 3.14159) = 0.5 x 3.0382 = 1.5191 km; 12 + 1.5191 / 75 x 60 = 13.2153 min
    assert km[0, 0] == pytest.approx(1.5191, abs=1e-4) and minutes[0, 0] == pytest.approx(13.2153, abs=1e-4)
    # Baisha to Huanshi: 0.030 deg of latitude = 3.336 km, 0.010 deg of longitude x cos 22.6 = 1.027 km;
    # sqrt(3.336^2 + 1.027^2) = 3.490 km, x 1.30 = 4.537 km
    assert km[0, 1] == pytest.approx(4.537, abs=0.002)
    provinces = pack.outside.index("provinces")
    there = km[:73, 73 + provinces]
    assert (there > 900).all() and (there < 1150).all()


def test_distances_agree_with_the_table_of_counties(pack):
    """The table gives county to county and county to city; a county's seat town must be within 12 per cent or 5 km."""
    table = pack.table("distances")
    computed = table[table.source == "computed"]
    seat = {c: pack.towns_of(c)[0] for c in pack.counties}
    pairs = computed[computed.to_code.isin(pack.counties)]
    assert len(pairs) == 21
    for r in pairs.itertuples():
        assert pack.distance_km[seat[r.from_code], seat[r.to_code]] == pytest.approx(r.road_km, rel=0.12, abs=5)
    members = dict(zip(pack.table("outside_places").id, pack.table("outside_places").members, strict=True))
    for place in ("gzfs", "zhzs"):  # the outside places all of whose members stand in the table
        codes = members[place].split(";")
        weights = [pack.surrounding_figures.one("resident_population", 2020, c) for c in codes]
        for county in pack.counties:
            here = computed[computed.from_code == county].set_index("to_code").road_km
            expected = np.average([here[c] for c in codes], weights=weights)
            found = pack.distance_km[seat[county], 73 + pack.outside.index(place)]
            assert found == pytest.approx(expected, rel=0.12, abs=5)


# Outside places


def test_outside_places_agree_with_their_members(pack):
    table = pack.table("outside_places").set_index("id")
    get = pack.surrounding_figures.one
    for place in ("gzfs", "szdh", "zhzs", "westgd"):
        codes = table.members[place].split(";")
        weights = np.array([get("resident_population", 2020, c) for c in codes])
        assert table.lat[place] == pytest.approx(
            weights @ [get("lat", None, c) for c in codes] / weights.sum(), abs=6e-4
        )
        assert table.lon[place] == pytest.approx(
            weights @ [get("lon", None, c) for c in codes] / weights.sum(), abs=6e-4
        )


@pytest.mark.parametrize("year", CENSUS)
def test_outside_places_of_the_province_and_the_city_sum_to_the_province(pack, year):
    inside = pack.outside_residents(year)[pack.outside_same_province].sum()
    city = pack.county_value("resident_population", year).sum()
    assert inside + city == pack.surrounding_figures.one("resident_population", year, "440000")


def test_outside_wages(pack):
    # Guangzhou 11262 x 18676605 and Foshan 7878 x 9498863 over 28175468 residents
    # = (210335925510 + 74832042714) / 28175468 = 10121.1
    assert pack.outside_wage_monthly(2020)[0] == pytest.approx(10121.1, abs=0.1)
    assert pack.outside_wage_monthly(2019)[pack.outside.index("westgd")] == 6689  # Zhaoqing's
    marks = dict(zip(pack.outside, pack.outside_quality("wage"), strict=True))
    assert marks["westgd"] == "estimated" and marks["restgd"] == marks["provinces"] == "prior"
    with pytest.raises(DataError, match="2015"):
        pack.outside_wage_monthly(2015)


# Births and deaths


def test_mortality_hits_the_table_at_the_middle_of_each_group(pack):
    rates = pack.mortality(2018)
    assert rates.shape == (101, 2)
    # 2015-2020 of the table: male 0 0.00783544, 1-4 0.00045297, 5-9 0.00035351 (middle age 7), 100+ 0.89299663
    assert rates[[0, 1, 7, 100], 0].tolist() == pytest.approx([0.00783544, 0.00045297, 0.00035351, 0.89299663])
    # female 50-54 0.00273772 (middle age 52), 55-59 0.00385689 (57); two of the five years from 52 to 57 on:
    # 0.00273772 x (0.00385689 / 0.00273772)^0.4 = 0.00273772 x 1.40880^0.4 = 0.00273772 x 1.14694 = 0.0031400
    assert rates[54, 1] == pytest.approx(0.0031400, rel=1e-4)
    assert (np.diff(rates[30:], axis=0) > 0).all() and (rates[15:, 0] > rates[15:, 1]).all()


def test_mortality_period_of_the_year(pack):
    male_infants = {2009: 0.01710461, 2010: 0.01141975, 2014: 0.01141975, 2015: 0.00783544, 2035: 0.00783544}
    for year, rate in male_infants.items():
        assert pack.mortality(year)[0, 0] == pytest.approx(rate)


@pytest.mark.parametrize("column, sex", [(0, "male"), (1, "female")])
def test_single_years_give_back_the_life_expectancy_of_the_source(pack, column, sex):
    m = pack.mortality(2017)[:, column]
    lived = np.full(101, 0.5)
    lived[0] = 0.1
    q = m / (1 + (1 - lived) * m)
    alive = np.concatenate([[1.0], np.cumprod(1 - q[:100])])
    expectancy = (alive[1:] + lived[:100] * (alive[:100] - alive[1:])).sum() + alive[100] / m[100]
    published = np.mean([pack.vital_figures.one("life_expectancy_birth", y, f"{sex} 0") for y in range(2015, 2021)])
    assert expectancy == pytest.approx(published, abs=0.25)


def test_fertility(pack):
    # 2020, ages 25-29: 87.592 births per 1000 women, held over the five ages, scaled by TFR 1.2357 over the sum of
    # the table, 5 x 0.247136 = 1.23568, that is by 1.000016: 0.0875934
    assert pack.fertility(2020)[[25, 29]].tolist() == pytest.approx([0.0875934, 0.0875934], abs=2e-7)
    # 2012 lies two fifths from 2010 (124.375) to 2015 (123.359): 123.9686 per 1000 before scaling to the TFR of 1.7984;
    # the tables sum to 1.68655 and 1.669555, so 1.679752 there; 0.1239686 x 1.7984 / 1.679752 = 0.132725
    assert pack.fertility(2012)[27] == pytest.approx(0.132725, rel=1e-4)
    for year in (2010, 2012, 2019, 2020, 2035):
        assert pack.fertility(year).sum() == pytest.approx(pack.tfr(year))
        assert pack.fertility(year)[:10].sum() == pack.fertility(year)[55:].sum() == 0
    assert pack.tfr(2035) == pack.tfr(2020) == 1.2357
    assert pack.sex_ratio_at_birth(2018) == pytest.approx(1.15 + 0.6 * (1.112 - 1.15))


def test_literature_row(pack):
    row = pack.literature("grav_dist")
    assert (row["value"], row["low"], row["high"], row["quality"]) == (-0.9, -1.3, -0.6, "recalled")
    assert pack.literature("chri")["value"] == "falling" and pack.literature("chri")["low"] is None
    with pytest.raises(DataError, match="grav_dist"):
        pack.literature("grav_dst")


# Refusals: what is broken, in which file, on which line, in which field


def drop(file, **which):
    return file, lambda rows: rows.pop(find(rows, **which))


def put(file, field, value, **which):
    def change(rows):
        rows[find(rows, **which)][rows[0].index(field)] = value

    return file, change


def again(file, **which):
    return file, lambda rows: rows.append(list(rows[find(rows, **which)]))


AGE = {"code": "440784", "year": "2020", "age_group": "30-34", "sex": "female"}
TOWN = {"town_id": "440783T07", "year": "2020", "variable": "resident_population"}
COUNTY = {"code": "440705", "year": "2020", "variable": "urbanisation_rate"}
REFUSALS = {
    "age group missing": (drop("counties_age_sex.csv", **AGE), None, "code", "440784.*2020.*30-34.*female"),
    "town without residents": (drop("towns.csv", **TOWN), None, "town_id", "440783T07.*2020.*resident_population"),
    "town without a seat": (drop("towns.csv", town_id="440785T09", variable="lat"), None, "town_id", "440785T09.*lat"),
    "county figure missing": (drop("counties.csv", **COUNTY), None, "code", "440705.*urbanisation_rate"),
    "death rate missing": (
        drop("vital_rates.csv", age="60", sex="male"),
        None,
        "variable",
        "2005-2010, age 60, sex male",
    ),
    "measure missing": (drop("plan_measures.csv", id="M02"), None, "id", "M02"),
    "town missing from the places": (drop("places.csv", id="440784T05"), True, "town_id", "440784T05.*places.csv"),
    "age group twice": (again("counties_age_sex.csv", **AGE), 610, "code, year, age_group, sex", "duplicate.*30-34"),
    "town residents twice": (
        again("towns.csv", **TOWN),
        418,
        "town_id, year, variable, source",
        "duplicate.*440783T07",
    ),
    "place twice": (again("places.csv", id="440783"), 99, "id", "duplicate.*440783"),
    "negative count": (put("counties_age_sex.csv", "value", "-1", **AGE), True, "value", "'-1'.*from 0"),
    "share over 100": (
        put("counties.csv", "value", "167.6", **COUNTY),
        True,
        "value",
        r"'167\.6'.*from 0 to 100 percent",
    ),
    "town off the map": (
        put("towns.csv", "value", "2.2", town_id="440783T07", variable="lat"),
        True,
        "value",
        "from 20 to 28",
    ),
    "year after the last": (put("counties.csv", "year", "2021", **COUNTY), True, "year", "'2021'.*to 2020"),
    "series after the last": (
        put("city_series.csv", "year", "2021", variable="gdp"),
        True,
        "year",
        "'2021'.*of the form",
    ),
    "word for a count": (put("counties_age_sex.csv", "value", "many", **AGE), True, "value", "'many'.*whole number"),
    "word for a number": (put("towns.csv", "value", "n/a", **TOWN), True, "value", "'n/a'.*a number"),
    "empty value": (put("counties.csv", "value", "", **COUNTY), True, "value", "not empty"),
    "unknown county": (put("counties.csv", "code", "440799", **COUNTY), True, "code", "unknown '440799'.*places.csv"),
    "unknown town": (put("towns.csv", "town_id", "440783T77", **TOWN), True, "town_id", "unknown '440783T77'"),
    "town in another county": (
        put("towns.csv", "county_code", "440785", **TOWN),
        True,
        "county_code",
        "440785.*440783",
    ),
    "unknown variable": (
        put("counties.csv", "variable", "urbanization_rate", **COUNTY),
        True,
        "variable",
        "urbanisation_rate",
    ),
    "wrong unit": (put("counties.csv", "unit", "share", **COUNTY), True, "unit", "'share'.*percent"),
    "unknown quality": (put("towns.csv", "quality", "sure", **TOWN), True, "quality", "'sure'.*official"),
    "unknown member": (
        put("outside_places.csv", "members", "440100;99", id="gzfs"),
        2,
        "members",
        "'99'.*surroundings.csv",
    ),
    "no wage": (put("outside_places.csv", "wage_monthly_2020", "", id="restgd"), 6, "wage_monthly_2020", "a number"),
    "cluster forgets a town": (
        put("places.csv", "members", "440781T10", id="guanghaiwan"),
        True,
        "clusters",
        "guanghaiwan",
    ),
    "a pair of one": (
        put("places.csv", "members", "440784", id="pair_kaiping"),
        True,
        "members",
        "440784.*two regions",
    ),
    "pair of strangers": (put("places.csv", "members", "440784;9", id="pair_kaiping"), True, "members", "440784;9"),
    "row of the plan nowhere": (
        put("plan_space.csv", "place", "south", role_zh="西部三市"),
        True,
        "place",
        "south.*place or tier",
    ),
    "unknown tier": (put("places.csv", "tier", "village", id="440783T07"), True, "tier", "'village'.*central_city"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_broken_table_is_refused_by_name(copy, case):
    (file, change), line, field, message = REFUSALS[case]
    original = rows_of(copy, file)
    rewrite(copy, file, change)
    with pytest.raises(DataError, match=message) as error:
        load_pack(copy)
    broken = rows_of(copy, file)
    raised = error.value
    if case == "town missing from the places":
        file = "towns.csv"  # its figures are now those of no place
        line = find(rows_of(copy, file), town_id="440784T05") + 1
    elif case == "cluster forgets a town":
        line = find(broken, id="440781T08") + 1  # the first town that still names the cluster
    elif line is True:
        line = next(i for i, row in enumerate(broken) if row != original[i]) + 1
    assert (raised.file, raised.line, raised.field) == (file, line, field)
    assert "\n" not in str(raised) and file in str(raised) and "allowed" in str(raised)


def test_contradicting_sources_of_a_needed_figure_are_refused(copy):
    def change(rows):
        row = list(rows[find(rows, **TOWN)])
        row[rows[0].index("value")], row[rows[0].index("source")] = "123", "another"
        rows.append(row)

    rewrite(copy, "towns.csv", change)
    with pytest.raises(DataError, match="'123' contradicts") as error:
        load_pack(copy)
    assert (error.value.file, error.value.line, error.value.field) == ("towns.csv", 418, "value")


def test_missing_column_is_refused(copy):
    rewrite(copy, "towns.csv", lambda rows: [row.pop(rows[0].index("quality")) for row in reversed(rows)])
    with pytest.raises(DataError, match="columns missing: quality; not described: none") as error:
        load_pack(copy)
    assert (error.value.file, error.value.line, error.value.field) == ("towns.csv", 1, "quality")


@pytest.mark.parametrize("file", ["towns.csv", "SOURCES.md", "datapackage.json"])
def test_missing_file_is_refused(copy, file):
    (copy / file).unlink()
    with pytest.raises(DataError, match=f"{file}.*missing") as error:
        load_pack(copy)
    assert error.value.file == file


def test_file_that_is_not_utf8_is_refused(copy):
    text = (copy / "towns.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / "towns.csv").write_bytes("".join(text[:4]).encode() + "".join(text[4:]).encode("gb18030"))
    with pytest.raises(DataError, match="UTF-8") as error:
        load_pack(copy)
    assert (error.value.file, error.value.line) == ("towns.csv", 5)


def test_unknown_pack_names_the_known(pack):
    with pytest.raises(DataError, match=pack.name):
        load_pack(pack.name + "x")


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
