"""The steps of a lesson in which a student works: the challenge, the questions, and the sum of it all."""

from html import escape

import streamlit as st

from scenarios.lessons import Lesson
from scenarios.lessons.answers import CHOICES, answerable, judge, options
from scenarios.lessons.evidence import Evidence
from scenarios.lessons.goals import judge as judge_goals
from scenarios.lessons.lesson import Question
from ui.actions import command_of
from ui.city import city_pack
from ui.desk import Desk
from ui.slot import Slot
from ui.teach import words
from ui.teach.progress import Progress
from ui.teach.runs import case_of, large_size, small_pairs, small_size
from ui.teach.steps import bet_verdict, gathered, html, knob_sliders, step_of
from ui.texts import number, text
from ui.widgets import key_of


def challenge(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """Levers, the goals and the budget: judged at each release of a lever."""
    language = desk.language
    html(f"<h3>{escape(lesson.challenge[language])}</h3>")
    left, right = st.columns(2, gap="large")
    with left:
        knob_sliders(desk, lesson, mine.tried, "tried")
    with right:
        slot = Slot()
    status.caption(text(language, "teach_waiting_small"))
    found = small_pairs(desk, lesson, mine.tried)
    judged = judge_goals(lesson, found, city_pack())
    status.caption(text(language, "teach_ready", n=judged.outcomes[0].futures))
    slot.html(f'<div class="lesson">{goals_html(language, judged)}</div>')


def money(language: str, hundred_million: float) -> str:
    """100 million yuan as 亿元, or as billions."""
    return number(hundred_million if language == "zh" else hundred_million / 10.0, 10.0)


def goals_html(language: str, judged) -> str:
    """Each goal and the budget, met or not, and the verdict in a sentence."""
    parts = [f"<h4>{text(language, 'goals_title')}</h4>"]
    for outcome in judged.outcomes:
        said, stands = words.goal_words(language, outcome)
        parts.append(_goal(outcome.met, said, stands))
    cost = text(language, "goal_cost", cost=money(language, judged.cost), budget=money(language, judged.budget))
    parts.append(_goal(judged.affordable, cost, ""))
    verdict = escape(goal_verdict(language, judged))
    parts.append(f'<div class="verdict{"" if judged.solved else " wrong"}">{verdict}</div>')
    return "".join(parts)


def _goal(met: bool, said: str, stands: str) -> str:
    mark, state = ("✓", " met") if met else ("✗", "")
    return f'<div class="goal{state}"><b>{mark} {escape(said)}</b><span>{escape(stands)}</span></div>'


def goal_verdict(language: str, judged) -> str:
    if judged.solved:
        return text(language, "goal_solved")
    missing = sum(not outcome.met for outcome in judged.outcomes)
    said = [text(language, "goal_missing", k=missing)] if missing else []
    if not judged.affordable:
        said.append(text(language, "goal_over", over=money(language, judged.cost - judged.budget)))
    return " ".join(said)


def check(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """One question at a time; the feedback is computed from the student's own run."""
    language, n = desk.language, len(lesson.questions)
    status.caption(text(language, "teach_waiting_small"))
    found = known_for(desk, lesson, mine, lesson.questions[mine.asked], status)
    status.caption(text(language, "ask_number", k=mine.asked + 1, n=n))
    one = lesson.questions[mine.asked]
    if not answerable(one, found):
        html(f"<p>{text(language, 'ask_cannot')}</p>")
    else:
        _question(language, lesson, mine, one, found)
    with st.container(horizontal=True, key="asked"):
        for i in range(n):
            given = mine.answers.get(i)
            label = f"{i + 1}" + (" ·" if given is not None else "")
            st.button(
                label, key=f"ask_{i}", type="primary" if i == mine.asked else "tertiary",
                on_click=lambda i=i: setattr(mine, "asked", i),
            )  # fmt: skip


def known_for(desk: Desk, lesson: Lesson, mine: Progress, one: Question, status: Slot) -> Evidence:
    """The evidence that a question needs, waited for."""
    scales = small_size(desk).scale, large_size(desk).scale
    if one.kind == "scale":
        *_, found = gathered(desk, lesson, mine, status)
        return found
    case = case_of(desk, lesson, mine.values).result().value if one.kind in ("reason", "tip") else None
    return Evidence(small_pairs(desk, lesson, mine.values), case=case, scales=scales)


def _question(language: str, lesson: Lesson, mine: Progress, one: Question, found: Evidence) -> None:
    at = mine.asked
    html(f"<h3>{escape(words.ask(language, one, found))}</h3>")
    divisor = words.Unit(language, one.figure, found.small).divisor if one.kind == "estimate" else 1.0
    key = key_of(f"answer.{lesson.id}.{at}.{language}", mine.answers.get(at))

    def answered() -> None:
        given = st.session_state[key]
        if given is None:
            mine.answers.pop(at, None)
        else:
            mine.answers[at] = given

    if one.kind in CHOICES:
        st.radio(
            text(language, "ask_enter"), options(one, found), index=None, key=key, on_change=answered,
            format_func=lambda option: words.option_name(language, one, option),
        )  # fmt: skip
    else:
        step = (
            step_of(words.Unit(language, one.figure, found.small))
            if one.kind == "estimate"
            else 1.0
            if one.kind == "futures"
            else 0.1
        )
        st.number_input(text(language, "ask_enter"), value=None, key=key, step=step, on_change=answered, width=260)
    given = mine.answers.get(at)
    if given is not None:
        verdict = judge(one, given if one.kind in CHOICES else float(given) * divisor, found)
        with st.container(key="feedback"):
            said = words.feedback(language, one, verdict, found)
            (st.success if verdict.right else st.info if verdict.close else st.warning)(said)


def end(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """What was bet, reached and answered, and how to get the same numbers."""
    language, pack = desk.language, city_pack()
    status.caption(text(language, "teach_waiting_small"))
    found = Evidence(small_pairs(desk, lesson, mine.values))
    tried = judge_goals(lesson, small_pairs(desk, lesson, mine.tried), pack)
    grades = [grade(desk, lesson, mine, i) for i in mine.answers]
    right, close, asked = grades.count("right"), grades.count("close"), len(lesson.questions)
    answered = text(language, "end_right", k=right, c=close, n=asked) if grades else text(language, "end_not_tried")
    status.caption(text(language, "teach_ready", n=tried.outcomes[0].futures))
    html(
        f"<h4>{text(language, 'end_bet')}</h4>{bet_verdict(language, lesson, mine, found)}",
        f"<h4>{text(language, 'end_challenge')}</h4><p>{escape(goal_verdict(language, tried))}</p>",
        f"<h4>{text(language, 'end_checks')}</h4><p>{answered}</p>",
        f"<h4>{text(language, 'end_command')}</h4>",
    )
    size = small_size(desk)
    st.code(command_of(lesson.scenario(mine.values, pack), size), language="bash", wrap_lines=True)


def grade(desk: Desk, lesson: Lesson, mine: Progress, at: int) -> str:
    """right, close or wrong; "" where this run cannot tell."""
    one, given = lesson.questions[at], mine.answers[at]
    found = known_for(desk, lesson, mine, one, Slot())
    if not answerable(one, found):
        return ""
    divisor = words.Unit(desk.language, one.figure, found.small).divisor if one.kind == "estimate" else 1.0
    return judge(one, given if one.kind in CHOICES else float(given) * divisor, found).grade
