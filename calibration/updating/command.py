"""`jiangmen update`: reads observations, weighs the ensemble anew, says what changed, writes a new ensemble file."""

import csv
import hashlib
import io
import json
from argparse import Namespace
from pathlib import Path

import numpy as np

from calibration.updating.observations import read_observations
from calibration.updating.reweigh import Update, moved, quantiles, reweigh, simulate
from calibration.validation.texts import say
from scenarios.errors import ScenarioError
from scenarios.experiments.ensembles import FITTED, fitted_ensemble, read_ensemble
from scenarios.outputs import model_version
from sim.catalogue import indicators, parameters
from sim.data import load_pack
from sim.policy import census_years

LEAST_EFFECTIVE = 10.0


def update(args: Namespace) -> None:
    """The command; nothing is run before everything given has been checked, nothing that exists is written over."""
    from scenarios.tables import console

    pack, out = load_pack(), Path(args.out)
    for path in (out, manifest_of(out)):
        if path.exists():
            raise ScenarioError("is there already; choose another name", "已存在，请换一个文件名", file=str(path))
    if not out.parent.is_dir():
        raise ScenarioError("its folder does not exist", "所在文件夹不存在", file=str(out))
    if not 0.0 < args.scale <= 1.0:
        raise ScenarioError(f"must be above 0 and at most 1, got {args.scale:g}", "须大于 0 且不超过 1", field="scale")
    observations = read_observations(Path(args.observations), pack, census_years(pack)[-1])
    shown = args.ensemble or FITTED
    ensemble = read_ensemble(Path(args.ensemble), shown) if args.ensemble else fitted_ensemble()
    runs = simulate(ensemble, observations, scale=args.scale, seed=args.seed, workers=args.workers, pack=pack)
    found = reweigh(ensemble, observations, runs)
    for table in tables(found, pack, args.lang):
        console().print(table)
    for line in said(found, args.lang):
        console().print(line, markup=False)
    out.write_text(text(found), encoding="utf-8", newline="\n")
    manifest = {
        "ensemble": {"file": shown, "hash": ensemble.hash},
        "observations": hashlib.sha256(Path(args.observations).read_bytes()).hexdigest(),
        "model": model_version(pack.hash),
        "scale": args.scale,
        "seed": args.seed,
        "effective": [round(n, 2) for n in found.effective],
    }
    manifest_of(out).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8", newline="\n")
    console().print(say("written", args.lang, out=out), style="dim", markup=False)


def manifest_of(out: Path) -> Path:
    return out.with_suffix(".json")


def text(found: Update) -> str:
    """The ensemble with its new weights, as `scenarios.experiments.ensembles` reads it."""
    sets = found.before.sets
    head = [c for key, v in sets[0].items() for c in ([f"{key}.{k}" for k in range(len(v))] if np.ndim(v) else [key])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("set", "weight", *head))
    for k, (values, weight) in enumerate(zip(sets, found.after.weights, strict=True)):
        writer.writerow((k, weight, *(x for v in values.values() for x in np.ravel(v).tolist())))
    return out.getvalue()


def tables(found: Update, pack, lang: str) -> list:
    """Each observation with what was expected before and after; the parameters that moved most."""
    from rich.table import Table

    first = Table(*(say(k, lang) for k in ("update_figure", "update_observed", "update_before", "update_after")))
    for k, o in enumerate(found.observations):
        name = f"{pack.place_name(o.place, lang)} {indicators()[o.indicator].title[lang]} {o.year}"
        spans = [quantiles(found.found[:, k], e.weights, (0.1, 0.5, 0.9)) for e in (found.before, found.after)]
        digits = 0 if o.value >= 1000 else 2
        first.add_row(name, f"{o.value:,.{digits}f}", *(_span(s, digits) for s in spans))
    second = Table(*(say(k, lang) for k in ("update_parameter", "update_mean_before", "update_after", "update_change")))
    for name, before, after, change in moved(found):
        key, _, part = name.partition(".")
        title = parameters()[key].title[lang] + (f" {int(part) + 1}" if part else "")
        second.add_row(f"{title} ({name})", f"{before:.4g}", f"{after:.4g}", f"{change:+.2f}")
    return [first, second]


def _span(q: np.ndarray, digits: int) -> str:
    low, middle, high = (f"{x:,.{digits}f}" for x in q.tolist())
    return f"{middle} ({low} … {high})"


def said(found: Update, lang: str) -> list[str]:
    """How much the sets still tell, and which figures none of them reaches."""
    before, after = found.effective
    lines = [say("update_effective", lang, before=before, after=after, n=len(found.before.sets))]
    if after < LEAST_EFFECTIVE:
        lines.append(say("update_few", lang))
    for k, o in enumerate(found.observations):
        off = o.deviation(found.found[:, k]) / np.hypot(o.sd, found.noise[k])
        if off.min() > 2.0 or off.max() < -2.0:
            lines.append(say("update_unreached", lang, line=o.line, indicator=indicators()[o.indicator].title[lang]))
    return lines
