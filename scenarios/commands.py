"""What each command does once its options are read. `args` is the parsed command line (`scenarios.cli`)."""

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from scenarios.errors import ScenarioError
from scenarios.words import word

ENSEMBLE = "ensemble"  # --parameters ensemble: the fitted one of the project


def run(args: Namespace) -> None:
    """Runs one scenario, shows the main indicators, writes results where --out says."""
    from scenarios.outputs import check_target
    from scenarios.runner import run_all
    from scenarios.tables import console, run_table

    _one_of_both(args)
    if args.out:
        check_target(Path(args.out), args.force)
    chosen = _loaded(args, [args.scenario]) if args.scenario else [_addressed(args)]
    results = run_all(chosen, **_options(args))
    out = console()
    out.print(run_table(results[0], args.lang))
    _write(args, results, out)


def compare(args: Namespace) -> None:
    """Runs scenarios with the same luck and shows differences from the first."""
    from scenarios.comparing import compare as compared
    from scenarios.runner import run_all
    from scenarios.tables import console, difference_table

    if len(args.scenarios) < 2:
        raise ScenarioError("needs two or more scenarios", "需要两个以上情景", field="compare")
    results = run_all(_loaded(args, args.scenarios), **_options(args))
    out = console()
    for other in results[1:]:
        out.print(difference_table(results[0], other, args.lang))
    _write(args, results, out, compared(results) if args.out else None)


def list_entries(args: Namespace) -> None:
    """The lists: levers, indicators, assumptions, parameters, scenarios, places, lessons."""
    from scenarios.listing import COLUMNS, rows

    found = rows(args.command)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from scenarios.tables import console, list_table

    console().print(list_table(found, COLUMNS[args.command], args.lang))


def check(args: Namespace) -> None:
    """Reads scenario, experiment and lesson files and says whether they can be used."""
    from scenarios.experiments.checking import experiment_of
    from scenarios.lessons.course import lesson_of
    from scenarios.scenario import load

    for file in args.files:
        lesson = lesson_of(file)
        if lesson:
            told = {"title": lesson.title[args.lang], "n": len(lesson.knobs), "q": len(lesson.questions)}
            print(word("fine_lesson", args.lang, file=file, **told))
            continue
        experiment = experiment_of(file)
        if experiment:
            counts = dict(zip("sner", experiment.shape, strict=True)) | {"hash": experiment.hash[:12]}
            print(word("fine_experiment", args.lang, file=file, runs=experiment.count, **counts))
            continue
        s = load(file)
        counts = {"n": len(s.settings), "m": len(s.assumptions), "hash": s.hash[:12]}
        print(word("fine", args.lang, file=file, **counts))


def schema(args: Namespace) -> None:
    """Prints the JSON schema of scenario, experiment or lesson files."""
    from scenarios.experiments.schema import experiment_schema
    from scenarios.lessons.schema import lesson_schema
    from scenarios.schema import scenario_schema
    from sim.data import load_pack

    make = {"experiment": experiment_schema, "lesson": lesson_schema, "scenario": scenario_schema}[args.kind]
    print(json.dumps(make(load_pack(), args.lang), ensure_ascii=False, indent=2))


def synthesise(args: Namespace) -> None:
    """Makes the start population of a census year and shows how it fits."""
    from scenarios.tables import console, frame_table
    from sim.data import load_pack
    from sim.policy import census_years
    from sim.synthesis import synthesise as make

    years = census_years(load_pack())
    if args.year not in years:
        said = " or ".join(map(str, years))
        raise ScenarioError(f"must be a census year, {said}, got {args.year}", f"须为普查年份 {said}", field="year")
    if not 0 < args.scale <= 1:
        raise ScenarioError(f"must be above 0 and at most 1, got {args.scale:g}", "须大于 0 且不超过 1", field="scale")
    fit = make(args.year, args.scale, Path(args.out) if args.out else None)
    console().print(frame_table(fit))


def trace(args: Namespace) -> None:
    """Follows one household through a scenario, and through another one beside it."""
    from scenarios.runner import check_run, replicate_seed
    from scenarios.tables import console
    from scenarios.tracing import life_table
    from sim.data import load_pack
    from sim.trace import trace_household

    pack = load_pack()
    check_run(args.start, args.end, args.scale, 1, "towns", pack)
    try:
        key = int(args.household, 0)
    except ValueError:
        en, zh = f"must be a whole number, got {args.household!r}", f"须为整数，现为 {args.household!r}"
        raise ScenarioError(en, zh, field="household") from None
    options = {"scale": args.scale, "seed": replicate_seed(args.seed, 0), "threads": args.threads, "pack": pack}
    lives = []
    for scenario in _loaded(args, [args.scenario, args.against], pack):
        policy = scenario.policy(pack, args.start, args.end)
        try:
            life = trace_household(policy, key, start=args.start, end=args.end, **options)
        except KeyError as error:
            zh = f"{args.start} 年没有编号为 {key} 的家庭户（抽样 {args.scale:g}）"
            raise ScenarioError(str(error.args[0]), zh, field="household") from None
        lives.append((scenario, life))
    if args.json:
        print(json.dumps([{"scenario": s.id, "life": life} for s, life in lives], ensure_ascii=False, indent=2))
    else:
        console().print(life_table([(s.title(args.lang), life) for s, life in lives], pack, args.lang))


def bench(args: Namespace) -> None:
    """Measures how fast this machine runs the city."""
    from scenarios import bench as measures
    from scenarios.tables import console

    facts = measures.bench(args.quick)
    if args.json:
        print(json.dumps(facts, indent=2))
    else:
        console().print(measures.table(facts, args.lang))


def audit(args: Namespace) -> None:
    """Holds a scenario against the plan's targets, and the plan's figures against each other."""
    from scenarios.audit.command import run as run_audit
    from scenarios.scenario import load

    run_audit(args, _options(args), load(args.scenario))


def brief(args: Namespace) -> None:
    """Writes a briefing on one scenario beside the same future without its policy."""
    from scenarios.brief.command import run as run_brief
    from scenarios.scenario import load

    _one_of_both(args)
    scenario = load(args.scenario) if args.scenario else _addressed(args)
    run_brief(args, _options(args), scenario)


def handout(args: Namespace) -> None:
    """Writes an interactive hand-out: one HTML file of real runs."""
    from scenarios.handout.command import run as run_handout

    run_handout(args)


def pack(args: Namespace) -> None:
    """Writes the offline pack for a class."""
    from scenarios.classpack.command import run as run_pack

    run_pack(args)


def app(args: Namespace) -> int:
    """Opens the Streamlit app."""
    page = Path(__file__).parent.parent / "app.py"
    return subprocess.call([sys.executable, "-m", "streamlit", "run", str(page)], cwd=page.parent)


def _one_of_both(args: Namespace) -> None:
    """ScenarioError unless there is a scenario or an address, and not both."""
    if (args.scenario is None) == (args.from_url is None):
        en, zh = "needs a scenario, or --from-url and an address", "须给出情景或 --from-url 网址"
        raise ScenarioError(en, zh, field=args.command)


def _addressed(args: Namespace):
    """The scenario of an address; its seed, futures and scale become options unless the command line gives them."""
    from scenarios.address import read_address
    from scenarios.outputs import model_version
    from sim.data import load_pack

    pack = load_pack()
    address = read_address(args.from_url, pack)
    if address.problems:
        raise address.problems[0]
    ours = model_version(pack.hash)
    if address.version not in ("", ours):
        print(word("other_version", args.lang, theirs=address.version, ours=ours), file=sys.stderr)
    for name, value in {**address.options, "parameters": address.parameters or None}.items():
        if not any(len(part) > 2 and f"--{name}".startswith(part.split("=")[0]) for part in args.argv):
            setattr(args, name, value)
    return address.scenario


def _loaded(args: Namespace, names: list[str | None], pack=None) -> list:
    """All scenarios, read and checked before anything runs; two different ones must not share an id."""
    from scenarios.outputs import check_target
    from scenarios.scenario import load

    if getattr(args, "out", None):
        check_target(Path(args.out), args.force)
    found = [load(name, pack) for name in names if name]
    by_id: dict[str, Any] = {}
    for scenario in found:
        other = by_id.setdefault(scenario.id, scenario)
        if other.hash != scenario.hash:
            raise ScenarioError(
                f"another scenario is also called {scenario.id!r}; rename the file",
                f"另有同名情景 {scenario.id!r}，请改文件名",
                file=scenario.file,
            )
    return found


def _options(args: Namespace) -> dict[str, Any]:
    names = ("start", "end", "scale", "replicates", "seed", "workers", "threads", "detail")
    return {name: getattr(args, name) for name in names} | {"parameters": _parameters(args.parameters)}


def _parameters(file: str | None) -> Any:
    """Values by key, or a list of such sets, from a YAML or JSON file; an ensemble with weights from a CSV file."""
    if not file:
        return None
    import yaml

    from scenarios.experiments.ensembles import fitted_ensemble, read_ensemble

    if file == ENSEMBLE:
        return fitted_ensemble()
    if file.endswith(".csv"):
        return read_ensemble(Path(file), file)

    try:
        found = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = " ".join(str(error).split())
        raise ScenarioError(f"cannot read parameters ({why})", f"无法读取参数（{why}）", file=file) from None
    sets = found if isinstance(found, list) else [found]
    if not sets or not all(isinstance(one, dict) for one in sets):
        raise ScenarioError("must map parameters to values", "须为参数到取值的映射", file=file)
    return found


def _write(args: Namespace, results: list, out, differences=None) -> None:
    if not args.out:
        return
    from scenarios.outputs import write_results

    command = ["jiangmen", *args.argv]
    write_results(Path(args.out), results, command, args.force, differences)
    out.print(word("written", args.lang, out=args.out), style="dim", markup=False)
