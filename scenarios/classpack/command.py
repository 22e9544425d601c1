"""`jiangmen pack`: one archive with everything that a class needs without a network."""

import io
import json
import zipfile
from argparse import Namespace
from html import escape
from pathlib import Path

from scenarios.address import END, START
from scenarios.classpack import LARGE, SMALL
from scenarios.classpack.lessons import Taught, grid_of_lesson, on_paper, words_of
from scenarios.classpack.worksheets import key, say, worksheet
from scenarios.errors import ScenarioError
from scenarios.handout.contents import contents, run_grid
from scenarios.handout.page import page
from scenarios.lessons.course import course, files
from scenarios.outputs import provenance
from scenarios.reports.blocks import Report
from scenarios.reports.fonts import EVERYWHERE
from scenarios.reports.texts import Texts
from scenarios.reports.write import WRITERS, check_target, write_bytes

LANGUAGES = ("zh", "en")
COLUMNS = Texts(Path(__file__).parent / "columns.yaml")  # what of people and households is handed out
STAMP = (2020, 1, 1, 0, 0, 0)  # of every file inside, so that the same runs give the same archive


def run(args: Namespace) -> None:
    """Everything that is given is checked before anything runs."""
    from scenarios.runner import check_run
    from scenarios.tables import console
    from scenarios.words import word
    from sim.data import load_pack

    city, out = load_pack(), Path(args.out)
    if out.suffix != ".zip":
        raise ScenarioError(
            f"must end in .zip, got {out.name!r}", f"文件名须以 .zip 结尾，现为 {out.name!r}", field="out"
        )
    check_target(out, args.force)
    scales = args.scale or [SMALL, LARGE]
    for scale in scales:
        check_run(START, END, scale, args.replicates, "counties", city)
    taught = teach(city, scales, args.replicates, args.seed, args.workers)
    write_bytes(archive(taught, city, args.seed), out, args.force)
    console().print(word("pack_written", args.lang, out=out, n=len(taught)), style="dim", markup=False)


def teach(city, scales: list[float], replicates: int, seed: int, workers: int | None = None) -> list[Taught]:
    """Every lesson that a hand-out can carry, with its runs."""
    found = []
    for lesson in on_paper(city):
        grid = grid_of_lesson(lesson, city)
        found.append(Taught(lesson, grid, run_grid(grid, city, scales, replicates, seed, workers=workers)))
    return found


def archive(taught: list[Taught], city, seed: int) -> bytes:
    """The archive's bytes."""
    inside: dict[str, bytes] = {}
    for k, one in enumerate(taught, start=1):
        stem = f"{k}_{one.lesson.id}"
        found = contents(one.grid, one.runs, words_of(one.lesson, city), "zh")
        inside[f"handouts/{stem}.html"] = page(found)
        for lang in LANGUAGES:
            inside[f"worksheets/{stem}_{lang}.docx"] = docx(worksheet(one, lang, f"handouts/{stem}.html", city))
    for lang in LANGUAGES:
        inside[f"teacher/key_{lang}.docx"] = docx(key(taught, lang, city))
    named = {one.lesson.id for one in taught}
    inside |= {f"lessons/{i}.yaml": path.read_bytes() for i, path in files().items() if i in named}
    inside |= small_city(taught, city)
    inside["index.html"] = index(taught, city)
    told = provenance(city) | {"seed": seed, "scales": sorted(taught[0].runs), "lessons": sorted(named)}
    inside["manifest.json"] = (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name in sorted(inside):
            about = zipfile.ZipInfo(name, STAMP)
            about.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(about, inside[name])
    return out.getvalue()


def docx(report: Report) -> bytes:
    return WRITERS["docx"](report)


def small_city(taught: list[Taught], city) -> dict[str, bytes]:
    """The baseline's indicators at the smallest scale, as `jiangmen run` writes them, and the people at the start."""
    import pandas as pd

    from sim.synthesis import start_population

    first = taught[0]
    scale = min(first.runs)
    population = start_population(city, START, scale)
    tables = {"indicators": first.runs[scale][first.grid.reference.hash].frame}
    for name in ("people", "households"):
        columns = getattr(population, name)
        shown = [field for field in columns.FIELDS if f"{name}.{field}" in COLUMNS.all]
        tables[name] = pd.DataFrame({field: getattr(columns, field) for field in shown})
    told = [(*key.split("."), pair["zh"], pair["en"]) for key, pair in COLUMNS.all.items()]
    tables["fields"] = pd.DataFrame(told, columns=["table", "column", "zh", "en"])
    return {
        f"small_city/{name}.csv": table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
        for name, table in tables.items()
    }


def index(taught: list[Taught], city) -> bytes:
    """A page that leads to every file, in both languages."""
    known = {one.lesson.id for one in taught}
    parts = []
    for lang in LANGUAGES:
        rows = "".join(
            f'<li>{escape(one.lesson.title[lang])}: <a href="handouts/{k}_{one.lesson.id}.html">'
            f'{escape(say("index_handout", lang))}</a> · <a href="worksheets/{k}_{one.lesson.id}_{lang}.docx">'
            f"{escape(say('index_sheet', lang))}</a></li>"
            for k, one in enumerate(taught, start=1)
        )
        others = [lesson.title[lang] for lesson in course(city)[0] if lesson.id not in known]
        more = [say("index_data", lang), say("index_lessons", lang)]
        more += [say("index_other", lang, list="；".join(others))] if others else []
        parts.append(
            f"<h1>{escape(say('index_title', lang))}</h1><p>{escape(say('index_open', lang))}</p><ol>{rows}</ol>"
            f'<p><a href="teacher/key_{lang}.docx">{escape(say("index_key", lang))}</a></p>'
            + "".join(f"<p>{escape(text)}</p>" for text in more)
        )
    style = f"body{{font:16px/1.7 {EVERYWHERE};max-width:52rem;margin:2rem auto;padding:0 1rem}}"
    return (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{escape(say("index_title", "zh"))}'
        f"</title><style>{style}</style></head><body>{'<hr>'.join(parts)}</body></html>\n"
    ).encode()
