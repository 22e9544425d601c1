"""Full validation of a pack by its description: types, bounds and keys (Frictionless), then the rules of checks.py."""

import hashlib
from pathlib import Path

from sim.data import checks
from sim.data.errors import DataError, suggestion
from sim.data.tables import DESCRIPTOR, PackFiles, RawTable


def validation_key(pack_hash: str) -> str:
    """Hash of the pack's content and of the rules: changing either calls for validation anew."""
    rules = b"".join(Path(f).read_bytes() for f in (__file__, checks.__file__))
    return hashlib.sha256(pack_hash.encode() + rules.replace(b"\r\n", b"\n")).hexdigest()


def validate(files: PackFiles) -> None:
    """Raises DataError for the first thing wrong; imports the heavy library only here."""
    _check_schemas(files)
    for name in files.tables:
        checks.check_variables(files, name)
    checks.check_places(files)
    checks.check_outside(files)
    for name in files.tables:
        checks.check_complete(files, name)


def _check_schemas(files: PackFiles) -> None:
    from frictionless import FrictionlessException, Package, Resource, Schema

    resources = []
    for name, table in files.tables.items():
        try:
            schema = Schema.from_descriptor(files.resource(name)["schema"])
        except (FrictionlessException, KeyError) as error:
            raise DataError(f"schema of table {name} is wrong: {error}", file=DESCRIPTOR, field=name) from None
        checks.check_header(files, name)
        resources.append(Resource(name=name, data=[list(table.header), *table.rows], schema=schema))
    report = Package(resources=resources).validate()
    if report.valid:
        return
    for task in report.tasks:
        for error in task.errors:
            raise _explain(error, files, task.name)
    for error in report.errors:
        raise DataError(error.message, file=DESCRIPTOR)


def _explain(error, files: PackFiles, name: str) -> DataError:
    """A library error as file, line, field, value and what is allowed."""
    table, schema = files.tables[name], files.resource(name)["schema"]
    row_number = getattr(error, "row_number", None)
    index = row_number - 2 if row_number else None  # the library counts the header as row 1
    line = table.lines[index] if index is not None and 0 <= index < len(table.lines) else 1
    field = getattr(error, "field_name", None) or getattr(error, "label", None) or None
    value = getattr(error, "cell", None)
    if error.type == "type-error":
        text = f"{value!r} is of the wrong type; allowed: {_allowed(schema, field)}"
    elif error.type == "constraint-error":
        text = f"{value!r} is not allowed; allowed: {_allowed(schema, field)}"
    elif error.type == "primary-key":
        key = schema["primaryKey"]
        field, shown = ", ".join(key), _shown(table, index, key)
        text = f"duplicate row: {shown} stands in the file before; allowed: one row for each"
    elif error.type == "foreign-key":
        field, text = _explain_reference(error, files, table, index)
    else:
        text = error.note or error.message
    return DataError(text, file=table.file, line=line, field=field)


def _explain_reference(error, files: PackFiles, table: RawTable, index: int) -> tuple[str, str]:
    field = error.field_names[0]
    value = table.rows[index][table.column(field)]
    other = files.tables[error.reference_name or "places"]
    at = other.column(error.reference_field_names[0])
    known = [row[at] for row in other.rows]
    return (
        field,
        f"unknown {value!r}; allowed: {error.reference_field_names[0]} of {other.file}{suggestion(value, known)}",
    )


def _shown(table: RawTable, index: int, fields: list[str]) -> str:
    return ", ".join(f"{f} {table.rows[index][table.column(f)] or '(empty)'}" for f in fields)


def _allowed(schema: dict, field: str | None) -> str:
    described = next((f for f in schema["fields"] if f["name"] == field), {})
    rule = described.get("constraints", {})
    parts = [{"integer": "a whole number", "number": "a number"}.get(described.get("type"), "text")]
    parts += [f"one of {', '.join(rule['enum'])}"] if "enum" in rule else []
    parts += [f"from {rule['minimum']:g}"] if "minimum" in rule else []
    parts += [f"to {rule['maximum']:g}"] if "maximum" in rule else []
    parts += [f"of the form {rule['pattern']}"] if "pattern" in rule else []
    parts += ["not empty"] if rule.get("required") else []
    return " ".join(parts)
