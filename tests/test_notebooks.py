"""The notebooks run from top to bottom, at a small scale, and hold text in both languages and no outputs."""

import os
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "notebooks"
SMALL = {
    "own_rule": 'SCALE, END, REPLICATES, POLICY = 0.001, 2022, 2, "hukou_services"',
    "simple_models": 'SCALE, REPLICATES, POLICY, END = 0.001, 2, "jobs_west", 2022',
    "student_project": "SCALE, END, REPLICATES = 0.001, 2022, 2",
    "sweep": "SCALE, END, REPLICATES, STEPS = 0.001, 2022, 2, 3",
    "sensitivity": "SCALE, END, REPLICATES, TRAJECTORIES, ROWS, KEEP = 0.001, 2022, 2, 2, 4, 2",
    "robust_policy": (
        "SCALE, END, REPLICATES, FUTURES, EVALUATIONS = 0.001, 2022, 1, 30, 32\n"
        'SCENARIOS, INDICATOR = ["baseline", "hukou_open"], "residents"'
    ),
}


def read(name: str):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_all_notebooks_are_run():
    assert {p.stem for p in FOLDER.glob("*.ipynb")} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_notebook_runs(name, tmp_path, root):
    book = read(name)
    nbformat.validate(book)
    (cell,) = (c for c in book.cells if "parameters" in c.metadata.get("tags", []))
    named = set(re.findall(r"^([A-Z_]+(?:, [A-Z_]+)*) =", cell.source, re.MULTILINE))
    assert any("FOLDER" in n for n in named)
    cell.source += f'\n{SMALL[name]}\nFOLDER = "{(tmp_path / "out").as_posix()}"'
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": path}
    client = nbclient.NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute(env=env)
    shown = [o for c in book.cells if c.cell_type == "code" for o in c.outputs]
    assert any("svg" in str(o.get("data", {}).keys()) for o in shown)
    assert not [o for o in shown if o.output_type == "error"]


@pytest.mark.parametrize("name", SMALL)
def test_text_is_in_both_languages_and_nothing_is_kept_of_a_run(name):
    book = read(name)
    for cell in book.cells:
        if cell.cell_type == "markdown":
            assert re.search(r"[\u4e00-\u9fff]", cell.source) and re.search(r"[a-z]{4}", cell.source)
        else:
            assert cell.outputs == [] and cell.execution_count is None
