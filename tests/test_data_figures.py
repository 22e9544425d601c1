"""The figures of the city pack: sums that must agree, distances, outside places, rates by hand."""

# ruff: noqa: F811 (fixtures are imported, and are then arguments)

import re
from pathlib import Path

import numpy as np
import pytest
from helpers_data import own_cache, pack  # noqa: F401

from scenarios.errors import ScenarioError
from scenarios.runner import check_run
from sim.data import DataError, available_packs, tables
from sim.policy import census_years

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


def test_the_list_of_sources_counts_the_estimates_that_the_table_marks(pack):
    text = (pack.folder / "SOURCES.md").read_text(encoding="utf-8")
    said = re.search(r"Of the 73 residents of 2020 in towns.csv (\d+) have a source.*?other (\d+) are estimated", text)
    before = re.search(r"Of those of 2010 (\d+) have a source.*?and (\d+) are estimated", text)
    for year, found in ((2020, said), (2010, before)):
        estimated = pack.town_quality(year).count("estimated")
        assert (int(found[1]), int(found[2])) == (73 - estimated, estimated)
    model = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    assert f"{said[2]} of the 73 town populations of 2020 ({before[2]} of 2010) are estimates" in model


def test_a_year_with_figures_of_a_few_towns_is_no_census(pack):
    counted = {year for variable, year, _ in pack.town_figures.values if variable == "resident_population"}
    assert {"2017", "2019"} <= counted and census_years(pack) == [2010, 2020]
    with pytest.raises(ScenarioError, match="census year, 2010 or 2020, got 2017"):
        check_run(2017, 2035, 0.01, 1, "city", pack)


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
