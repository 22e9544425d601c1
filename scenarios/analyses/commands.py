"""What `jiangmen analyse METHOD SOURCE` does: a method on a batch, or a search or a package that runs the model."""

import json
from argparse import Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scenarios.analyses.finding import Finding
from scenarios.analyses.target import Target
from scenarios.errors import ScenarioError
from scenarios.extras import needed
from scenarios.words import word

ON_BATCHES = ("effects", "morris", "sobol", "thresholds", "robustness", "convergence")
RUNNING = ("shapley", "reach")
METHODS = (*ON_BATCHES, "all", *RUNNING)


def analyse(args: Namespace) -> None:
    """Finds, and shows or writes."""
    facts: list[tuple[str, str]] = []
    if args.method in RUNNING:
        findings, title = [_run(args)], Path(args.source).stem
    else:
        from scenarios.analyses.report import facts_of
        from scenarios.store.store import Store

        store = Store(args.source)
        findings = _all(store, _target(args)) if args.method == "all" else [method(args.method)(store, _target(args))]
        title, facts = store.experiment.title(args.lang), facts_of(store, args.lang)
    if args.out:
        _write(Path(args.out), findings, args.lang, title, facts)
        print(word("written", args.lang, out=args.out))
    elif args.json:
        print(json.dumps([f.record(args.lang) for f in findings], ensure_ascii=False, indent=2))
    else:
        _show(findings, args.lang)


def method(name: str):
    """The function of a method that reads a batch."""
    from importlib import import_module

    module = {"morris": "sensitivity", "sobol": "sensitivity"}.get(name, name)
    return getattr(import_module(f"scenarios.analyses.{module}"), name)


def _all(store, target: Target) -> list[Finding]:
    """Every method that the design allows; the errors of the others say why they do not apply."""
    found, why = [], []
    for name in ON_BATCHES:
        try:
            found.append(method(name)(store, target))
        except ScenarioError as error:
            why.append(error)
    if not found:
        raise why[0]
    return found


def _target(args: Namespace) -> Target:
    if not args.indicator:
        raise ScenarioError("is needed", "必须给出", field="--indicator")
    return Target(args.indicator, args.place, args.year, args.at_least, args.at_most)


def _run(args: Namespace) -> Finding:
    from scenarios.analyses.reaching import load_goal, what_would_it_take
    from scenarios.analyses.shapley import shapley
    from scenarios.experiments.experiment import Options

    with _bar() as progress:
        if args.method == "reach":
            return what_would_it_take(load_goal(args.source), args.workers, progress)
        options = Options(args.start, args.end, args.scale, args.seed)
        return shapley(
            args.source, _target(args), args.against, args.by, options, args.replicates, args.workers, progress
        )


@contextmanager
def _bar():
    from tqdm import tqdm

    with tqdm(unit="run", delay=1, disable=None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress


def _show(findings: list[Finding], lang: str) -> None:
    from scenarios.tables import console, frame_table

    out = console()
    for one in findings:
        out.print(f"{word(f'method_{one.method}', lang)}: {one.about(lang)}", style="bold", markup=False)
        for text in one.sentences(lang):
            out.print(f"  {text}", markup=False)
        other = "_en" if lang == "zh" else "_zh"
        out.print(frame_table(one.table[[c for c in one.table.columns if not c.endswith(other)]]))


def _write(out: Path, findings: list[Finding], lang: str, title: str, facts: list[tuple[str, str]]) -> None:
    from scenarios.analyses.report import page
    from scenarios.outputs import shown_path

    data: Any
    kind = out.suffix.lower()
    if kind == ".html":
        data = page(findings, lang, title, facts)
    elif kind == ".json":
        data = json.dumps([f.record(lang) for f in findings], ensure_ascii=False, indent=2) + "\n"
    elif kind == ".csv" and len(findings) == 1:
        data = findings[0].table.to_csv(index=False, lineterminator="\n")
    elif kind == ".svg" and len(findings) == 1:
        needed("vl_convert")
        data = findings[0].svg(lang)
    else:
        en = "must end in .html or .json, or with one method in .csv or .svg"
        raise ScenarioError(en, "文件须以 .html 或 .json 结尾；单个方法也可用 .csv 或 .svg", field="--out")
    try:
        out.write_text(data, encoding="utf-8")
    except OSError as error:
        why = error.strerror or str(error)
        raise ScenarioError(f"cannot write ({why})", f"无法写入（{why}）", file=shown_path(out)) from None
