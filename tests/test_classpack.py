"""The offline pack: its figures are those of `jiangmen run`, its sheets come from the lesson files, it asks nobody."""

import io
import re
import zipfile
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from docx import Document

from scenarios.address import read_address
from scenarios.classpack.command import COLUMNS, archive, teach
from scenarios.classpack.lessons import on_paper
from scenarios.classpack.worksheets import answers, say, tried
from scenarios.cli import main
from scenarios.comparing import compare
from scenarios.handout.page import read
from scenarios.lessons.course import TEMPLATE, course
from scenarios.runner import run, run_all
from sim.data import load_pack
from sim.households import Households
from sim.people import People
from tests.browsers import open_browser

PACK = load_pack()
SCALES, FUTURES, SEED = [0.0005, 0.001], 2, 6


@pytest.fixture(scope="module")
def taught():
    return teach(PACK, SCALES, FUTURES, SEED, workers=1)


@pytest.fixture(scope="module")
def inside(taught):
    with zipfile.ZipFile(BytesIO(archive(taught, PACK, SEED))) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def text_of(data: bytes) -> str:
    document = Document(BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_six_topics_are_there_with_every_kind_of_file(inside):
    lessons = [lesson.id for lesson in on_paper(PACK)]
    assert len(lessons) == 6 and len(course(PACK)[0]) > 6  # the closing exercise has several levers
    for k, name in enumerate(lessons, start=1):
        wanted = {
            f"handouts/{k}_{name}.html",
            f"lessons/{name}.yaml",
            *(f"worksheets/{k}_{name}_{c}.docx" for c in ("zh", "en")),
        }
        assert wanted <= set(inside)
        assert f'href="handouts/{k}_{name}.html"' in inside["index.html"].decode()
    for link in re.findall(r'href="([^"]+)"', inside["index.html"].decode()):
        assert link in inside


def test_figures_are_those_of_the_command_line(inside):
    """For each hand-out one position at each scale, repeated from the address that it carries."""
    for name in (n for n in inside if n.startswith("handouts/")):
        found = read(inside[name])
        for k, city in enumerate(found["cities"]):
            node = city["nodes"][-1 - k]
            address = read_address(node["address"], PACK)
            assert (address.problems, address.scenario.hash, address.seed) == ((), node["hash"], SEED)
            result = run(address.scenario, detail="city", progress=False, workers=1, **address.options)
            for p, place in enumerate(found["places"]):
                for i, one in enumerate(found["indicators"]):
                    there = np.array(node["values"][p][i], float)
                    assert np.array_equal(there, result.series(one["key"], place["key"]), equal_nan=True)


def test_the_small_citys_data_are_the_baselines(inside, taught):
    table = pd.read_csv(io.BytesIO(inside["small_city/indicators.csv"]))
    expected = run(taught[0].grid.reference, scale=SCALES[0], replicates=FUTURES, seed=SEED, detail="counties",
                   progress=False, workers=1).frame  # fmt: skip
    assert table["value"].tolist() == expected["value"].tolist()
    people = pd.read_csv(io.BytesIO(inside["small_city/people.csv"]))
    households = pd.read_csv(io.BytesIO(inside["small_city/households.csv"]))
    assert people["household"].between(0, len(households) - 1).all() and households["size"].sum() == len(people)
    assert "key" not in people and len(people) > 1000


def test_columns_that_are_handed_out_exist_and_are_described_in_both_languages():
    for key, pair in {**COLUMNS.all, **say.all}.items():
        assert set(pair) == {"zh", "en"} and all(pair.values()), key
        assert set(re.findall(r"\{(\w+)", pair["zh"])) == set(re.findall(r"\{(\w+)", pair["en"])), key
    for key in COLUMNS.all:
        table, column = key.split(".")
        assert column in {"people": People, "households": Households}[table].FIELDS


def test_worksheets_ask_what_the_lesson_asks_and_give_nothing_away(inside, taught):
    for k, one in enumerate(taught, start=1):
        for lang in ("zh", "en"):
            text = text_of(inside[f"worksheets/{k}_{one.lesson.id}_{lang}.docx"])
            assert one.lesson.title[lang] in text and " ".join(one.lesson.question[lang].split()) in text
            assert not re.search("[一-鿿]", text) or lang == "zh"
            watch = one.pairs(one.grid.nodes[-1].scenario).change(one.lesson.watch.indicator, one.lesson.watch.place)
            assert f"{watch.current:,.2f}" not in text


def test_the_key_is_computed(inside, taught):
    """The difference of the watched figure at the position tried, worked out by `compare`."""
    one = next(t for t in taught if t.lesson.id == "push_and_pull")
    scenario = one.grid.nodes[one.grid.axes[0].positions.index(tried(one))].scenario
    results = run_all([one.grid.reference, scenario], scale=max(SCALES), replicates=FUTURES, seed=SEED, workers=1,
                      detail="city", progress=False)  # fmt: skip
    row = compare(results).query("indicator == 'residents' and place == @PACK.city_id and year == 2035").iloc[0]
    assert f"{row['difference'] / 1e4:+.2f} 万人" in text_of(inside["teacher/key_zh.docx"])
    assert f"{row['difference'] / 1e3:+,.1f} thousand" in text_of(inside["teacher/key_en.docx"])
    assert all(answers(t, lang, PACK) for t in taught for lang in ("zh", "en"))


def test_the_same_runs_give_the_same_archive(inside, taught):
    with zipfile.ZipFile(BytesIO(archive(taught, PACK, SEED))) as pack:
        again = {name: pack.read(name) for name in pack.namelist()}
    differing = {name for name in inside if inside[name] != again[name]}
    assert {n for n in differing if not n.endswith(".docx")} <= {"manifest.json"}  # the hour of making
    assert all(text_of(inside[n]) == text_of(again[n]) for n in differing if n.endswith(".docx"))


def test_a_teachers_own_lesson_comes_into_the_pack(tmp_path, monkeypatch):
    monkeypatch.setenv("JIANGMEN_LESSONS", str(tmp_path))
    (tmp_path / "mine.yaml").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    assert "mine" in [lesson.id for lesson in on_paper(PACK)]


def test_the_command_refuses_before_it_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["pack", "--out", "p.rar", "--lang", "en"]) == 2 and "must end in .zip" in capsys.readouterr().err
    assert main(["pack", "--scale", "2", "--lang", "en"]) == 2 and "above 0" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_pack_opens_without_a_network(inside, tmp_path):
    for name, data in inside.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    with open_browser() as browser:
        context = browser.new_context()
        context.set_offline(True)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda r: asked.append(r.url))
        page.goto((tmp_path / "index.html").as_uri())
        page.locator("a[href^=handouts]").nth(3).click()
        page.wait_for_selector("body[data-ready=yes]", timeout=90_000)
        assert page.locator("#lever0").count() == 1 and page.locator(".card").count() == 5
        context.close()
    assert len(asked) == 2 and all(url.startswith("file://") for url in asked)
