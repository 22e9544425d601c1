"""`jiangmen brief`: runs a scenario beside its baseline and writes the briefing."""

import sys
from argparse import Namespace
from datetime import date
from pathlib import Path

from scenarios.brief import Brief, without_policy
from scenarios.brief.report import build
from scenarios.brief.texts import say
from scenarios.errors import ScenarioError
from scenarios.reports.fonts import chinese_font
from scenarios.reports.write import FORMATS, check_target, write
from scenarios.scenario import Scenario


def run(args: Namespace, options: dict, scenario: Scenario) -> None:
    """Everything that is given is checked before anything runs."""
    from scenarios.runner import run_all
    from scenarios.tables import console

    out = Path(args.out or f"brief_{scenario.id}_{args.lang}.docx")
    form = out.suffix.lstrip(".").lower()
    if form not in FORMATS:
        said = ", ".join(FORMATS)
        en, zh = f"must end in one of {said}, got {out.name!r}", f"文件名须以 {said} 之一结尾，现为 {out.name!r}"
        raise ScenarioError(en, zh, field="out")
    check_target(out, args.force)
    if args.lang == "zh" and chinese_font() is None:
        print(f"jiangmen: {say('no_cjk_font', args.lang)}", file=sys.stderr)
    results = run_all([without_policy(scenario), scenario], **options | {"detail": "counties"})
    report = build(Brief(*results), args.lang, date.today().isoformat())
    write(report, form, out, args.force)
    console().print(say("written", args.lang, out=out), style="dim", markup=False)
