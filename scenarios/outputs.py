"""Writes results to a folder: all of them or nothing that looks like them.

Files are written into a hidden folder inside the target and moved out at the end, the manifest last: a
folder without `manifest.json` does not hold a whole result.
"""

import hashlib
import json
import os
import platform
import secrets
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.errors import ScenarioError
from scenarios.result import Result, joined

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
NAMES = ("indicators.csv", "indicators.parquet", "differences.csv", "differences.parquet", "fit.csv", MANIFEST)
PACKAGES = ("jiangmen-sandbox", "mesa", "numpy", "numba", "pandas", "pyarrow", "scipy", "pyyaml")
PARTIAL = ".partial-"


def check_target(out: Path, force: bool = False) -> None:
    """ScenarioError when `out` cannot take results, or holds some already and `force` is not given."""
    if out.exists() and not out.is_dir():
        raise ScenarioError("is a file; give a folder", "是文件，请给出文件夹", file=shown_path(out))
    held = [name for name in NAMES if (out / name).exists()]
    if held and not force:
        en = f"already holds results ({held[0]}); choose another folder or add --force"
        raise ScenarioError(en, f"已有结果（{held[0]}）；请换一个文件夹或加 --force", file=shown_path(out))


def write_results(
    out: Path,
    results: Sequence[Result],
    command: Sequence[str] = (),
    force: bool = False,
    differences: "pd.DataFrame | None" = None,
) -> list[Path]:
    """indicators.csv, indicators.parquet, differences.* where given, and manifest.json; returns their paths."""
    tables = {"indicators": joined(list(results))}
    if differences is not None:
        tables["differences"] = differences
    writers: dict[str, Callable[[Path], None]] = {}
    for name, table in tables.items():
        writers[f"{name}.csv"] = lambda path, table=table: write_csv(table, path)
        writers[f"{name}.parquet"] = lambda path, table=table: write_parquet(table, path)
    return write_files(out, writers, lambda hashes: manifest(results, command, hashes), force)


def write_files(
    out: Path, writers: dict[str, Callable[[Path], None]], describe: Callable[[dict], dict], force: bool = False
) -> list[Path]:
    """Writes files and the manifest (`describe(hashes by name)`), or leaves the folder as it was."""
    check_target(out, force)
    created = not out.exists()
    partial = out / f"{PARTIAL}{secrets.token_hex(4)}"
    try:
        partial.mkdir(parents=True)
        hashes = {}
        for name, write in writers.items():
            write(partial / name)
            hashes[name] = file_hash(partial / name)
        text = json.dumps(describe(hashes), ensure_ascii=False, indent=2)
        (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _move(partial, out, [*writers, MANIFEST])
    except OSError as error:
        why = error.strerror or str(error)
        raise ScenarioError(f"cannot write results ({why})", f"无法写入结果（{why}）", file=shown_path(out)) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if created and out.is_dir() and not any(out.iterdir()):
            out.rmdir()
    return [out / name for name in [*writers, MANIFEST]]


def _move(partial: Path, out: Path, names: list[str]) -> None:
    for name in (MANIFEST, *NAMES):  # the manifest first: from here on the old result is not whole
        if (out / name).exists():
            (out / name).unlink()
    for name in names:
        os.replace(partial / name, out / name)


def write_csv(table: "pd.DataFrame", path: Path) -> None:
    """UTF-8, Unix lines, numbers in the shortest form that reads back to the same number."""
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_parquet(table: "pd.DataFrame", path: Path) -> None:
    table.to_parquet(path, index=False, engine="pyarrow", compression="zstd")


def manifest(results: Sequence[Result], command: Sequence[str], hashes: dict[str, str]) -> dict:
    """What is needed to run it again and to know what ran. No names of users or machines."""
    first = results[0]
    return {
        "command": [shown_path(part) for part in command],
        **provenance(first.pack),
        "scenarios": [
            {
                "id": r.scenario.id,
                "name": dict(r.scenario.name),
                "file": shown_path(r.scenario.file),
                "extends": list(r.scenario.extends),
                "hash": r.scenario.hash,
                "text": r.scenario.text,
                "resolved": r.scenario.content(),
            }
            for r in results
        ],
        "run": {
            "start": first.start,
            "end": first.end,
            "scale": first.scale,
            "replicates": len(first.seeds),
            "seed": first.seed,
            "replicate_seeds": list(first.seeds),
            "parameter_sets": [None if p is None else dict(p) for p in first.parameter_sets],
        },
        "timings": {
            "seconds": round(sum(r.seconds for r in results), 3),
            "workers": first.workers,
            "threads": first.threads,
        },
        "host": host(),
        "files": hashes,
    }


def provenance(pack) -> dict:
    """When, with which program, versions and data."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **_versions()},
        "code": code_hash(),
        "pack": {"name": pack.name, "hash": pack.hash},
    }


def host() -> dict:
    """The kind of machine."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "implementation": platform.python_implementation(),
        "cores": os.cpu_count(),
        "byte_order": sys.byteorder,
    }


def lock() -> list[str]:
    """Exact versions of everything installed, as pip reads them."""
    told = [d.metadata for d in metadata.distributions()]  # a file each: read once
    return sorted({f"{m['Name']}=={m['Version']}" for m in told if m["Name"]}, key=str.lower)


def file_hash(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_hash(folders: Sequence[str] = ("sim", "scenarios")) -> str:
    """sha256 over the model's program and catalogue: two runs with the same hash ran the same rules."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    inside = [p for folder in folders for ending in ("py", "yaml") for p in (root / folder).rglob(f"*.{ending}")]
    for path in sorted(inside, key=lambda p: p.relative_to(root).as_posix()):
        data = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


@cache
def model_version(pack_hash: str) -> str:
    """Version of the project, of the model's program and of the data, short: two runs with the same one are equal."""
    content = hashlib.sha256(f"{code_hash(('sim',))}{pack_hash}".encode()).hexdigest()
    return f"{_versions()['jiangmen-sandbox']}-{content[:8]}"


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def shown_path(path: str | Path) -> str:
    """A path as the user gave it, with the home folder as ~ (its name may be that of a person)."""
    text = str(path)
    try:
        home = str(Path.home())
    except RuntimeError:
        return text
    return text.replace(home, "~") if len(home) > 1 else text
