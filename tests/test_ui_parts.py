"""Parts of the screen that need no simulation: comparison, chart table, end labels, numbers, sliders."""

import numpy as np
import pytest
import yaml

from sim.catalogue import levers
from ui import simulate
from ui.charts import chart_table, end_labels
from ui.ensemble import Ensemble, change
from ui.levers import FAMILIES, lever_slider, round_step
from ui.table import difference_text
from ui.texts import number, scaled


def ensemble(rows: list[list[float]]) -> Ensemble:
    """One indicator in one place; rows are futures, columns the years 2020 and 2021."""
    return Ensemble(("rate",), ("city",), np.array([2020, 2021]), np.array(rows)[None, None])


BEFORE = ensemble([[10.0, 11.0], [10.0, 13.0], [10.0, 15.0]])
AFTER = ensemble([[10.0, 14.0], [10.0, 12.0], [10.0, 15.0]])


def test_change_is_taken_within_pairs():
    # 2021: 14-11 = +3, 12-13 = -1, 15-15 = 0; means 13 and 41/3; mean difference 2/3
    c = change(BEFORE, AFTER, "rate", "city", 2021)
    assert (c.baseline, c.current) == (13.0, pytest.approx(41 / 3))
    assert c.difference == pytest.approx(2 / 3)
    assert (c.up, c.down, c.same, c.pairs) == (1, 1, 1, 3)


def test_chart_table_has_range_and_mean_over_futures():
    table = chart_table(BEFORE, AFTER, "rate", "city", divisor=2.0)
    last = table[table["year"] == 2021].set_index("who")
    # baseline 11, 13, 15 halved: 5.5 .. 7.5 with mean 6.5
    assert last.loc["baseline", ["low", "middle", "high"]].tolist() == [5.5, 6.5, 7.5]


def test_lines_that_are_one_get_one_label():
    assert len(end_labels(chart_table(BEFORE, BEFORE, "rate", "city", 1.0), "zh")) == 1


def test_labels_of_near_lines_are_pushed_apart_and_keep_their_order():
    # means at the end: 13 and 13.667; drawn range 10..15, so the least gap is 0.07 * 5 = 0.35 < 0.667: not pushed
    far = end_labels(chart_table(BEFORE, AFTER, "rate", "city", 1.0), "en")
    assert far[1]["at"] - far[0]["at"] == pytest.approx(2 / 3)
    near = ensemble([[10.0, 11.0], [10.0, 13.0], [10.0, 15.03]])  # mean 13.01; range 5.03, least gap 0.3521
    pushed = end_labels(chart_table(BEFORE, near, "rate", "city", 1.0), "en")
    assert pushed[1]["at"] - pushed[0]["at"] == pytest.approx(0.07 * 5.03)


def test_futures_that_come_later_are_put_after_the_first():
    joined = Ensemble.joined([BEFORE, AFTER])
    assert joined.futures == 6
    assert joined.of("rate", "city")[:, 1].tolist() == [11.0, 13.0, 15.0, 14.0, 12.0, 15.0]


def test_runs_become_futures():
    # one run: values[year, place, indicator]; two years, two places, one indicator
    run = ([2020, 2021], ["city", "east"], ["rate"], np.array([[[1.0], [2.0]], [[3.0], [4.0]]]))
    two = Ensemble.of_runs([run, run])
    assert two.futures == 2
    assert two.of("rate", "east").tolist() == [[2.0, 4.0], [2.0, 4.0]]


@pytest.mark.parametrize(("cores", "first"), [(1, 2), (2, 2), (3, 3), (16, 4)])
def test_batches_hold_one_future_a_core_and_make_up_all_of_them(monkeypatch, cores, first):
    monkeypatch.setattr(simulate, "default_threads", lambda: cores)
    found = simulate.batches(7)
    assert found[0] == (0, first)
    assert [r for start, count in found for r in range(start, start + count)] == list(range(7))


def test_an_indicator_without_values_is_not_shown():
    gap = ensemble([[np.nan, 1.0]])
    assert not gap.has("rate", "city") and not BEFORE.has("rate", "east") and not BEFORE.has("other", "city")
    assert BEFORE.has("rate", "city")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(4798090, "4,798,090"), (71.94, "71.9"), (2.017, "2.02"), (0.3333, "0.333"), (float("nan"), "—")],
)
def test_numbers_have_about_four_figures(value, shown):
    assert number(value) == shown


def test_numbers_with_sign():
    assert number(-0.0001, 2.0, sign=True) == "0.00"
    assert number(0.5, 50.0, sign=True) == "+0.5"


def test_large_counts_are_in_wan_or_thousand():
    assert scaled("zh", "persons", 4.8e6) == (1e4, "万人")
    assert scaled("en", "persons", 4.8e6) == (1e3, "thousand persons")
    assert scaled("en", "persons", 900) == (1.0, "persons")


def test_difference_of_percentages_is_in_points():
    # hundredths of a point, whatever the level
    assert difference_text(1.254, "percent", 1.0, 70.0, "zh") == "+1.25个百分点"
    assert difference_text(-0.0254, "percent", 1.0, 4.5, "en") == "-0.03 percentage points"


def test_differences_of_ratios_and_large_counts_have_one_figure_more_than_the_level():
    assert difference_text(0.0061, "ratio", 1.0, 1.52, "en") == "+0.006"  # 1.52 has two decimals
    # 4.8 million is 480.0 万人 with one decimal; 2,531 people more are 0.2531 万人, shown with two
    assert difference_text(2531.0, "persons", 1e4, 4.8e6, "zh") == "+0.25万人"
    assert difference_text(-112.4, "yuan_2020", 1.0, 70365.0, "en") == "-112 yuan of 2020"


def test_step_is_round_and_gives_at_most_forty_positions():
    assert [round_step(s) for s in (1.0, 16.0, 30000.0)] == [0.05, 0.5, 1000.0]


def test_sliders_start_at_what_is_in_force():
    parity = lever_slider(levers()["permit_parity"], "east")
    assert (parity.low, parity.high, parity.start) == (0.0, 1.0, 0.6)


def test_extra_quantities_of_both_regions_together_stay_within_the_bounds():
    for name in (n for names in FAMILIES.values() for n in names if levers()[n].spread == "total"):
        entry = levers()[name]
        slider = lever_slider(entry, "east")
        in_force = entry.default[max(entry.default)] if isinstance(entry.default, dict) else entry.default
        assert slider.start == 0.0
        assert 2 * slider.high + in_force <= entry.bounds[1]


def test_every_text_is_in_both_languages(root):
    texts = yaml.safe_load((root / "ui" / "texts.yaml").read_text(encoding="utf-8"))
    entries = {**texts, **texts.pop("units"), **texts.pop("bases")}
    entries = {k: v for k, v in entries.items() if k not in ("units", "bases")}
    assert [k for k, v in entries.items() if set(v) != {"zh", "en"} or not all(v.values())] == []
