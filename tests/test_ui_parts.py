"""Parts of the screen that need no simulation: comparison, chart data, end labels, numbers, sliders, memory."""

import math
import threading

import numpy as np
import pytest
import yaml

from sim.catalogue import assumptions, indicators, levers
from sim.catalogue.lever_fields import LEVELS
from sim.data import load_pack
from ui.charts import GRID, chart_table, domain, label_heights, line_chart
from ui.ensemble import Ensemble, Run, change
from ui.levers import decimals_of, named_levels, round_step, slider_of
from ui.memory import Memory
from ui.slot import Slot
from ui.table import difference_text
from ui.targets import chart_targets
from ui.texts import number, scaled


def ensemble(rows: list[list[float]]) -> Ensemble:
    """One indicator in one place; rows are futures, columns the years 2020 and 2021."""
    years, towns = np.array([2020, 2021]), np.array([[[1.0, 2.0], [3.0, 4.0]]])
    return Ensemble.of_runs([Run.of(("rate",), ("city",), years, np.array([[row]]), towns) for row in rows])


BEFORE = ensemble([[10.0, 11.0], [10.0, 13.0], [10.0, 15.0]])
AFTER = ensemble([[10.0, 14.0], [10.0, 12.0], [10.0, 15.0]])


def test_change_is_taken_within_pairs():
    # 2021: 14-11 = +3, 12-13 = -1, 15-15 = 0; means 13 and 41/3; mean difference 2/3
    c = change(BEFORE, AFTER, "rate", "city", 2021)
    assert (c.baseline, c.current) == (13.0, pytest.approx(41 / 3))
    assert c.difference == pytest.approx(2 / 3)
    assert (c.least, c.most) == (-1.0, 3.0)
    assert (c.up, c.down, c.same, c.pairs) == (1, 1, 1, 3)


def test_towns_have_means_and_an_indicator_without_values_in_most_towns_has_none():
    assert BEFORE.town_means("rate").tolist() == [[1.0, 2.0], [3.0, 4.0]]
    blank = np.full((1, 2, 2), np.nan)
    assert Run.of(("rate",), ("city",), np.array([2020, 2021]), np.zeros((1, 1, 2)), blank).town_rows == ()


def test_chart_table_has_range_and_mean_over_futures():
    table, _ = chart_table(BEFORE, AFTER, "rate", "city", divisor=2.0)
    last = next(r for r in table.to_pylist() if (r["who"], r["year"]) == ("baseline", 2021))
    # baseline 11, 13, 15 halved: 5.5 .. 7.5 with mean 6.5
    assert (last["low"], last["middle"], last["high"]) == (5.5, 6.5, 7.5)


def test_lines_that_are_one_get_one_label():
    base, current = label_heights(np.array([1.0, 2.0]), np.array([1.0, 2.0]), (0.0, 4.0))
    assert math.isnan(base) and current == 2.0


def test_labels_of_near_lines_are_pushed_apart_and_keep_their_order():
    # the axis is 10 long, so the least gap is 0.055 * 10 = 0.55
    far = label_heights(np.array([5.0]), np.array([6.0]), (0.0, 10.0))
    assert far == (5.0, 6.0)
    near = label_heights(np.array([5.0]), np.array([4.9]), (0.0, 10.0))
    assert near == pytest.approx((4.95 + 0.275, 4.95 - 0.275))


def test_the_axis_stays_while_a_lever_moves_a_little_and_holds_all_that_is_drawn():
    low, high = np.array([[10.0, 11.0], [10.0, 12.0]]), np.array([[10.0, 15.0], [10.0, 15.5]])
    still = domain(low, high)
    assert domain(low, np.add(high, [[0.0], [0.5]])) == still
    bottom, top = domain(low, np.array([[10.0, 15.0], [10.0, 30.0]]), targets=((2025, 2.0),))
    assert bottom < 2.0 and top > 30.0
    assert (bottom * GRID) % 1 == 0 and (top * GRID) % 1 == 0


def test_an_axis_of_counts_does_not_go_below_nothing():
    assert domain(np.array([[0.1, 0.2]] * 2), np.array([[0.1, 9.0]] * 2))[0] == 0.0


def test_a_specification_is_made_once():
    one = line_chart("zh", "%", (60.0, 80.0), (2020, 2035), False)
    assert line_chart("zh", "%", (60.0, 80.0), (2020, 2035), False) is one


class Bytes:
    """Stands for a run of a given size."""

    def __init__(self, nbytes: int):
        self.nbytes = nbytes


def test_memory_is_bounded_and_forgets_the_least_recently_used():
    memory = Memory(most=100, workers=1)
    made = []
    for key in (1, 2, 3, 1, 4, 2):  # 40 bytes each: two are kept
        memory.ask(key, lambda key=key: made.append(key) or Bytes(40)).result()
    assert made == [1, 2, 3, 1, 4, 2]
    assert memory.size == 80
    memory.ask(4, lambda: pytest.fail("is remembered")).result()


def test_a_run_that_two_ask_for_is_made_once_and_not_called_off_by_one_of_them():
    memory = Memory(workers=1)
    gate, made = threading.Event(), []
    blocker = memory.ask("first", lambda: gate.wait(10) and Bytes(1))
    mine, theirs = (memory.ask("shared", lambda: made.append(1) or Bytes(1)) for _ in range(2))
    memory.ask("unwanted", lambda: pytest.fail("nobody wants it"))
    memory.let_go("shared")
    memory.let_go("unwanted")
    assert memory.busy() == 2
    gate.set()
    blocker.result(10)
    assert mine.result(10) is theirs.result(10) and made == [1]


def test_a_run_that_fails_is_told_and_can_be_tried_again():
    memory = Memory(workers=1)
    with pytest.raises(ZeroDivisionError):
        memory.ask(1, lambda: 1 / 0).result(10)
    assert memory.ask(1, lambda: Bytes(1)).result(10).nbytes == 1


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


def test_sliders_have_the_bounds_and_a_quantity_in_a_smaller_place_what_they_leave():
    for entry in levers().values():
        assert (slider_of(entry).low, slider_of(entry).high) == entry.bounds
        part = slider_of(entry, whole_city=False)
        if entry.spread == "total":
            assert part.low == 0.0 and part.high + entry.in_force(2021) <= entry.bounds[1]
        else:
            assert part == slider_of(entry)


@pytest.mark.parametrize(("value", "decimals"), [(0.8, 1), (1.0, 0), (0.05, 2), (12000.0, 0)])
def test_a_slider_shows_the_decimals_that_its_value_has(value, decimals):
    assert decimals_of(value) == decimals


def test_named_levels_go_from_keep_to_maximum():
    words = [word for word, _ in named_levels(levers()["permit_parity"], "zh")]
    assert words[:4] == [LEVELS[n]["zh"] for n in ("keep", "moderate", "active", "maximum")]
    values = [value for _, value in named_levels(levers()["permit_parity"], "en")][:4]
    assert values == sorted(values) and values[0] == levers()["permit_parity"].in_force(2021)


def test_targets_of_the_plan_are_in_shown_units_and_hold_for_the_city():
    # plan, table 1: 70 % by 2025, 75 % by 2035; chapter 2: more than 3.5 million urban residents by 2025
    assert chart_targets("urbanisation_rate", "440700", 1.0)[-2:] == ((2025, 70.0), (2035, 75.0))
    assert chart_targets("urban_residents", "440700", 1e4) == ((2025, 350.0), (2035, 400.0))
    assert chart_targets("urban_residents", "east", 1e4) == ()


def test_every_text_is_in_both_languages(root):
    texts = yaml.safe_load((root / "ui" / "texts.yaml").read_text(encoding="utf-8"))
    entries = {**texts, **texts.pop("units"), **texts.pop("bases")}
    entries = {k: v for k, v in entries.items() if k not in ("units", "bases")}
    assert [k for k, v in entries.items() if set(v) != {"zh", "en"} or not all(v.values())] == []


def test_every_unit_that_a_person_reads_has_words(root):
    known = yaml.safe_load((root / "ui" / "texts.yaml").read_text(encoding="utf-8"))["units"]
    entries = [*levers().values(), *assumptions().values(), *indicators().values()]
    units = {entry.unit for entry in entries} | {target.unit for target in load_pack().targets.values()}
    assert sorted(units - set(known)) == []


def test_a_place_that_is_drawn_again_and_again_stays_as_light_as_it_was():
    """While a model is compiled the status line is drawn a thousand times; a chain of places ended in an error."""

    class Place:
        def __init__(self, depth: int):
            self.depth = depth

        def caption(self, said: str) -> "Place":
            return Place(self.depth + 1)

    slot = Slot(Place(0))
    for n in range(2000):
        slot.caption(str(n))
    assert slot._drawn.depth == 1
