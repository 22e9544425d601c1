"""An HTML page of findings: one file with sentences, charts as SVG and tables; it asks no server for anything."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.analyses.finding import FONT, Finding
from scenarios.words import word

if TYPE_CHECKING:
    from scenarios.store.store import Store

STYLE = f"""
body {{ font-family: {FONT}; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; line-height: 1.5 }}
h1 {{ font-size: 1.5rem }} h2 {{ font-size: 1.15rem; margin-top: 2.2rem }}
table {{ border-collapse: collapse; font-size: .85rem; display: block; overflow-x: auto }}
th, td {{ border-bottom: 1px solid #ddd; padding: .25rem .6rem; text-align: left }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums }}
.facts {{ color: #666; font-size: .85rem; overflow-wrap: anywhere }} svg {{ max-width: 100%; height: auto }}
"""


def page(findings: Sequence[Finding], lang: str, title: str, facts: Sequence[tuple[str, str]] = ()) -> str:
    """The whole page in one language."""
    told = "".join(f"<br>{html.escape(name)}: {html.escape(value)}" for name, value in facts)
    body = "".join(_section(one, lang) for one in findings)
    return (
        f'<!doctype html><html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{html.escape(title)}</h1>"
        f'<p class="facts">{html.escape(word("what_if", lang))}{told}</p>{body}</body></html>\n'
    )


def facts_of(store: "Store", lang: str) -> list[tuple[str, str]]:
    """What a reader must know about a batch to repeat it."""
    e, manifest = store.experiment, store.manifest
    s, n, m, r = e.shape
    o = e.options
    return [
        (word("experiment_short", lang), f"{e.title(lang)} ({e.id}, {e.hash[:12]})"),
        (word("batch_short", lang), word("batch_runs", lang, runs=e.count, s=s, n=n, e=m, r=r)),
        (word("run_short", lang), f"{o.start}-{o.end}, {o.scale:g}, seed {o.seed}"),
        (word("program_short", lang), f"{manifest['versions'].get('jiangmen-sandbox', '')} {manifest['code'][:12]}"),
        (word("data_short", lang), manifest["pack"]["hash"][:12]),
    ]


def _section(finding: Finding, lang: str) -> str:
    heading = f"{word(f'method_{finding.method}', lang)}: {finding.about(lang)}"
    said = "".join(f"<p>{html.escape(text)}</p>" for text in finding.sentences(lang))
    return f"<h2>{html.escape(heading)}</h2>{said}{finding.svg(lang)}{_table(finding, lang)}"


def _table(finding: Finding, lang: str) -> str:
    other = "_en" if lang == "zh" else "_zh"
    columns = [c for c in finding.table.columns if not c.endswith(other)]
    head = "".join(f"<th>{html.escape(c.removesuffix(f'_{lang}').replace('_', ' '))}</th>" for c in columns)
    rows = "".join(
        "<tr>" + "".join(_cell(value) for value in row) + "</tr>"
        for row in finding.table[columns].itertuples(index=False, name=None)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value) -> str:
    if isinstance(value, float):
        return f'<td class="n">{"" if value != value else f"{value:,.5g}"}</td>'
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{'' if str(value) == '<NA>' or value is None else html.escape(str(value))}</td>"
