"""A rule of one's own takes the place of the model's, everywhere, for a while, and leaves nothing behind."""

import numpy as np
import pytest

from scenarios import run
from sim.own_rules import OwnRuleError, replaced
from sim.rules import hukou, permits

OPTIONS = {
    "scale": 0.001,
    "end": 2022,
    "replicates": 1,
    "workers": 1,
    "threads": 1,
    "detail": "city",
    "progress": False,
}


def of(name: str) -> np.ndarray:
    result = run("baseline", **OPTIONS)
    return result.series(name, result.pack.city_id)[0]


def never(service_gain, has_child, housing_gain, owns_home, lost, cost, years_here, far, p):
    return 0.0


@pytest.fixture(scope="module")
def usual():
    return run("baseline", **OPTIONS)


def test_a_compiled_rule_acts_and_is_gone_afterwards(usual):
    city = usual.pack.city_id
    assert usual.series("conversions", city)[0, 1:].sum() > 0
    with replaced({"hukou.conversion_probability": never}):
        assert of("conversions")[1:].sum() == 0
    assert run("baseline", **OPTIONS).values.tobytes() == usual.values.tobytes()


def test_the_same_rule_written_again_changes_no_digit(usual):
    """Through a kernel that calls it, and through a compiled helper (`rights_lost` is called before it)."""
    same = {"hukou.conversion_probability": hukou.conversion_probability.py_func, "permits.part": permits.part}
    with replaced(same):
        again = run("baseline", **OPTIONS)
    assert again.values.tobytes() == usual.values.tobytes()


def test_a_rule_that_is_not_compiled_acts(usual):
    with replaced({"permits.part": lambda general, own, coverage: 0.0 * coverage}):
        closed = run("baseline", **OPTIONS)
    city = usual.pack.city_id
    assert closed.series("conversions", city)[0, 1:].sum() > usual.series("conversions", city)[0, 1:].sum()


def test_an_error_inside_leaves_the_model_as_it_was():
    before = hukou.conversion_probability
    with pytest.raises(ZeroDivisionError), replaced({"hukou.conversion_probability": never}):
        assert hukou.conversion_probability is not before
        raise ZeroDivisionError
    assert hukou.conversion_probability is before


@pytest.mark.parametrize(
    "rules, said",
    [
        ({"hukou.conversion_probabilty": never}, "did you mean hukou.conversion_probability"),
        ({"hukou.eligible": never}, "takes 4 arguments: years_here, insurance_years, recognised, threshold"),
    ],
)
def test_mistakes_are_told_before_anything_changes(rules, said):
    before = hukou.eligible
    with pytest.raises(OwnRuleError, match=said), replaced(rules):
        pass
    assert hukou.eligible is before
