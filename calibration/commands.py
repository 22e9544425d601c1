"""What the commands of calibration do. `args` is the parsed command line (`scenarios.cli`)."""

from argparse import Namespace
from pathlib import Path

from scenarios.errors import ScenarioError

FORMS = ("md", "html")


def calibrate(args: Namespace) -> None:
    """Fits the parameters to the targets, into a folder."""
    from calibration.fit.pipeline import QUICK, Settings, changed
    from calibration.fit.pipeline import calibrate as run
    from calibration.validation.texts import say
    from scenarios.tables import console
    from sim.data import load_pack
    from sim.engine import default_threads

    out, settings = Path(args.out), changed(QUICK if args.quick else Settings(), seed=args.seed)
    if out.exists() and not out.is_dir():
        raise ScenarioError("is a file; give a folder", "是文件，请给出文件夹", file=str(out))
    run(out, settings, args.resume, args.workers or default_threads(), load_pack(), progress=True)
    console().print(say("written", args.lang, out=out), style="dim", markup=False)


def validate(args: Namespace) -> None:
    """Runs the model from the first census to the last and writes what the evidence says, or shows it."""
    from calibration.fit.finished import read_fit
    from calibration.fit.pipeline import table
    from calibration.validation.evidence import gather
    from calibration.validation.posterior import TARGET_HEAD, Posterior, targets_table
    from calibration.validation.report import build, scores_csv, targets_csv
    from calibration.validation.texts import say
    from scenarios.audit.command import show
    from scenarios.reports.write import write
    from scenarios.tables import console
    from sim.data import load_pack
    from sim.engine import default_threads

    out = Path(args.out) if args.out else None
    names = [f"validation_{args.lang}.{form}" for form in FORMS]
    _check(args, out, [*names, "targets.csv", "forecast_test.csv", "posterior.csv"])
    workers, pack = min(args.workers or default_threads(), args.sets), load_pack()
    posterior = Posterior(read_fit(Path(args.fit), pack), pack) if args.fit else None
    evidence = gather(pack, args.sets, args.scale, args.seed, workers, progress=True)
    report = build(evidence, args.lang, posterior)
    if out is None:
        show(report, console())
        return
    out.mkdir(parents=True, exist_ok=True)
    for form, name in zip(FORMS, names, strict=True):
        write(report, form, out / name, force=True)
    tables = {"targets.csv": targets_csv(evidence), "forecast_test.csv": scores_csv(evidence)}
    if posterior:
        tables["posterior.csv"] = table(TARGET_HEAD, targets_table(posterior))
    for name, text in tables.items():
        (out / name).write_text(text, encoding="utf-8")
    console().print(say("written", args.lang, out=out), style="dim", markup=False)


def update(args: Namespace) -> None:
    """Weighs the ensemble anew by observed years."""
    from calibration.updating.command import update as run

    run(args)


def _check(args: Namespace, out: Path | None, names: list[str]) -> None:
    """Everything that is given is checked before anything runs."""
    if not 0.0 < args.scale <= 1.0:
        raise ScenarioError(f"must be above 0 and at most 1, got {args.scale:g}", "须大于 0 且不超过 1", field="scale")
    if args.sets < 2:
        raise ScenarioError(f"must be 2 or more, got {args.sets}", f"须不少于 2，现为 {args.sets}", field="sets")
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise ScenarioError("is a file; give a folder", "是文件，请给出文件夹", file=str(out))
    held = [name for name in names if (out / name).exists()]
    if held and not args.force:
        en = f"already holds {held[0]}; choose another folder or add --force"
        raise ScenarioError(en, f"已有 {held[0]}；请换一个文件夹或加 --force", file=str(out))
