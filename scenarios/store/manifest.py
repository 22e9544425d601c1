"""The manifest of a batch: everything that is needed to know what ran, to go on with it and to run it again."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.errors import ScenarioError
from scenarios.outputs import code_hash, host, lock, provenance, shown_path
from scenarios.store.writing import MANIFEST

if TYPE_CHECKING:
    from scenarios.experiments.plan import Plan

FORMAT = 1


def describe(plan: "Plan", command: Sequence[str] = ()) -> dict[str, Any]:
    """The manifest of a plan, as plain values. No names of users or machines."""
    from sim.catalogue import indicators

    e = plan.experiment
    return {
        "format": FORMAT,
        "command": [shown_path(part) for part in command],
        **provenance(plan.pack),
        "catalogue": catalogue_hash(),
        "experiment": {**e.record(), "hash": e.hash, "text": e.text, "file": shown_path(e.file)},
        "runs": plan.count,
        "part_size": plan.part_size,
        "replicate_seeds": list(e.seeds),
        "units": {key: entry.unit for key, entry in indicators().items()},
        "host": host(),
        "lock": lock(),
    }


def as_bytes(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; ScenarioError when there is none or it is of another kind."""
    shown = shown_path(folder)
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScenarioError("holds no batch", "不是批次结果文件夹", file=shown) from None
    except (OSError, ValueError) as error:
        why = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise ScenarioError(f"cannot read the manifest ({why})", f"无法读取清单（{why}）", file=shown) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT or "experiment" not in found:
        raise ScenarioError("is not the result of a batch", "不是批次结果", file=shown)
    return found


def check_same(manifest: Mapping[str, Any], plan: "Plan", folder: Path) -> None:
    """ScenarioError when the runs of a folder would not be the runs of this plan."""
    pairs = (
        ("experiment", "试验", manifest["experiment"]["hash"], plan.experiment.hash),
        ("data", "数据", manifest["pack"]["hash"], plan.pack.hash),
        ("program", "程序", manifest["code"], code_hash()),
    )
    for en, zh, before, now in pairs:
        if before != now:
            raise ScenarioError(
                f"the {en} has changed since this batch began ({before[:12]}, now {now[:12]}); use a new folder",
                f"此批次开始后{zh}已改变（原 {before[:12]}，现 {now[:12]}）；请使用新的文件夹",
                file=shown_path(folder),
            )


def catalogue_hash() -> str:
    """sha256 over the catalogue's files."""
    import hashlib

    from sim.catalogue import HERE

    digest = hashlib.sha256()
    for path in sorted(HERE.rglob("*.yaml"), key=lambda p: p.relative_to(HERE).as_posix()):
        data = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(HERE).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
