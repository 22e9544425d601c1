"""A parameter ensemble: several sets of parameter values with weights, from a CSV file.

One row a set; a column is the key of a parameter, `key.0`, `key.1`, ... for the parts of a parameter that is a
list; the column `weight` is optional (all equal without it), the columns `set` and `id` are ignored.
"""

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from scenarios.errors import ScenarioError
from sim.catalogue import CatalogueError, parameters

ROOT = FilePath(__file__).resolve().parents[2]
IGNORED = ("set", "id")
GOLDEN = (5**0.5 - 1) / 2  # the step that fills [0, 1) most evenly, however many steps there are
FITTED = "calibration/ensemble.csv"  # of the project, made by `jiangmen calibrate`


@dataclass(frozen=True)
class Ensemble:
    """`sets` of parameter values, None = the catalogue's defaults; `weights` add up to 1."""

    sets: tuple[Mapping[str, Any] | None, ...] = (None,)
    weights: tuple[float, ...] = (1.0,)
    file: str = ""
    hash: str = ""

    def record(self) -> dict[str, Any]:
        return {
            "sets": [None if s is None else dict(s) for s in self.sets],
            "weights": list(self.weights),
            "file": self.file,
            "hash": self.hash,
        }

    def drawn(self, count: int, seed: int) -> tuple[Mapping[str, Any] | None, ...]:
        """The sets of the first `count` futures, spread evenly over the weights: u_r = (u_0 + r g) mod 1, g the golden
        section, u_0 keyed by the seed (a Kronecker sequence).

        Future r has its set whatever the scenario is and however many futures there are: futures of two scenarios
        stay paired, and a screen that sharpens keeps what it has shown.
        """
        digest = hashlib.sha256(f"ensemble/{seed}".encode()).digest()
        first = (int.from_bytes(digest[:8], "big") + 0.5) / 2.0**64
        ends = np.cumsum(self.weights)
        at = np.mod(first + np.arange(count) * GOLDEN, 1.0)
        rows = np.minimum(np.searchsorted(ends / ends[-1], at, side="right"), len(ends) - 1)
        return tuple(self.sets[int(k)] for k in rows)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Ensemble":
        return cls(tuple(record["sets"]), tuple(record["weights"]), record["file"], record["hash"])


def find_file(name: str, beside: FilePath) -> FilePath:
    """A file beside the experiment, in the working folder or in the project."""
    for folder in (beside, FilePath.cwd(), ROOT):
        if (folder / name).is_file():
            return folder / name
    return beside / name


def fitted_ensemble() -> Ensemble:
    """The fitted ensemble of the project."""
    return read_ensemble(ROOT / FITTED, FITTED)


def read_ensemble(path: FilePath, shown: str, keep: int | None = None) -> Ensemble:
    """The sets of a file, or the `keep` heaviest of them in the order of the file."""
    try:
        raw = path.read_bytes()
        rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ScenarioError(f"cannot read parameter sets ({why})", f"无法读取参数组（{why}）", file=shown) from None
    if len(rows) < 2:
        raise ScenarioError("holds no parameter set", "没有参数组", file=shown)
    head, body = rows[0], [row for row in rows[1:] if row]
    _check_head(head, shown)
    sets, weights = [], []
    for line, row in enumerate(body, start=2):
        if len(row) != len(head):
            en = f"has {len(row)} values, the head {len(head)}"
            raise ScenarioError(en, f"有 {len(row)} 个值，表头为 {len(head)} 列", file=shown, line=line)
        values, weight = _values(head, row, shown, line)
        sets.append(values)
        weights.append(weight)
    kept = sorted(np.argsort(-np.array(weights), kind="stable")[: keep or len(sets)].tolist())
    total = sum(weights[k] for k in kept)
    if not total > 0:
        raise ScenarioError("weights must add up to more than 0", "权重之和须大于 0", file=shown, field="weight")
    return Ensemble(
        tuple(sets[k] for k in kept),
        tuple(weights[k] / total for k in kept),
        shown,
        hashlib.sha256(raw).hexdigest(),
    )


def _check_head(head: list[str], shown: str) -> None:
    known = parameters()
    for column in head:
        key, _, part = column.partition(".")
        if column in (*IGNORED, "weight"):
            continue
        if key not in known:
            near = get_close_matches(key, list(known), n=1)
            en, zh = (f"; did you mean {near[0]!r}?", f"；是否指 {near[0]!r}？") if near else ("", "")
            raise ScenarioError(f"unknown parameter {key!r}{en}", f"未知参数 {key!r}{zh}", file=shown, line=1)
        size = np.size(known[key].default) if np.ndim(known[key].default) else 0
        if bool(part) != bool(size) or (part and not (part.isdigit() and int(part) < size)):
            said = f"{key}.0 .. {key}.{size - 1}" if size else key
            en, zh = f"column {column!r} must be {said}", f"列 {column!r} 须为 {said}"
            raise ScenarioError(en, zh, file=shown, line=1)
    if len(set(head)) < len(head):
        raise ScenarioError("a column is given twice", "列重复", file=shown, line=1)


def _values(head: list[str], row: list[str], shown: str, line: int) -> tuple[dict[str, Any], float]:
    values: dict[str, Any] = {}
    weight = 1.0
    for column, text in zip(head, row, strict=True):
        if column in IGNORED:
            continue
        try:
            number = float(text)
            if column == "weight":
                if not (np.isfinite(number) and number >= 0):
                    raise ValueError
                weight = number
                continue
            key, _, part = column.partition(".")
            parameters()[key].check(number)
        except CatalogueError as error:
            raise ScenarioError(str(error), f"超出范围：{error}", file=shown, line=line, field=column) from None
        except ValueError:
            en, zh = f"must be a number, got {text!r}", f"须为数，现为 {text!r}"
            raise ScenarioError(en, zh, file=shown, line=line, field=column) from None
        if part:
            values.setdefault(key, list(np.ravel(parameters()[key].default).tolist()))[int(part)] = number
        else:
            values[key] = number
    return values, weight
