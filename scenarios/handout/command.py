"""`jiangmen handout`: runs a grid of scenarios and writes the single-file hand-out."""

from argparse import Namespace
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.handout.axes import Grid, grid_of, lever_axis, package_axis
from scenarios.handout.contents import Words, contents, run_grid
from scenarios.handout.page import page
from scenarios.reports.write import check_target, write_bytes
from scenarios.scenario import BASELINE, Scenario, load


def run(args: Namespace) -> None:
    """Everything that is given is checked before anything runs."""
    from scenarios.runner import check_run
    from scenarios.tables import console
    from scenarios.words import word
    from sim.data import load_pack

    pack = load_pack()
    scenario = load(args.scenario or BASELINE, pack)
    grid = chosen_grid(scenario, args.levers or [], pack)
    out = Path(args.out or f"handout_{scenario.id}.html")
    check_target(out, args.force)
    for scale in args.scale:
        check_run(2020, 2035, scale, args.replicates, "counties", pack)
    runs = run_grid(grid, pack, args.scale, args.replicates, args.seed, workers=args.workers)
    write_bytes(page(contents(grid, runs, words_of(scenario, grid), args.lang)), out, args.force)
    told = word("handout_written", args.lang, out=out, n=len(grid.nodes), k=args.replicates)
    console().print(told, style="dim", markup=False)


def chosen_grid(scenario: Scenario, said: list[str], pack) -> Grid:
    """The levers that are named; without any, how far the scenario itself goes."""
    if said:
        return grid_of([lever_axis(one, pack) for one in said], scenario)
    if not scenario.settings:
        en, zh = "has no lever: name one to three with --levers", "没有设定杠杆：请用 --levers 指定一至三项"
        raise ScenarioError(en, zh, field=scenario.id)
    return grid_of([package_axis(scenario, pack)], scenario)


def words_of(scenario: Scenario, grid: Grid) -> Words:
    """The scenario's name and rationale; for levers alone the names of the levers."""
    if scenario.settings:
        return Words(dict(scenario.name), about=dict(scenario.rationale))
    joined = {lang: " · ".join(axis.titles[lang] for axis in grid.axes) for lang in ("zh", "en")}
    return Words(joined)
