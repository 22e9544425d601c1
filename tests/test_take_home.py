"""What is taken home: the numbers of the command line, the facts to make them again, charts with Chinese text."""

import io
import json
import re
import zipfile

import pandas as pd
import pyarrow.parquet as pq
import pytest

from scenarios.address import read_address
from scenarios.runner import run_all
from sim.catalogue import indicators
from ui import pictures
from ui.export import FILES, csv_file, facts, parquet_file, xlsx_file

ADDRESS = read_address("permit_parity.east=0.9&a.migrant_pool=1.1&seed=4&futures=2&scale=0.001")
COUNTRY_SIGNS = "常住人口城镇化率"


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    """Baseline and current of the same address, as `scenarios` runs them."""
    results = run_all([ADDRESS.baseline, ADDRESS.scenario], detail="counties", progress=False, **ADDRESS.options)
    frames = [r.frame.assign(scenario=who) for r, who in zip(results, ("baseline", "current"), strict=True)]
    return pd.concat(frames).astype({"place": str, "indicator": str})


def test_the_parquet_file_has_the_numbers_of_the_runner_and_the_facts(expected):
    table = pq.read_table(io.BytesIO(parquet_file(ADDRESS, "zh")))
    taken = table.to_pandas()
    keys = ["scenario", "future", "year", "place", "indicator"]
    there = expected.rename(columns={"replicate": "future"}).set_index(keys)["value"]
    here = taken.set_index(keys)["value"]
    shared = here.index.intersection(there.index)
    assert len(shared) == len(here) > 1000
    assert (here[shared] == there[shared]).all()
    told = json.loads(table.schema.metadata[b"jiangmen"])
    assert read_address(told["address"]).scenario.hash == ADDRESS.scenario.hash
    assert (told["seed"], told["futures"], told["scale"]) == ("4", "2", "0.001")


def test_the_csv_file_opens_in_excel_and_in_pandas_and_says_what_it_is_of():
    data = csv_file(ADDRESS, "zh")
    assert data.startswith(b"\xef\xbb\xbf#")
    lines = data.decode("utf-8-sig").splitlines()
    head = [line for line in lines if line.startswith("# ")]
    assert any(f"scenario_hash: {ADDRESS.scenario.hash}" in line for line in head)
    table = pd.read_csv(io.StringIO("\n".join(lines[len(head) :])))
    taken = pd.read_parquet(io.BytesIO(parquet_file(ADDRESS, "zh")))
    assert table["value"].tolist() == taken["value"].tolist()
    assert COUNTRY_SIGNS in set(table["indicator_name"])


def test_the_workbook_has_means_and_facts():
    book = zipfile.ZipFile(io.BytesIO(xlsx_file(ADDRESS, "en")))
    words = book.read("xl/sharedStrings.xml").decode()
    assert facts(ADDRESS)["model_version"] in words and ADDRESS.scenario.hash in words
    numbers = {float(v) for v in re.findall(r"<v>([^<]+)</v>", book.read("xl/worksheets/sheet1.xml").decode())}
    taken = pd.read_parquet(io.BytesIO(parquet_file(ADDRESS, "en")))
    row = "scenario == 'current' and indicator == 'residents' and place == '440781' and year == 2035"
    mean = taken.query(row)["value"].mean()
    assert any(abs(n - mean) <= 1e-12 * mean for n in numbers)


def test_all_kinds_of_files_are_offered():
    assert set(FILES) == {"csv", "parquet", "xlsx"}


def test_svg_keeps_chinese_as_text_and_asks_for_nothing_from_outside():
    svg = pictures.svg_file(ADDRESS, "urbanisation_rate", "440700", "zh").decode()
    assert COUNTRY_SIGNS in svg and "基准" in svg and "种子 4" in svg
    assert "http" not in svg.replace("http://www.w3.org/", "")


def test_png_shows_chinese_where_there_is_a_font():
    if not pictures.chinese_is_drawn():
        pytest.skip("no font with Chinese on this machine (Debian: apt install fonts-noto-cjk)")
    png = pictures.png_file(ADDRESS, "urbanisation_rate", "440700", "zh")
    assert png.startswith(b"\x89PNG") and len(png) > 20_000


def test_boxes_are_told_from_signs(monkeypatch):
    monkeypatch.setattr(pictures, "_sign", lambda sign: b"the same box")
    assert not pictures.chinese_is_drawn.__wrapped__()


def test_titles_of_pictures_are_those_of_the_catalogue():
    spec = pictures.picture_spec(ADDRESS, "income_ratio", "440700", "en")
    assert spec["title"]["text"].startswith(indicators()["income_ratio"].title["en"].capitalize()[:5])
    assert spec["data"]["values"]
