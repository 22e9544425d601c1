"""What the commands for researchers do: `batch`, `query`, `analyse`, `reproduce`."""

import sys
from argparse import Namespace
from pathlib import Path

from scenarios.words import word


def batch(args: Namespace) -> int:
    """Runs an experiment into a folder, or says what it would take."""
    from scenarios.batches import batch as run_batch
    from scenarios.engines.work import DONE
    from scenarios.experiments.experiment import Experiment

    experiment = Experiment.load(args.experiment)
    if args.dry_run:
        _tell_estimate(experiment, args)
        return 0
    if not args.out:
        from scenarios.errors import ScenarioError

        raise ScenarioError("is needed (or --dry-run)", "必须给出（或用 --dry-run）", field="--out")
    command = ["jiangmen", *args.argv]
    store = run_batch(
        experiment, args.out, args.workers, args.scheduler, args.resume, args.yes, progress=True, command=command
    )
    status = store.runs()["status"]
    failed = int((status != DONE).sum())
    print(word("batch_done", args.lang, n=len(status), failed=failed, out=args.out))
    if failed:
        print(word("batch_failed", args.lang, out=args.out), file=sys.stderr)
    return 1 if failed else 0


def _tell_estimate(experiment, args: Namespace) -> None:
    from scenarios.batches import estimate

    s, n, e, r = experiment.shape
    print(word("batch_runs", args.lang, runs=experiment.count, s=s, n=n, e=e, r=r))
    found = estimate(experiment, args.workers, Path(args.out) if args.out else None)
    print(word("batch_time", args.lang, one=found.seconds_a_run, workers=found.workers, all=_time(found.seconds)))
    print(word("batch_disk", args.lang, size=_size(found.bytes), parts=found.parts, free=_size(found.free)))
    try:
        experiment.check_size(args.yes)
    except ValueError as error:
        print(word("batch_many", args.lang, why=error.text(args.lang)))


def query(args: Namespace) -> None:
    """Asks a batch in SQL."""
    import json

    from scenarios.store.store import Store

    found = Store(args.folder).query(args.sql)
    if args.json:
        print(json.dumps(json.loads(found.to_json(orient="records")), ensure_ascii=False, indent=2))
    elif args.csv:
        found.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        from scenarios.tables import console, frame_table

        console().print(frame_table(found))


def analyse(args: Namespace) -> None:
    """Analyses a batch, a package of policies, or searches what it would take."""
    from scenarios.analyses.commands import analyse as find

    find(args)


def reproduce(args: Namespace) -> int:
    """Runs one row of a batch again and compares it to the last digit."""
    from scenarios.reproducing import reproduce as run_again

    found = run_again(args.run)
    if not found.same_program:
        print(word("other_program", args.lang), file=sys.stderr)
    if found.same:
        key = "same_error" if found.error else "same_digits"
        print(word(key, args.lang, run=found.run, n=found.values, error=found.error))
        return 0
    indicator, place, year = found.where or ("-", "-", "-")
    print(
        word(
            "other_digits", args.lang, run=found.run, k=found.differing, n=found.values, gap=found.largest,
            indicator=indicator, place=place, year=year,
        )
    )  # fmt: skip
    return 1


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
