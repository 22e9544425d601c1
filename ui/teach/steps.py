"""The steps of a lesson, one function each: `step(desk, lesson, progress, status)` draws it."""

from html import escape

import streamlit as st

from scenarios.address import END, START
from scenarios.lessons import Lesson
from scenarios.lessons.answers import UNCLEAR, judge
from scenarios.lessons.evidence import Evidence
from scenarios.lessons.lesson import Figure, Knob, Question, in_force
from sim.catalogue import levers
from ui.board.share import hand_in
from ui.city import city_pack
from ui.desk import Desk
from ui.levers import draw_slider, lever_help, slider_of
from ui.panels import drawn
from ui.slot import Slot
from ui.teach import words
from ui.teach.charts import weights_chart
from ui.teach.progress import Progress
from ui.teach.runs import case_of, evidence, large_size, people_at, small_pairs, small_size
from ui.texts import place_name, text, title, unit
from ui.widgets import key_of

CHART_HEIGHT = 330


def html(*parts: str) -> None:
    st.html(f'<div class="lesson">{"".join(parts)}</div>')


def question(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """What is asked, what theory says, and the chain to watch."""
    language = desk.language
    left, right = st.columns([3, 2], gap="large")
    with left:
        html(
            f"<h3>{escape(lesson.question[language])}</h3><h4>{text(language, 'teach_theory')}</h4>",
            f"<p>{escape(lesson.theory[language])}</p>",
            f'<p class="note">{text(language, "teach_minutes", n=lesson.minutes)}</p>',
        )
    with right:
        links = "".join(f"<li>{escape(words.figure_name(language, f))}</li>" for f in lesson.chain)
        names = "".join(f"<li>{escape(knob_name(language, k))}</li>" for k in lesson.knobs)
        heading = text(language, "teach_lever" if len(lesson.knobs) == 1 else "teach_levers")
        html(
            f"<h4>{heading}</h4><ul>{names}</ul><h4>{text(language, 'teach_chain')}</h4>",
            f'<ul class="chainlist">{links}</ul>',
        )


def knob_name(language: str, knob: Knob) -> str:
    """The lever, and where it acts if that is not the whole city."""
    name = title(language, levers()[knob.lever])
    if knob.place == city_pack().city_id:
        return name
    where = place_name(language, knob.place)
    return f"{name}（{where}）" if language == "zh" else f"{name} ({where})"


def knob_sliders(desk: Desk, lesson: Lesson, values: dict[str, float], key: str) -> None:
    """One slider a lever of the lesson over `values`."""
    language, pack = desk.language, city_pack()
    for knob in lesson.knobs:
        entry = levers()[knob.lever]
        shape = slider_of(entry, knob.place == pack.city_id)

        def moved(value: float, lever: str = knob.lever) -> None:
            values[lever] = value

        label = f"**{knob_name(language, knob)}** · {unit(language, entry.unit)}"
        draw_slider(
            shape,
            values[knob.lever],
            f"{key}.{lesson.id}.{knob.lever}",
            label,
            lever_help(language, entry, shape),
            moved,
        )
        if len(lesson.knobs) == 1:
            told = {"value": f"{in_force(knob, pack):,g}", "low": f"{shape.low:g}", "high": f"{shape.high:,g}"}
            st.caption(text(language, "teach_lever_now", unit=unit(language, entry.unit), **told))


def bet(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """The lever, and the bet before the run; closed once it has run."""
    language = desk.language
    left, right = st.columns(2, gap="large")
    with left:
        html(f"<h4>{text(language, 'teach_lever' if len(lesson.knobs) == 1 else 'teach_levers')}</h4>")
        if mine.ran:
            _fixed_levers(language, lesson, mine)
        else:
            knob_sliders(desk, lesson, mine.values, "bet")
    with right:
        html(f"<h4>{text(language, 'teach_bet')}</h4>")
        name, kind = (
            words.figure_name(language, lesson.watch),
            words.Unit(language, lesson.watch, small_pairs(desk, lesson, {})),
        )
        st.markdown(text(language, "teach_bet_direction", year=END, figure=name))
        key = key_of(f"bet_direction.{lesson.id}.{language}", mine.direction)
        st.segmented_control(
            name, ["up", "down", UNCLEAR], key=key, label_visibility="collapsed", disabled=mine.ran,
            format_func=lambda one: text(language, f"answer_{one}"),
            on_change=lambda: setattr(mine, "direction", st.session_state[key]),
        )  # fmt: skip
        amount = key_of(f"bet_amount.{lesson.id}.{language}", mine.amount)
        st.number_input(
            text(language, "teach_bet_amount", unit=kind.of_difference), key=amount, disabled=mine.ran, value=None,
            step=step_of(kind), format="%.3f" if step_of(kind) < 0.01 else "%.2f", placeholder="0",
            on_change=lambda: setattr(mine, "amount", st.session_state[amount]),
        )  # fmt: skip
        state = "teach_bet_closed" if mine.ran else "teach_bet_ready" if mine.betted else "teach_bet_first"
        st.caption(text(language, state))
        if mine.ran:
            st.button(text(language, "teach_again"), key="again", icon=":material/replay:", on_click=mine.reopen)


def step_of(kind: words.Unit) -> float:
    """Step of a number that is typed in, by the unit."""
    return 0.001 if kind.code in ("ratio", "share", "index") else 0.1


def _fixed_levers(language: str, lesson: Lesson, mine: Progress) -> None:
    rows = "".join(
        f"<tr><td>{escape(knob_name(language, k))}</td><td>{mine.values[k.lever]:,g} "
        f"{escape(unit(language, levers()[k.lever].unit))}</td></tr>"
        for k in lesson.knobs
    )
    html(f"<table><tbody>{rows}</tbody></table>")


def run(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """The run: the small city at once, with its sampling error, then the larger city beside it; the bet is judged."""
    language = desk.language
    left, right = st.columns([1, 1], gap="large")
    with left:
        chart = Slot(st.container(key="teach_chart"))
    with right:
        verdict, table = Slot(), Slot()
    for found in gathered(desk, lesson, mine, status):
        if not found.small.baseline.has(lesson.watch.indicator, lesson.watch.place):  # flows have no start year
            chart.info(text(language, "no_value"))
        else:
            _draw_watched(chart, language, lesson.watch, found)
        hand_in(desk, lesson, mine, "run")  # the class board need not wait for the larger city
        verdict.html(f'<div class="lesson">{bet_verdict(language, lesson, mine, found)}</div>')
        table.html(f'<div class="lesson">{scale_table(desk, lesson.watch, found)}</div>')


def _draw_watched(chart: Slot, language: str, watched: Figure, found: Evidence) -> None:
    """Both worlds of the small city over the years."""
    data, spec, _, _ = drawn(found.small.baseline, found.small.current, watched.indicator, watched.place, language)
    name = words.figure_name(language, watched)
    chart.vega_lite_chart(data, spec | {"title": name}, width="stretch", height=CHART_HEIGHT, alt=name)


def gathered(desk: Desk, lesson: Lesson, mine: Progress, status: Slot):
    """The evidence of the student's bet as it comes in; the status line says what is being waited for."""
    language = desk.language

    def waiting(what: str) -> None:
        status.caption(text(language, f"teach_waiting_{what}"))

    waiting("small")
    found = None
    for found in evidence(desk, lesson, mine.values, waiting):
        yield found
    status.caption(
        text(language, "teach_ready", n=found.small.change(lesson.watch.indicator, lesson.watch.place).pairs)
    )


def bet_questions(lesson: Lesson) -> tuple[Question, Question]:
    """The two parts of the bet as questions."""
    return Question("direction", lesson.watch, (), {}), Question("estimate", lesson.watch, (), {})


def bet_verdict(language: str, lesson: Lesson, mine: Progress, found: Evidence) -> str:
    """Won, half won or lost, and the numbers."""
    way, size = bet_questions(lesson)
    divisor = words.Unit(language, lesson.watch, found.small).divisor
    first, second = judge(way, mine.direction, found), judge(size, mine.amount * divisor, found)
    state = "wrong" if not first.right else "right" if second.right else "close"
    said = " ".join(
        words.feedback(language, q, v, found).partition("** ")[2] for q, v in ((way, first), (size, second))
    )
    headline = text(language, f"bet_{state}").strip("*")
    return f'<div class="verdict {state}"><b>{headline}</b> {escape(said)}</div>'


def scale_table(desk: Desk, figure: Figure, found: Evidence) -> str:
    """Small city, its sampling error, the larger city: level and difference in the last year; a sentence on each."""
    language = desk.language
    shown = words.Unit(language, figure, found.small)
    small = found.small.change(figure.indicator, figure.place)
    large = found.large and found.large.change(figure.indicator, figure.place)
    errors = words.sampling_errors(figure, found) if found.samples else None
    size = large_size(desk)
    heads = [
        f"{words.figure_name(language, figure)}, {END}",
        text(language, "teach_small", n=f"{people_at(small_size(desk).scale):,}"),
        text(language, "teach_error"),
        text(language, "teach_large", n=f"{people_at(size.scale):,}", share=f"{100 * size.scale:.3g}"),
    ]
    spread = [f"± {shown.difference(error).lstrip('+')}" for error in errors] if errors else ["…", "…"]
    beside = ["…"] * 3
    if large:
        beside = [shown.level(large.baseline), shown.level(large.current), shown.difference(large.difference)]
    rows = (
        ("teach_baseline_level", shown.level(small.baseline), "", beside[0]),
        ("teach_current_level", shown.level(small.current), spread[0], beside[1]),
        ("teach_difference", shown.difference(small.difference), spread[1], beside[2]),
    )
    body = "".join(
        f"<tr><td>{text(language, key)}</td>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for key, *cells in rows
    )
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    told = words.scale_sentences(language, figure, found) if large else []
    notes = "".join(f'<p class="note">{escape(one)}</p>' for one in [*told, text(language, "teach_error_about")])
    whole = f'<p class="note">{escape(whole_city(language))}</p>' if large else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}{whole}"


def whole_city(language: str) -> str:
    """Why the whole city is not on the screen."""
    residents = float(city_pack().town_residents(START).sum())
    return text(language, "scale_whole", n=f"{residents / (1e4 if language == 'zh' else 1e6):,.1f}")


def why(desk: Desk, lesson: Lesson, mine: Progress, status: Slot) -> None:
    """The chain with this run's numbers, and one household in both worlds."""
    language = desk.language
    left, right = st.columns([5, 6], gap="large")
    with left:
        table = Slot()
    with right:
        story, bars, tip = Slot(), Slot(st.container(key="teach_chart")), Slot()
    status.caption(text(language, "teach_waiting_small"))
    found = small_pairs(desk, lesson, mine.values)
    table.html(f'<div class="lesson">{chain_table(language, lesson, found)}</div>')
    status.caption(text(language, "teach_waiting_case"))
    case = case_of(desk, lesson, mine.values).result().value
    status.caption(text(language, "teach_ready", n=found.change(lesson.watch.indicator, lesson.watch.place).pairs))
    heading = f"<h4>{text(language, 'case_title')}</h4>"
    if case is None:
        story.html(f'<div class="lesson">{heading}<p>{text(language, "case_none")}</p></div>')
        return
    said = "".join(f"<p>{escape(one)}</p>" for one in words.case_story(language, case))
    story.html(f'<div class="lesson">{heading}<div class="story">{said}</div></div>')
    if case.weights:
        data, spec = weights_chart(language, case.weights, text(language, "weights_moves"))
        bars.vega_lite_chart(data, spec, width="stretch", height=60 + 28 * len(case.weights))
    tip.html(f'<div class="lesson"><div class="verdict">{escape(words.case_tip(language, case))}</div></div>')


def chain_table(language: str, lesson: Lesson, found) -> str:
    """Each link of the chain: baseline, policy, difference, which way and in how many futures."""
    rows, clear = [], 0
    for figure in lesson.chain:
        change = found.change(figure.indicator, figure.place)
        shown = words.Unit(language, figure, found)
        way = words.chain_word(language, change)
        clear += way != text(language, "chain_unclear")
        cells = [shown.level(change.baseline), shown.level(change.current), shown.difference(change.difference)]
        counted = f"{change.up}↑ {change.down}↓"
        rows.append(
            f"<tr><td>{escape(words.figure_name(language, figure))}</td>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + f'<td class="way">{way} <small>{counted}</small></td></tr>'
        )
    heads = ["", *(text(language, f"teach_{k}") for k in ("baseline_level", "current_level", "difference")), ""]
    head = "".join(f"<th>{one}</th>" for one in heads)
    said = text(language, "chain_clear", k=clear, m=len(lesson.chain))
    return (
        f"<h4>{text(language, 'teach_chain')} · {END}</h4><table><thead><tr>{head}</tr></thead>"
        f'<tbody>{"".join(rows)}</tbody></table><p class="note">{said}</p>'
    )
