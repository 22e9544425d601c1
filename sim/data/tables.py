"""Reads the files of a pack: UTF-8 text, CSV rows with their line numbers, the content hash, and lookups by key."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.data.errors import DataError, suggestion

DESCRIPTOR = "datapackage.json"
# The figure used when several sources give one: the best quality, then the first in the file.
QUALITY_ORDER = ("official", "secondary", "estimated", "recalled")


@dataclass(frozen=True)
class RawTable:
    """One CSV file as text: header, rows, and the line in the file on which each row ends."""

    file: str
    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    def column(self, name: str) -> int:
        """Position of a column."""
        if name not in self.header:
            raise DataError(f"column is missing{suggestion(name, self.header)}", file=self.file, line=1, field=name)
        return self.header.index(name)

    def records(self) -> Iterator[dict[str, str]]:
        """Rows as dictionaries of text."""
        return (dict(zip(self.header, row, strict=False)) for row in self.rows)


@dataclass(frozen=True)
class PackFiles:
    """The files of one pack, decoded but not yet validated."""

    folder: Path
    hash: str
    descriptor: dict
    tables: dict[str, RawTable] = field(repr=False)

    def resource(self, name: str) -> dict:
        """The descriptor of one table."""
        return next(r for r in self.descriptor["resources"] if r["name"] == name)


def pack_files(folder: Path) -> list[Path]:
    """All files of a pack, hidden ones left out, in a stable order."""
    inside = (p for p in folder.rglob("*") if p.is_file())
    shown = (p for p in inside if not any(part.startswith((".", "__")) for part in p.relative_to(folder).parts))
    return sorted(shown, key=lambda p: p.relative_to(folder).as_posix())


def read_pack_files(folder: Path) -> PackFiles:
    """Reads every file once. Refuses a missing file, one that is not UTF-8, and a descriptor that is not JSON."""
    content = {p.relative_to(folder).as_posix(): p.read_bytes() for p in pack_files(folder)}
    if DESCRIPTOR not in content:
        raise DataError(f"file is missing from the pack folder {folder.name}", file=DESCRIPTOR)
    digest = hashlib.sha256()
    for name, data in content.items():
        data = data.replace(b"\r\n", b"\n")  # the same pack on every platform
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    descriptor = _read_json(content[DESCRIPTOR])
    tables = {}
    for resource in descriptor.get("resources", []):
        path = resource["path"]
        if path not in content:
            raise DataError(f"file is missing; {DESCRIPTOR} lists it", file=path)
        text = _decode(path, content[path])
        if path.endswith(".csv"):
            tables[resource["name"]] = _read_csv(path, text)
    return PackFiles(folder, digest.hexdigest(), descriptor, tables)


def _decode(file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        bad = f"0x{data[error.start]:02x}"
        raise DataError(f"not UTF-8 (byte {bad}); save the file as UTF-8", file=file, line=line) from None


def _read_json(data: bytes) -> dict:
    try:
        found = json.loads(_decode(DESCRIPTOR, data))
    except json.JSONDecodeError as error:
        raise DataError(f"not JSON: {error.msg}", file=DESCRIPTOR, line=error.lineno) from None
    if not isinstance(found, dict):
        raise DataError("not a JSON object", file=DESCRIPTOR, line=1)
    for key in ("name", "title_zh", "title_en", "city_id", "tiers", "distance_rule", "resources"):
        if key not in found:
            raise DataError("property is missing", file=DESCRIPTOR, field=key)
    return found


def _read_csv(file: str, text: str) -> RawTable:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"not CSV: {error}", file=file, line=reader.line_num) from None
    if not rows:
        raise DataError("file is empty; a header is needed", file=file, line=1)
    return RawTable(file, tuple(rows[0]), rows[1:], lines[1:])


class Figures:
    """Values and quality marks by (variable, year, key): one table, or a part of it, as a lookup.

    The year is text as in the file ('' where none applies); the key is a place code, or age and sex.
    """

    def __init__(self, table: RawTable, key: str | Sequence[str]):
        keys = [key] if isinstance(key, str) else list(key)
        at = {name: table.column(name) for name in (*keys, "variable", "year", "value", "quality")}
        self.file = table.file
        self.values: dict[tuple[str, str, str], tuple[float, str]] = {}
        rank = {quality: i for i, quality in enumerate(QUALITY_ORDER)}
        for row in table.rows:
            entry = (row[at["variable"]], row[at["year"]], " ".join(row[at[k]] for k in keys))
            known = self.values.get(entry)
            quality = row[at["quality"]]
            if known is None or rank[quality] < rank[known[1]]:
                self.values[entry] = (float(row[at["value"]]), quality)
        self.variables = tuple(dict.fromkeys(v for v, _, _ in self.values))

    def get(self, variable: str, year: int | str | None, key: str) -> tuple[float, str] | None:
        """(value, quality), or None when the table has none."""
        return self.values.get((variable, "" if year is None else str(year), key))

    def one(self, variable: str, year: int | str | None, key: str, name: str = "") -> float:
        """The value; DataError names the variable, the year and the place when there is none."""
        found = self.get(variable, year, key)
        if found is None:
            raise self._missing(variable, year, key, name)
        return found[0]

    def array(self, variable: str, year: int | str | None, keys: Iterable[str], names: dict[str, str]) -> np.ndarray:
        """float64[len(keys)], read-only."""
        return frozen([self.one(variable, year, k, names.get(k, "")) for k in keys], np.float64)

    def quality(self, variable: str, year: int | str | None, keys: Iterable[str]) -> tuple[str, ...]:
        """Quality mark of each value."""
        keys = list(keys)
        for k in keys:
            self.one(variable, year, k)
        return tuple(self.get(variable, year, k)[1] for k in keys)

    def _missing(self, variable: str, year: int | str | None, key: str, name: str) -> DataError:
        if variable not in self.variables:
            return DataError(
                f"no variable {variable!r}{suggestion(variable, self.variables)}", file=self.file, field=variable
            )
        years = sorted(y for v, y, k in self.values if v == variable and k == key)
        when = "without a year" if year is None or year == "" else f"in {year}"
        has = f"; years with a value: {', '.join(y or 'none stated' for y in years)}" if years else "; it has none"
        place = f"{key} ({name})" if name else key
        return DataError(f"no value of {variable} {when} for {place}{has}", file=self.file, field=variable)


def frozen(values, dtype) -> np.ndarray:
    """A read-only array of its own memory."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array
