"""Every run that a fit has made, in one file of lines: a kill loses at most the runs under way."""

import json
import os
from pathlib import Path

import numpy as np

from scenarios.errors import ScenarioError

RUNS, SETTINGS = "runs.jsonl", "settings.json"


class RunStore:
    """Runs by (stage, number). Lines are appended and flushed; a last line that was cut off is dropped when read."""

    def __init__(self, folder: Path, settings: dict, resume: bool):
        """Opens a new folder, or one that was begun with the same settings; ScenarioError otherwise."""
        self.folder, self.path = folder, folder / RUNS
        self.done: dict[tuple[str, int], list[float]] = {}
        self.reasons: dict[tuple[str, int], str] = {}  # of runs that broke off
        begun = (folder / SETTINGS).exists()
        if begun and not resume:
            raise ScenarioError("holds a fit; add --resume", "已有拟合；请加 --resume", file=str(folder))
        if begun:
            self._check(settings)
            self._read()
            return
        folder.mkdir(parents=True, exist_ok=True)
        replace_text(folder / SETTINGS, json.dumps(settings, indent=1, sort_keys=True) + "\n")

    def _check(self, settings: dict) -> None:
        theirs = json.loads((self.folder / SETTINGS).read_text(encoding="utf-8"))
        for key in sorted(settings):
            if theirs.get(key) != settings[key]:
                en = f"was begun with {key} {theirs.get(key)}, now it is {settings[key]}"
                zh = f"开始时 {key} 为 {theirs.get(key)}，现为 {settings[key]}"
                raise ScenarioError(en, zh, file=str(self.folder / SETTINGS), field=key)

    def _read(self) -> None:
        if not self.path.exists():
            return
        whole = 0
        with self.path.open("rb") as file:
            for line in file:
                try:
                    stage, number, values, *reason = json.loads(line)
                except ValueError:
                    break
                if not line.endswith(b"\n"):
                    break
                self.done[stage, number] = values
                if reason:
                    self.reasons[stage, number] = reason[0]
                whole += len(line)
        if whole < self.path.stat().st_size:
            os.truncate(self.path, whole)

    def missing(self, stage: str, count: int) -> list[int]:
        """Numbers of a stage's runs that are not there yet."""
        return [k for k in range(count) if (stage, k) not in self.done]

    def add(self, stage: str, number: int, values: np.ndarray, reason: str = "") -> None:
        """Keeps one run; numbers survive as they are (shortest text that reads back the same float64).

        `reason`: why the run broke off; its values are then all NaN, as far from the targets as can be.
        """
        found = [None if np.isnan(v) else v for v in values.tolist()]
        line = [stage, number, found, *([reason] if reason else [])]
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")
        self.done[stage, number] = found
        if reason:
            self.reasons[stage, number] = reason

    def values(self, stage: str, count: int) -> np.ndarray:
        """float64[count, targets] of a stage that is complete."""
        return np.array([self.done[stage, k] for k in range(count)], dtype=np.float64)


def replace_text(path: Path, text: str) -> None:
    """Writes a file as a whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)
