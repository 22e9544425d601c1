"""Writes a batch to a folder so that nothing is lost or half there, whenever the power goes.

DIR/manifest.json              what runs, with which program, data and versions; written first
DIR/design.parquet             the points
DIR/results/part-0000000.parquet   indicators by run, year and place
DIR/groups/part-...            people by group, where asked for
DIR/states/people-0000000...   the last year's columns, where asked for
DIR/runs/part-0000000.parquet  one row a run; written last: a part without it does not count
DIR/log.csv                    seconds of each run; for information only

A file is written under another name, flushed to disk and renamed.
"""

import os
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.outputs import shown_path

MANIFEST, DESIGN, LOG, LOCK = "manifest.json", "design.parquet", "log.csv", ".lock"
TEMPORARY = ".tmp"
LAST = "runs"  # dataset that is written last


def part_name(first: int) -> str:
    return f"part-{first:07d}.parquet"


def write_part(folder: Path, first: int, files: Mapping[str, bytes]) -> None:
    """All files of a part, the one that makes it count last. ScenarioError when the disk refuses."""
    names = sorted(files, key=lambda name: name == LAST)
    for name in names:
        target = folder / f"{name}.parquet" if "/" in name else folder / name / part_name(first)
        write_whole(target, files[name], folder)


def write_whole(target: Path, data: bytes, folder: Path) -> None:
    """A file that is there whole or not at all."""
    temporary = target.with_name(target.name + TEMPORARY)
    try:
        with _opened(temporary) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        _sync_folder(target.parent)
    except OSError as error:
        _remove(temporary)
        raise disk_error(error, folder) from None


def _opened(temporary: Path):
    try:
        return temporary.open("wb")
    except FileNotFoundError:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        return temporary.open("wb")


def _sync_folder(folder: Path) -> None:
    """Makes the renaming itself last; not every system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return  # the disk that refused the file may refuse this too


def remove_temporary(folder: Path) -> None:
    """What a killed process left half written."""
    for file in folder.rglob(f"*{TEMPORARY}"):
        _remove(file)


def disk_error(error: OSError, folder: Path) -> ScenarioError:
    """The error of a full disk or a folder that cannot be written; finished runs stay."""
    why = error.strerror or str(error)
    return ScenarioError(
        f"cannot write ({why}); finished runs are safe, go on with --resume",
        f"无法写入（{why}）；已完成的运行不会丢失，可用 --resume 继续",
        file=shown_path(folder),
    )


@contextmanager
def locked(folder: Path):
    """One batch at a time writes to a folder. The system frees the lock when a process is killed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+b")
    except FileExistsError:
        raise ScenarioError("is a file; give a folder", "是文件，请给出文件夹", file=shown_path(folder)) from None
    except OSError as error:
        raise disk_error(error, folder) from None
    try:
        if not _lock(file):
            en, zh = "another batch is writing here", "另有批次正在写入此文件夹"
            raise ScenarioError(en, zh, file=shown_path(folder))
        yield
    finally:
        file.close()


def _lock(file) -> bool:
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True


def log_seconds(folder: Path, first: int, seconds: tuple[float, ...]) -> None:
    """Adds the seconds of runs to the log; the log is not needed for anything, so a full disk is left to the parts."""
    try:
        with (folder / LOG).open("a", encoding="utf-8", newline="\n") as file:
            file.write("".join(f"{first + k},{s:.4f}\n" for k, s in enumerate(seconds)))
    except OSError:
        return
