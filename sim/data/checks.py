"""Checks that a Table Schema cannot express: bounds by variable, rows that must exist, places that fit together."""

from itertools import product

from sim.data.errors import DataError, suggestion
from sim.data.tables import PackFiles, RawTable


def check_header(files: PackFiles, name: str) -> None:
    """The columns are those described, in that order."""
    table = files.tables[name]
    described = tuple(f["name"] for f in files.resource(name)["schema"]["fields"])
    if table.header == described:
        return
    missing = [c for c in described if c not in table.header]
    extra = [c for c in table.header if c not in described]
    text = f"columns missing: {', '.join(missing) or 'none'}; not described: {', '.join(extra) or 'none'}"
    wrong = (missing or extra or list(table.header))[0]
    raise DataError(f"{text}; allowed: {', '.join(described)}", file=table.file, line=1, field=wrong)


def check_variables(files: PackFiles, name: str) -> None:
    """In a long table each variable is known, has its unit, and lies within its bounds."""
    allowed = files.resource(name).get("variables")
    if allowed is None:
        return
    table = files.tables[name]
    variable_at, value_at, unit_at = (table.column(c) for c in ("variable", "value", "unit"))
    for row, line in zip(table.rows, table.lines, strict=True):
        variable = row[variable_at]
        rule = allowed.get(variable)
        if rule is None:
            text = f"unknown variable {variable!r}; allowed: those described{suggestion(variable, allowed)}"
            raise DataError(text, file=table.file, line=line, field="variable")
        if row[unit_at] != rule["unit"]:
            text = f"{row[unit_at]!r} is not the unit of {variable}; allowed: {rule['unit']}"
            raise DataError(text, file=table.file, line=line, field="unit")
        if not rule["minimum"] <= float(row[value_at]) <= rule["maximum"]:
            text = f"{row[value_at]!r} is out of range for {variable}; allowed: from {rule['minimum']:g}"
            text += f" to {rule['maximum']:g} {rule['unit']}"
            raise DataError(text, file=table.file, line=line, field="value")


def check_complete(files: PackFiles, name: str) -> None:
    """Every combination that 'complete' lists has a row, and sources that give the same figure agree on it."""
    table = files.tables[name]
    for rule in files.resource(name).get("complete", []):
        fields = list(rule)
        wanted = [_listed(files, rule[f]) for f in fields]
        at = [table.column(f) for f in fields]
        value_at = table.header.index("value") if "value" in table.header and "variable" in table.header else None
        inside = [set(w) for w in wanted]
        found: dict[tuple[str, ...], list[str]] = {}
        for row, line in zip(table.rows, table.lines, strict=True):
            key = tuple(row[i] for i in at)
            if not all(k in known for k, known in zip(key, inside, strict=True)):
                continue
            if value_at is not None and key in found and float(found[key][value_at]) != float(row[value_at]):
                text = f"{row[value_at]!r} contradicts {found[key][value_at]!r} given before for {_key(fields, key)}"
                raise DataError(f"{text}; allowed: one value", file=table.file, line=line, field="value")
            found.setdefault(key, row)
        for key in product(*wanted):
            if key not in found:
                text = f"row is missing: {_key(fields, key)}; allowed: a row for each"
                raise DataError(text, file=table.file, field=fields[0])


def _listed(files: PackFiles, entry: str | list[str]) -> list[str]:
    """A list as given, or 'places:kind,kind' for the ids of those kinds."""
    if isinstance(entry, list):
        return entry
    kinds = entry.removeprefix("places:").split(",")
    return [r["id"] for r in files.tables["places"].records() if r["kind"] in kinds]


def _key(fields: list[str], key: tuple[str, ...]) -> str:
    return ", ".join(f"{f} {k or '(empty)'}" for f, k in zip(fields, key, strict=True))


def check_places(files: PackFiles) -> None:
    """One city; counties in regions, towns in counties and in one region with them; clusters agree both ways."""
    table = files.tables["places"]
    records = list(table.records())
    kind = {r["id"]: r["kind"] for r in records}
    parent = {r["id"]: r["parent"] for r in records}
    region = {r["id"]: r["region"] for r in records}
    members = {r["id"]: r["members"].split(";") for r in records if r["kind"] == "cluster"}
    cities = [i for i, k in kind.items() if k == "city"]
    if cities != [files.descriptor["city_id"]]:
        text = f"cities {cities}; allowed: exactly the city_id {files.descriptor['city_id']!r}"
        raise DataError(text, file=table.file, field="kind")
    parent_kind = {"city": "", "region": "city", "county": "region", "town": "county"}
    parent_kind |= dict.fromkeys(("cluster", "pair"), "city")
    for r, line in zip(records, table.lines, strict=True):
        _check_place(files, table, r, line, kind, region, members, parent_kind[r["kind"]])
    addressed = {*kind, *files.descriptor["tiers"]}
    for r, line in zip(files.tables["plan_space"].records(), files.tables["plan_space"].lines, strict=True):
        if r["place"] not in addressed:
            _refuse_place(files.tables["plan_space"], line, "place", r["place"], "the id of a place or tier")
    for r, line in zip(files.tables["towns"].records(), files.tables["towns"].lines, strict=True):
        if kind[r["town_id"]] != "town":
            _refuse_place(files.tables["towns"], line, "town_id", r["town_id"], "the id of a town")
        if r["county_code"] != parent[r["town_id"]]:
            allowed = f"{parent[r['town_id']]} as in {table.file}"
            _refuse_place(files.tables["towns"], line, "county_code", r["county_code"], allowed)


def _check_place(
    files: PackFiles,
    table: RawTable,
    place: dict[str, str],
    line: int,
    kind: dict[str, str],
    region: dict[str, str],
    members: dict[str, list[str]],
    parent_kind: str,
) -> None:
    if kind.get(place["parent"], "") != parent_kind:
        _refuse_place(table, line, "parent", place["parent"], f"the id of a {parent_kind}" if parent_kind else "empty")
    if place["kind"] == "county" and place["region"] != place["parent"]:
        _refuse_place(table, line, "region", place["region"], f"{place['parent']}, its parent")
    if place["kind"] == "cluster":
        for town in members[place["id"]]:
            if kind.get(town) != "town":
                _refuse_place(table, line, "members", town, "ids of towns separated by ;")
    if place["kind"] == "pair":
        codes = place["members"].split(";")
        if any(kind.get(c) != "county" for c in codes) or len({region[c] for c in codes}) < 2:
            _refuse_place(table, line, "members", place["members"], "codes of counties of two regions separated by ;")
    if place["kind"] == "town":
        if place["region"] != region[place["parent"]]:
            _refuse_place(table, line, "region", place["region"], f"{region[place['parent']]}, that of its county")
        if place["tier"] not in files.descriptor["tiers"]:
            _refuse_place(table, line, "tier", place["tier"], f"one of {', '.join(files.descriptor['tiers'])}")
        listed = {c for c, towns in members.items() if place["id"] in towns}
        if set(filter(None, place["clusters"].split(";"))) != listed:
            _refuse_place(table, line, "clusters", place["clusters"], f"{';'.join(sorted(listed)) or 'empty'}")


def _refuse_place(table: RawTable, line: int, field: str, value: str, allowed: str) -> None:
    raise DataError(f"{value!r} does not fit; allowed: {allowed}", file=table.file, line=line, field=field)


def check_outside(files: PackFiles) -> None:
    """Outside places: members known in surroundings.csv, and figures given where members cannot give them."""
    table, around = files.tables["outside_places"], files.tables["surroundings"]
    have = {(r["variable"], r["year"], r["code"]) for r in around.records()}
    codes = {code for _, _, code in have}
    taken = {r["id"] for r in files.tables["places"].records()} | set(files.descriptor["tiers"])
    for r, line in zip(table.records(), table.lines, strict=True):
        if r["id"] in taken:
            _refuse_place(table, line, "id", r["id"], "an id that is no place or tier of the city")
        members = [m for m in r["members"].split(";") if m]
        for m in members:
            if m not in codes:
                text = f"unknown {m!r}; allowed: codes of {around.file}{suggestion(m, sorted(codes))}"
                raise DataError(text, file=table.file, line=line, field="members")
        for variable, column in (
            ("resident_population", "residents_"),
            ("monthly_wage_urban_nonprivate", "wage_monthly_"),
        ):
            for field in (c for c in table.header if c.startswith(column)):
                year = field.removeprefix(column)
                if not year.isdigit() or r[field]:
                    continue
                if not members or any((variable, year, m) not in have for m in members):
                    text = f"empty, and members do not all have {variable} {year}; allowed: a number"
                    raise DataError(text, file=table.file, line=line, field=field)
