"""Where compiled code is kept: a changed module is compiled anew with all that reach it, and nothing else is."""

import subprocess
import sys

import pytest

from sim import compiled

SOURCES = {
    "rules/birth.py": "def chance(): return 1\n",
    "rules/death.py": "def chance(): return 2\n",
    "rules/__init__.py": "",
    "__init__.py": "",
    "steps/__init__.py": "",
    "steps/family.py": "from sim.rules.birth import (\n    chance,\n)\n",
    "steps/year.py": "from sim.steps import (\n    family,\n)\nimport sim.rules.death\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package in place of the real one."""
    for name, text in SOURCES.items():
        path = tmp_path / "sim" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(compiled, "ROOT", tmp_path / "sim")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "cache"))
    forget()
    yield tmp_path / "sim"
    forget()


def forget():
    for cached in (compiled._imports, compiled.folder_of, compiled._base):
        cached.cache_clear()


def folders():
    forget()
    return {
        m: compiled.folder_of(m) for m in ("sim.rules.birth", "sim.rules.death", "sim.steps.family", "sim.steps.year")
    }


def test_reaches_through_names_modules_and_packages(package):
    assert compiled.reached("sim.steps.year") >= {
        "sim.steps.year",
        "sim.steps.family",
        "sim.rules.birth",
        "sim.rules.death",
    }
    assert "sim.rules.death" not in compiled.reached("sim.steps.family")


def test_a_changed_rule_moves_those_that_reach_it_and_no_other(package):
    before = folders()
    (package / "rules/birth.py").write_text("def chance(): return 3\n")
    after = folders()
    moved = {m for m in before if before[m] != after[m]}
    assert moved == {"sim.rules.birth", "sim.steps.family", "sim.steps.year"}


def test_keeps_the_latest_states_only(package):
    for n in range(8):
        (package / "rules/birth.py").write_text(f"def chance(): return {n}\n")
        folder = folders()["sim.rules.birth"]
        folder.mkdir(parents=True)
    assert len(list(folder.parent.iterdir())) <= compiled.KEPT
    assert folder.is_dir()


def test_real_kernels_lie_in_the_folder_of_their_module():
    from sim.steps.choice import consider_moves

    path = consider_moves._cache.cache_path  # Numba's own account of where it writes
    assert str(compiled.folder_of("sim.steps.choice")) in path


def test_an_import_leaves_numbas_own_setting_alone():
    code = "import numba; a = numba.config.CACHE_DIR; import sim.steps.choice; assert numba.config.CACHE_DIR == a"
    subprocess.run([sys.executable, "-c", code], check=True)
