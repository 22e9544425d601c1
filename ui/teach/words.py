"""Sentences of a lesson, made from the numbers of its run: nothing here knows which answer is right."""

from scenarios.address import END
from scenarios.lessons.answers import UNCLEAR, Verdict, direction_of
from scenarios.lessons.evidence import Evidence, Pairs
from scenarios.lessons.goals import Outcome
from scenarios.lessons.lesson import Figure, Question
from scenarios.paired import Change
from sim.catalogue import indicators, levers, parameters
from sim.inside.cases import MOVES, Case
from sim.inside.conversion import LEVERS
from sim.inside.tipping import CONSIDER, EARNINGS, RENT, Tip
from sim.steps.choice import location_of
from ui.city import city_pack
from ui.simulate import places
from ui.table import PURE, difference_text
from ui.texts import number, place_name, scaled, text, title, unit

FEW = 1e4  # yuan in a 万, for the income of a household


def figure_name(language: str, figure: Figure) -> str:
    """The indicator, and the place where it is not the whole city."""
    entry = indicators()[figure.indicator]
    name = title(language, entry) if language == "zh" else entry.title["en"]
    if figure.place == places()[0]:
        return name
    where = place_name(language, figure.place)
    return f"{name}（{where}）" if language == "zh" else f"{name} ({where})"


class Unit:
    """How one figure is shown: divisor, label, and the level that sets the decimals."""

    def __init__(self, language: str, figure: Figure, pairs: Pairs | None = None, level: float | None = None):
        self.language, self.code = language, indicators()[figure.indicator].unit
        if level is None:
            level = float(abs(pairs.at(pairs.baseline, figure.indicator, figure.place)).max())
        self.largest = level
        self.divisor, self.label = scaled(language, self.code, level)

    @property
    def of_difference(self) -> str:
        """The unit of a difference: of two percentages percentage points."""
        if self.code == "percent":
            return text(self.language, "percentage_points")
        return unit(self.language, self.code) if self.code in PURE else self.label

    def difference(self, value: float, bare: bool = False) -> str:
        return difference_text(value, self.code, self.divisor, self.largest, self.language, bare)

    def level(self, value: float) -> str:
        finer = self.code == "percent" or self.code in PURE or self.divisor != 1.0
        shown = number(value / self.divisor, self.largest / self.divisor, more=1 if finer else 0)
        if self.code in PURE:
            return shown
        return f"{shown}{self.label}" if self.language == "zh" or self.label == "%" else f"{shown} {self.label}"


# --- questions --------------------------------------------------------------------------------------------------------


def ask(language: str, question: Question, found: Evidence) -> str:
    """The question as it is put."""
    if question.ask:
        return question.ask[language]
    values = {"year": END}
    if question.figure:
        values["figure"] = figure_name(language, question.figure)
    if question.kind == "estimate":
        values["unit"] = Unit(language, question.figure, found.small).of_difference
    if question.kind == "futures":
        values["n"] = found.small.change(question.figure.indicator, question.figure.place).pairs
    if question.kind == "tip":
        values["place"] = place_words(language, found.case.tip.place)
    return text(language, f"ask_{question.kind}", **values)


def option_name(language: str, question: Question, option: str) -> str:
    """An answer that can be chosen."""
    if question.kind == "direction":
        return text(language, f"answer_{option}")
    if question.kind == "most":
        return figure_name(language, question.of[int(option)])
    return text(language, f"term_name_{option}")


def feedback(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    """What an answer is told."""
    said = _SAID[question.kind](language, question, verdict, found)
    return f"**{text(language, f'grade_{verdict.grade}')}** {said}"


def _said_direction(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    shown = Unit(language, question.figure, found.small)
    n = verdict.numbers
    said = text(
        language, "said_direction", n=int(n["n"]), up=int(n["up"]), down=int(n["down"]),
        mean=shown.difference(n["mean"]), truth=text(language, f"answer_{verdict.truth}"),
        answer=text(language, f"answer_{verdict.answer}"),
    )  # fmt: skip
    return said + (" " + text(language, "said_unclear") if verdict.truth == UNCLEAR else "")


def _said_estimate(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    shown, n = Unit(language, question.figure, found.small), verdict.numbers
    if n["same"] == n["n"]:
        return text(language, "said_same")
    said = text(
        language, "said_estimate", mean=shown.difference(n["mean"]), least=shown.difference(n["least"], bare=True),
        most=shown.difference(n["most"], bare=True), answer=shown.difference(verdict.answer),
    )  # fmt: skip
    if verdict.right:
        return said
    if verdict.answer * n["mean"] < 0:
        return f"{said} {text(language, 'said_opposite')}"
    off = verdict.answer - n["mean"]
    key = "said_too_high" if off > 0 else "said_too_low"
    return f"{said} {text(language, key, off=shown.difference(abs(off)).lstrip('+'))}"


def _said_futures(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    n = verdict.numbers
    return text(language, "said_futures", up=int(n["up"]), down=int(n["down"]), answer=f"{verdict.answer:g}")


def _said_most(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    n = verdict.numbers
    return text(
        language, "said_most", truth=option_name(language, question, verdict.truth),
        given_name=option_name(language, question, verdict.answer), largest=number(n["largest"], 10.0, sign=True),
        given=number(n["given"], 10.0, sign=True), rank=int(n["rank"]), of=int(n["of"]),
    )  # fmt: skip


def _said_scale(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    n, shown = verdict.numbers, Unit(language, question.figure, found.small)
    return text(
        language, "said_scale", small=number(n["small"] / shown.divisor), large=number(n["large"] / shown.divisor),
        truth=f"{verdict.truth:.2f}", answer=f"{verdict.answer:g}", root=f"{found.root:.2f}",
    )  # fmt: skip


def _said_reason(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    n = verdict.numbers
    return text(
        language, "said_reason", truth=option_name(language, question, verdict.truth),
        given_name=option_name(language, question, verdict.answer), largest=f"{n['largest']:+.3f}",
        given=f"{n['given']:+.3f}",
    )  # fmt: skip


def _said_tip(language: str, question: Question, verdict: Verdict, found: Evidence) -> str:
    tip = found.case.tip
    return text(
        language, "said_tip", truth=percent(tip.change), before=f"{tip.before:,.0f}", after=f"{tip.after:,.0f}",
        answer=f"{verdict.answer:+g}",
    )  # fmt: skip


_SAID = {
    "direction": _said_direction, "estimate": _said_estimate, "futures": _said_futures, "most": _said_most,
    "scale": _said_scale, "reason": _said_reason, "tip": _said_tip,
}  # fmt: skip


def percent(change: float) -> str:
    """A relative change in per cent, with as many decimals as a small one needs."""
    value = 100.0 * change
    places = 0 if abs(value) >= 20 else 1 if abs(value) >= 1 else 2 if abs(value) >= 0.1 else 3
    return f"{value:+.{places}f}"


# --- one household ----------------------------------------------------------------------------------------------------


def place_words(language: str, place: int) -> str:
    """A place index in words: town and part, or the outside place."""
    pack = city_pack()
    towns = len(pack.towns)
    at = int(location_of.py_func(place, towns))
    if at >= towns:
        return pack.place_name(pack.outside[at - towns], language)
    name = pack.place_name(pack.towns[at], language)
    part = text(language, "part_urban" if place % 2 else "part_rural")
    return f"{name}{part}" if language == "zh" else f"{name} ({part})"


def town_words(language: str, at: int) -> str:
    """A town or outside place, by its index among both."""
    pack = city_pack()
    return pack.place_name(pack.towns[at] if at < len(pack.towns) else pack.outside[at - len(pack.towns)], language)


def case_story(language: str, case: Case) -> list[str]:
    """Who the household is, what it does in the two worlds, what weighed most."""
    comma = "、" if language == "zh" else ", "
    money = case.income / (FEW if language == "zh" else 1e3)
    said = [] if case.flipped else [text(language, "case_near")]
    said.append(
        text(
            language, "case_who", year=case.year, place=place_words(language, case.home), size=case.size,
            tenure=text(language, f"tenure_{case.tenure}"), ages=comma.join(map(str, case.ages)),
            registered=town_words(language, case.registered), income=f"{money:.1f}",
        )
    )  # fmt: skip
    which = 0 if case.kind == MOVES else 1
    chances = [f"{100 * side.chances[which]:.2f}" for side in (case.baseline, case.current)]
    told = {
        "baseline": does(language, case, case.baseline.option),
        "current": does(language, case, case.current.option),
    }
    numbers = {"p0": chances[0], "p1": chances[1], "u": f"{100 * case.current.u:.2f}"}
    said.append(text(language, f"case_{case.kind}", **told, **numbers))
    if case.weights:
        term, value = next(iter(case.weights.items()))
        said.append(text(language, "case_weighs", term=text(language, f"term_name_{term}"), value=f"{value:+.3f}"))
    return said


def does(language: str, case: Case, option: int) -> str:
    """What a household does: stay or go, keep or take."""
    if case.kind == MOVES:
        return moves_words(language, case.home, option)
    if option == case.registered:
        return text(language, "keeps_hukou")
    return text(language, "takes_hukou", place=town_words(language, option))


def moves_words(language: str, home: int, option: int) -> str:
    if option == home:
        return text(language, "stays_here")
    return text(language, "goes_to", place=place_words(language, option))


def tip_words(language: str, tip: Tip | None, instead: str, hazard: float = 0.0, u: float = 0.0) -> str:
    """What would have tipped a decision; `instead` says what is done then."""
    if tip is None:
        return text(language, "tip_none")
    if tip.what in LEVERS:
        entry = levers()[tip.what]
        values = {"before": f"{tip.before:,.4g}", "after": f"{tip.after:,.4g}", "unit": unit(language, entry.unit)}
        return text(language, "tip_lever", lever=title(language, entry), instead=instead, **values)
    if tip.what == CONSIDER:
        entry = parameters()["consider_rate"]
        values = {"before": f"{tip.before:.3g}", "after": f"{tip.after:.3g}", "title": title(language, entry)}
        chance = {"hazard": f"{100 * hazard:.2f}", "u": f"{100 * u:.2f}"}
        return text(language, "tip_consider", instead=instead, **values, **chance)
    amount = "{:,.0f}" if tip.what in (EARNINGS, RENT) else "{:.3f}"
    return text(
        language, "tip_if", place=place_words(language, tip.place), what=text(language, f"tip_{tip.what}"),
        more=text(language, "tip_higher" if tip.change > 0 else "tip_lower"), change=percent(tip.change).lstrip("+-"),
        before=amount.format(tip.before), after=amount.format(tip.after), instead=instead,
    )  # fmt: skip


def case_tip(language: str, case: Case) -> str:
    """What would have tipped the household of a case, in the student's world."""
    if case.tip is None:
        return text(language, "tip_none")
    ran = " " + text(language, "tip_confirmed") if case.confirmed else ""
    if case.kind == MOVES:
        return tip_words(language, case.tip, moves_words(language, case.home, case.tip.instead)) + ran
    town = case.tip.place
    converts = case.current.option == town and case.current.option != case.registered
    instead = (
        text(language, "keeps_hukou") if converts else text(language, "takes_hukou", place=town_words(language, town))
    )
    return tip_words(language, case.tip, instead) + ran


# --- chain, scale, goals ----------------------------------------------------------------------------------------------


def chain_word(language: str, change: Change) -> str:
    return text(language, f"chain_{direction_of(change)}")


def scale_sentences(language: str, figure: Figure, found: Evidence) -> list[str]:
    """Whether the small city's level and difference agree with the larger city's within its sampling error."""
    shown = Unit(language, figure, found.small)
    small = found.small.change(figure.indicator, figure.place)
    large = found.large.change(figure.indicator, figure.place)
    errors = sampling_errors(figure, found)
    said = []
    rows = (
        ("teach_current_level", small.current, large.current),
        ("teach_difference", small.difference, large.difference),
    )
    for (key, a, b), error in zip(rows, errors, strict=True):
        what = text(language, key)
        told = {
            "what": what,
            "gap": shown.difference(abs(a - b)).lstrip("+"),
            "error": shown.difference(error).lstrip("+"),
        }
        said.append(text(language, "scale_within" if abs(a - b) <= 2.0 * error else "scale_beyond", **told))
    return said


def sampling_errors(figure: Figure, found: Evidence) -> tuple[float, float]:
    """Standard deviations over small cities that share no household: of the level and of the difference."""
    before, after = (
        found.samples.at(who, figure.indicator, figure.place) for who in (found.samples.baseline, found.samples.current)
    )
    return float(after.std(ddof=1)), float((after - before).std(ddof=1))


def goal_words(language: str, outcome: Outcome) -> tuple[str, str]:
    """(the goal, how it stands)."""
    goal = outcome.goal
    shown = Unit(
        language, goal.figure, level=abs(outcome.wanted) if goal.kind == "plan" else max(1.0, abs(outcome.wanted))
    )
    name = figure_name(language, goal.figure)
    if goal.kind == "plan":
        said = text(language, "goal_plan", figure=name, year=int(goal.amount), wanted=shown.level(outcome.wanted))
        value = shown.level(outcome.value)
    else:
        wanted = amount(language, goal.figure, abs(outcome.wanted)).lstrip("+")
        said = text(language, f"goal_{goal.kind}", figure=name, wanted=wanted)
        value = amount(language, goal.figure, outcome.value)
    return said, text(language, "goal_stands", value=value, k=outcome.reached, n=outcome.futures)


def amount(language: str, figure: Figure, value: float) -> str:
    """A difference that is not measured against a level: counts of ten thousand and more in 万 or thousands."""
    code = indicators()[figure.indicator].unit
    divisor, label = scaled(language, code, 1e5 if abs(value) >= 1e3 else abs(value))
    shown = number(value / divisor, max(abs(value) / divisor, 1e-9), sign=True)
    if code in PURE:
        return shown
    label = text(language, "percentage_points") if code == "percent" else label
    return f"{shown}{'' if language == 'zh' else ' '}{label}"
