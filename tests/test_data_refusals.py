"""A broken city pack is refused: what, in which file, on which line, in which field, and what is allowed."""

# ruff: noqa: F811 (fixtures are imported, and are then arguments)

import pytest
from helpers_data import copy, find, own_cache, pack, rewrite, rows_of  # noqa: F401

from sim.data import DataError, load_pack

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
