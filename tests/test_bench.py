"""What `jiangmen bench` says, and how it comes by its ratios. What it measures is not judged here: see the README."""

import pytest

from scenarios import bench


@pytest.fixture(scope="module")
def one_scale():
    return bench.measure_scale(0.001)


def test_a_scale_is_measured_step_by_step(one_scale):
    from sim.model import STEPS

    assert list(one_scale["steps"]) == [name for name, _ in STEPS]
    assert sum(one_scale["steps"].values()) == pytest.approx(one_scale["seconds"], rel=0.1)
    assert one_scale["person_years_per_second"] == one_scale["person_years"] / one_scale["seconds"]
    assert 60_000 < one_scale["person_years"] < 100_000  # 5,000 people, 15 years


def test_cost_by_scale_by_hand():
    scales = [{"scale": s, "cpu_ns_per_person_year": c} for s, c in ((0.01, 300.0), (0.1, 200.0), (1.0, 210.0))]
    assert bench.cost_by_scale(scales) == {"0.1/0.01": pytest.approx(2 / 3), "1/0.1": pytest.approx(1.05)}


def test_objects_are_held_against_the_largest_city(monkeypatch):
    measured = {"objects": 50_000.0, "columns": 2_000_000.0}
    monkeypatch.setattr(bench, "_child", lambda what, scale: measured[what])
    found = bench.reference({"scale": 1.0, "threads": 2, "person_years_per_second": 9_000_000.0})
    assert (found["ratio"], found["ratio_small"]) == (180.0, 40.0)
    assert (found["columns_scale"], found["columns_threads"]) == (1.0, 2)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_on_screen_says_all_of_it(one_scale, lang):
    province = [{"towns": 73, "cpu_ns_per_person_year": 300.0}, {"towns": 730, "cpu_ns_per_person_year": 310.0}]
    facts = {
        "machine": {"cores": 2},
        "scales": [one_scale],
        "fresh_process": {"seconds": 1.7},
        "synthesis": {"cached_seconds": 0.2},
        "lever_to_result": {"median_seconds": 0.4, "p95_seconds": 0.45},
        "batch": {"runs": 100, "seconds_per_1000": 90.0, "extrapolated": True},
        "cost_by_scale": {"1/0.1": 1.05},
        "reference": {"ratio": 180.0, "ratio_small": 40.0},
        "province": province,
    }
    told = dict(bench.lines(facts, lang))
    values = " | ".join(told.values())
    for part in ("1.70 s", "0.40 s / 0.45 s", "1/0.1: 1.05", "180 / 40", "73: 300 ns, 730: 310 ns"):
        assert part in values
    without = dict(bench.lines(facts | {"reference": None, "province": None}, lang))
    assert len(without) == len(told) - 2
