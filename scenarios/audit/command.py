"""`jiangmen audit`: runs a scenario and says which of the plan's targets it reaches."""

import sys
from argparse import Namespace
from pathlib import Path

from scenarios.audit import audit
from scenarios.audit.report import build
from scenarios.audit.texts import say
from scenarios.errors import ScenarioError
from scenarios.reports.blocks import Report
from scenarios.reports.fonts import chinese_font
from scenarios.reports.write import FORMATS, MARKS, check_target, write

STYLES = {"reached": "green", "partly": "yellow", "missed": "red"}


def target_of(args: Namespace) -> tuple[str, Path] | None:
    """(format, file) of the report; None where only the terminal is asked for."""
    if not args.format and not args.out:
        return None
    form = args.format or Path(args.out).suffix.lstrip(".").lower()
    if form not in FORMATS:
        said = ", ".join(FORMATS)
        raise ScenarioError(f"must be one of {said}, got {form!r}", f"须为 {said} 之一，现为 {form!r}", field="format")
    name = args.out or f"audit_{Path(args.scenario).stem}_{args.lang}.{form}"
    return form, Path(name)


def run(args: Namespace, options: dict, scenario) -> None:
    """Audits one scenario; everything that is given is checked before anything runs."""
    from scenarios.runner import run_all
    from scenarios.tables import console

    target = target_of(args)
    if target:
        check_target(target[1], args.force)
        _warn(args.lang)
    result = run_all([scenario], **options | {"detail": "counties"})[0]
    found = audit(result)
    report = build(found, args.lang)
    out = console()
    if target is None:
        show(report, out)
        return
    write(report, target[0], target[1], args.force)
    out.print(say("written", args.lang, out=target[1]), style="dim", markup=False)


def _warn(lang: str) -> None:
    """Chinese words in pictures need a font; titles of indicators are Chinese in a Chinese report only."""
    if lang == "zh" and chinese_font() is None:
        print(f"jiangmen: {say('no_cjk_font', lang)}", file=sys.stderr)


def _coloured(cell: str):
    """A cell in the colour of its verdict."""
    from rich.text import Text

    style = next((STYLES[name] for sign, name in MARKS.items() if f"\n{sign}" in cell), "")
    return Text(cell, style=style)


def show(report: Report, out) -> None:
    """The report on the terminal, without pictures."""
    from rich import box
    from rich.table import Table

    out.print(report.title, style="bold", markup=False)
    for block in report.blocks:
        if block.kind == "table":
            table = Table(box=box.SIMPLE_HEAD)
            for head in block.table.head:
                table.add_column(head, overflow="fold")
            for row in block.table.rows:
                table.add_row(*(_coloured(cell) for cell in row))
            out.print(table)
        elif block.kind != "pictures":
            mark = "- " if block.kind == "item" else ""
            style = "bold" if block.kind == "heading" else ("dim" if block.kind == "note" else "")
            out.print(f"{mark}{block.text}", style=style, markup=False)
