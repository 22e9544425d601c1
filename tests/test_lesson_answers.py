"""Feedback on answers is right whatever is answered: held against numbers counted here, by hand or from a run."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from scenarios.lessons import course
from scenarios.lessons.answers import answerable, judge, options
from scenarios.lessons.evidence import Evidence, OfResult, Pairs
from scenarios.lessons.goals import judge as judge_goals
from scenarios.lessons.lesson import Figure, Goal, Question
from scenarios.runner import run_all
from sim.data import load_pack
from sim.inside.cases import Case, Side
from sim.inside.tipping import Tip
from ui.teach import words

CITY = "440700"
JOBS, RATE, COST = Figure("jobs", CITY), Figure("unemployment_rate", CITY), Figure("programme_cost", CITY)


class Made:
    """Futures with numbers of our own: {indicator: one number a future}, the same in every year."""

    years = (2020, 2035)

    def __init__(self, **values: list[float]):
        self.values = values

    def of(self, indicator: str, place: str) -> np.ndarray:
        return np.repeat(np.array(self.values[indicator], float)[:, None], 2, axis=1)


def pairs(before: dict, after: dict) -> Pairs:
    return Pairs(Made(**before), Made(**after))


@pytest.fixture
def by_hand() -> Evidence:
    """Five futures: jobs rise by 10, 20, 30, 40, 50 of 100; unemployment falls in three and rises in two of five."""
    before = {"jobs": [100.0] * 5, "unemployment_rate": [5.0, 5.2, 5.4, 5.6, 5.8], "programme_cost": [10.0] * 5}
    after = {
        "jobs": [110.0, 120.0, 130.0, 140.0, 150.0], "unemployment_rate": [4.0, 4.2, 4.4, 6.0, 6.0],
        "programme_cost": [11.0] * 5,
    }  # fmt: skip
    side = Side(3, (0.4, 0.6), 0.5)
    about = {"key": 1, "year": 2025, "home": 3, "size": 2, "ages": (30, 31), "tenure": 2, "registered": 1}
    case = Case(
        "moves", **about, flipped=True, rural=True, income=9e4, baseline=side, current=side,
        weights={"income": 0.3, "services": 0.2, "size": -0.1}, tip=Tip("earnings", 3, -0.08, 5e4, 4.6e4, 9),
    )  # fmt: skip
    large = pairs({"unemployment_rate": [5.2, 5.3, 5.4, 5.5, 5.6]}, {"unemployment_rate": [5.0] * 5})
    return Evidence(pairs(before, after), large, case=case, scales=(0.001, 0.01))


def ask(kind: str, figure: Figure | None = None, of: tuple[Figure, ...] = ()) -> Question:
    return Question(kind, figure, of, {})


# question, {answer: grade}: what is right follows from the numbers above
GRADES = [
    (ask("direction", JOBS), {"up": "right", "down": "wrong", "unclear": "wrong"}),
    (ask("direction", RATE), {"up": "wrong", "down": "wrong", "unclear": "right"}),
    # the mean is 30, futures from 10 to 50; within 60 % of the mean is close
    (
        ask("estimate", JOBS),
        {30.0: "right", 11.0: "right", 51.0: "wrong", 5.0: "wrong", -30.0: "wrong", 500.0: "wrong"},
    ),
    (ask("estimate", COST), {1.0: "right", 1.2: "right", 1.5: "close", 3.0: "wrong", -1.0: "wrong"}),
    (ask("futures", RATE), {2.0: "right", 1.0: "close", 4.0: "close", 5.0: "wrong", 0.0: "close"}),
    (ask("most", of=(COST, JOBS, RATE)), {"0": "close", "1": "right", "2": "wrong"}),
    # standard deviations: twice as wide
    (ask("scale", RATE), {2.0: "right", 2.4: "right", 3.0: "close", 10.0: "wrong", 0.1: "wrong"}),
    (ask("reason"), {"income": "right", "services": "close", "size": "wrong"}),
    (ask("tip"), {-8.0: "right", -7.0: "right", -5.0: "close", 8.0: "wrong", -40.0: "wrong"}),
]


@pytest.mark.parametrize(("question", "grades"), GRADES, ids=[q.kind + str(i) for i, (q, _) in enumerate(GRADES)])
def test_grades_by_hand(by_hand, question, grades):
    assert len(grades) >= 3 and answerable(question, by_hand)
    assert {answer: judge(question, answer, by_hand).grade for answer in grades} == grades


def test_another_run_makes_another_answer_right(by_hand):
    """Nothing of the answer is in the question: with baseline and policy exchanged the other answer is right."""
    turned = replace(by_hand, small=Pairs(by_hand.small.current, by_hand.small.baseline))
    assert judge(ask("direction", JOBS), "down", turned).right and not judge(ask("direction", JOBS), "up", turned).right
    assert judge(ask("estimate", JOBS), -30.0, turned).right
    same = replace(by_hand, small=Pairs(by_hand.small.baseline, by_hand.small.baseline))
    assert judge(ask("direction", JOBS), "unclear", same).right
    assert judge(ask("estimate", JOBS), 0.0, same).right and not judge(ask("estimate", JOBS), 1.0, same).right


def test_what_is_missing_cannot_be_asked(by_hand):
    bare = Evidence(by_hand.small)
    assert not any(answerable(ask(kind, RATE), bare) for kind in ("scale", "reason", "tip"))
    assert not answerable(ask("tip"), replace(by_hand, case=replace(by_hand.case, tip=None)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_carry_the_numbers_of_the_run(by_hand, language):
    """What a student reads: each number of the verdict, the answer given, the word for right or wrong."""
    told = {}
    for question, grades in GRADES:
        found = told[len(told)] = set()
        for answer, grade in grades.items():
            said = words.feedback(language, question, judge(question, answer, by_hand), by_hand)
            found.add(said)
            assert said.startswith(f"**{words.text(language, f'grade_{grade}')}**"), said
        assert len(found) == len(grades)  # every answer is told something else
    said = " ".join(told[0])
    assert "5" in said and "+30" in said  # futures and mean
    assert all(n in " ".join(told[6]) for n in ("2.00", "3.16"))  # ratio, and that of the square root
    assert all(n in " ".join(told[8]) for n in ("-8.0", "50,000", "46,000"))


# --- a run ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ran():
    """Lesson -> evidence of its first try in a tiny city: two futures a scenario."""
    pack = load_pack()
    lessons = course(pack)[0]
    values = [{k.lever: k.start or 1.0 for k in lesson.knobs if k.start is not None} for lesson in lessons]
    made = [lesson.scenario(v, pack) for lesson, v in zip(lessons, values, strict=True)]
    options = {"scale": 0.0005, "replicates": 2, "workers": 1, "progress": False, "detail": "counties", "end": 2027}
    baseline, *results = run_all([lessons[0].baseline, *made], **options)
    return [(one, Evidence(Pairs(OfResult(baseline), OfResult(r)))) for one, r in zip(lessons, results, strict=True)]


def test_every_question_of_every_lesson_is_judged_by_the_numbers_of_the_run(ran):
    """Three answers and more a question; right ones are found by counting differences here."""
    pack, asked = load_pack(), 0
    for lesson, found in ran:
        for question in lesson.questions:
            if question.kind not in ("direction", "estimate", "futures", "most"):
                continue
            asked += 1
            gaps = [gap_of(f, found) for f in ([question.figure] if question.figure else question.of)]
            if question.kind == "most":
                shares = [abs(g.mean() / abs(b.mean())) for g, b in gaps]
                right = {str(i) for i, share in enumerate(shares) if share == max(shares)}
                given = options(question, found)
            elif question.kind == "direction":
                gap = gaps[0][0]
                right = {"up"} if (gap > 0).all() else {"down"} if (gap < 0).all() else {"unclear"}
                given = options(question, found)
            elif question.kind == "futures":
                right, given = {int((gaps[0][0] > 0).sum())}, [0, 1, 2]
            else:
                gap = gaps[0][0]
                given = [gap.mean(), gap.mean() + 10 * abs(gap).max() + 1, gap.mean() - 10 * abs(gap).max() - 1]
                right = {given[0]}
            assert len(given) >= 3
            assert {g for g in given if judge(question, g, found).right} == right, (lesson.id, question)
            for language in ("zh", "en"):
                for answer in given:
                    assert words.feedback(language, question, judge(question, answer, found), found)
    assert asked > 15
    assert pack


def gap_of(figure: Figure, found: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """(differences, baseline) of a figure over futures, last year, from the array of the results."""
    arrays = []
    for futures in (found.small.baseline, found.small.current):
        r = futures.result
        arrays.append(r.values[0][:, -1, r.places.index(figure.place), r.indicators.index(figure.indicator)])
    return arrays[1] - arrays[0], arrays[0]


# --- goals ------------------------------------------------------------------------------------------------------------


def test_goals_and_budget_by_hand(by_hand):
    """Jobs are 30 up on the mean, by 20 or more in four of five futures; 1 (100 million yuan) more is spent."""
    pack = load_pack()
    goals = Goal(JOBS, "up", 20.0), Goal(JOBS, "up", 31.0), Goal(JOBS, "down", 1.0)
    lesson = SimpleNamespace(goals=goals, budget=1.0)
    judged = judge_goals(lesson, by_hand.small, pack)
    assert [(o.met, o.reached) for o in judged.outcomes] == [(True, 4), (False, 2), (False, 0)]
    assert (judged.cost, judged.affordable, judged.solved) == (1.0, True, False)
    lesson = SimpleNamespace(goals=(Goal(JOBS, "up", 20.0),), budget=0.5)
    assert not judge_goals(lesson, by_hand.small, pack).solved
    plan = SimpleNamespace(goals=(Goal(Figure("urbanisation_rate", CITY), "plan", 2035.0),), budget=1e9)
    for rate, met in ((74.9, False), (75.0, True), (80.0, True)):
        level = pairs(*({"urbanisation_rate": [value], "programme_cost": [1.0]} for value in (70.0, rate)))
        assert judge_goals(plan, level, pack).solved == met


SOLUTIONS = {  # lesson -> a policy that solves its challenge in the teaching city with seed 1
    "push_and_pull": {"job_growth_tertiary": 1.5},
    "hukou_and_services": {"permit_parity": 0.9},
    "homes_and_settling": {"new_homes": 8000.0},
    "jobs_east_and_west": {"job_growth_secondary": 2.0},
    "countryside_and_incomes": {"farm_productivity": 5.0},
    "chance_and_uncertainty": {"hospital_beds": 1100.0},
    "two_targets": {"new_homes": 20000.0, "job_growth_secondary": 1.0, "hospital_beds": 1150.0},
}


@pytest.mark.slow
def test_every_challenge_can_be_solved_and_not_by_doing_nothing():
    """In the teaching city (ten futures, seed 1). Where the model changes, a lesson may need other numbers."""
    pack = load_pack()
    lessons = {lesson.id: lesson for lesson in course(pack)[0]}
    assert set(SOLUTIONS) == set(lessons)
    made = [lessons[name].scenario(values, pack) for name, values in SOLUTIONS.items()]
    options = {"scale": 0.001, "replicates": 10, "progress": False, "detail": "counties"}
    baseline, *results = run_all([lessons["push_and_pull"].baseline, *made], **options)
    for name, result in zip(SOLUTIONS, results, strict=True):
        judged = judge_goals(lessons[name], Pairs(OfResult(baseline), OfResult(result)), pack)
        assert judged.solved, (name, judged)
        assert not judge_goals(lessons[name], Pairs(OfResult(baseline), OfResult(baseline)), pack).solved
