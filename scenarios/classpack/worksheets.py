"""Worksheets and the teacher's key as reports, from lesson files and their runs."""

from pathlib import Path

import numpy as np

from scenarios.address import END, FROM_YEAR
from scenarios.classpack.lessons import Taught, people_of
from scenarios.handout.axes import Position
from scenarios.lessons.answers import direction_of, relative_changes, scatter
from scenarios.lessons.lesson import Figure, Question
from scenarios.outputs import model_version
from scenarios.paired import Change
from scenarios.reports.blocks import Block, Report, Table
from scenarios.reports.texts import Texts
from scenarios.reports.wording import difference, titled
from scenarios.tables import number, shown_unit
from sim.catalogue import indicators

say = Texts(Path(__file__).parent / "texts.yaml")
ON_PAPER = ("direction", "estimate", "futures", "most", "scale")  # others ask about one household of the app
BILLION = 10.0  # 100 million yuan


def name(figure: Figure, lang: str, pack) -> str:
    """The indicator, and the place where it is not the whole city."""
    title = titled(indicators()[figure.indicator], lang)
    if figure.place == pack.city_id:
        return title
    where = pack.place_name(figure.place, lang)
    return f"{title}（{where}）" if lang == "zh" else f"{title} ({where})"


def gap_unit(figure: Figure, lang: str) -> str:
    """The unit of a difference: of two percentages percentage points."""
    unit = indicators()[figure.indicator].unit
    return shown_unit("percentage_points" if unit == "percent" else unit, lang)[2]


def position_name(position: Position, lang: str) -> str:
    return f"{position.value:,g} {position.names[lang]}".strip()


def tried(taught: Taught) -> Position:
    """The position that the lesson tries first; the furthest where it names none."""
    positions, start = taught.grid.axes[0].positions, taught.lesson.knobs[0].start
    return next((p for p in positions if p.value == start), positions[-1])


def worksheet(taught: Taught, lang: str, file: str, pack) -> Report:
    """What students fill in with the hand-out; no figure of a result stands on it."""
    lesson, axis = taught.lesson, taught.grid.axes[0]
    now = next(p for p in axis.positions if not p.settings)
    any_result = next(iter(taught.runs[taught.scale].values()))
    title = say("sheet_title", lang, title=lesson.title[lang])
    report = Report(title, lang, [Block("paragraph", say("sheet_name", lang, minutes=lesson.minutes, file=file))])
    version = {"seed": any_result.seed, "version": model_version(pack.hash)}
    report.footer = say("sheet_footer", lang, title=lesson.title[lang], **version)
    blank = Block("paragraph", say("line", lang))
    bet = say(
        "bet_line", lang, lever=axis.titles[lang], now=position_name(now, lang), year=END,
        value=position_name(tried(taught), lang), figure=name(lesson.watch, lang, pack),
        unit=gap_unit(lesson.watch, lang),
    )  # fmt: skip
    arrow = " → "
    chain = arrow.join(name(f, lang, pack) for f in lesson.chain)
    futures = any_result.values.shape[0] * any_result.values.shape[1]
    budget = lesson.budget if lang == "zh" else lesson.budget / BILLION
    told = {"text": " ".join(lesson.challenge[lang].split()), "from": FROM_YEAR, "year": END, "budget": f"{budget:g}"}
    parts = {
        "part_question": [Block("paragraph", _flat(lesson.question[lang])),
                          Block("note", say("theory", lang, text=_flat(lesson.theory[lang])))],
        "part_bet": [Block("paragraph", bet), blank, blank],
        "part_run": [Block("paragraph", say("record_line", lang, year=END, n=futures)), _record(taught, lang, pack)],
        "part_why": [Block("paragraph", say("chain_line", lang, chain=chain)), blank, blank, blank],
        "part_challenge": [Block("paragraph", say("budget_line", lang, **told)), blank, blank],
        "part_check": [b for q in _asked(lesson.questions, lang, pack) for b in (Block("item", q), blank)],
    }  # fmt: skip
    for key, blocks in parts.items():
        report.blocks += [Block("heading", say(key, lang), level=2), *blocks]
    return report


def _flat(text: str) -> str:
    return " ".join(text.split())


def _record(taught: Taught, lang: str, pack) -> Block:
    """An empty table: a row a position of the lever, columns for what is watched."""
    figures = [taught.lesson.watch, *[f for f in taught.lesson.chain if f != taught.lesson.watch][:2]]
    head = [say("head_position", lang)]
    for figure in figures:
        unit = shown_unit(indicators()[figure.indicator].unit, lang)[2]
        head += [say("head_value", lang, figure=name(figure, lang, pack), unit=unit), say("head_futures", lang)]
    rows = [[position_name(p, lang), *[""] * (2 * len(figures))] for p in taught.grid.axes[0].positions]
    return Block("table", table=Table(head, rows, [1.4, *[1.8, 1.0] * len(figures)]))


def _asked(questions: tuple[Question, ...], lang: str, pack) -> list[str]:
    asked = []
    for q in questions:
        if q.kind not in ON_PAPER:
            continue
        values = {"year": END}
        if q.figure:
            values |= {"figure": name(q.figure, lang, pack), "unit": gap_unit(q.figure, lang)}
        values["list"] = say_list([name(f, lang, pack) for f in q.of], lang)
        asked.append(q.ask[lang] if q.ask else say(f"ask_{q.kind}", lang, **values))
    return asked


def say_list(names: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)


def key(lessons: list[Taught], lang: str, pack) -> Report:
    """For each lesson: what every position does, what it costs, whether it solves the challenge, and the answers."""
    first = next(iter(lessons[0].runs[lessons[0].scale].values()))
    about = {
        "percent": f"{100 * first.scale:g}", "people": f"{people_of(pack, first.scale):,}", "seed": first.seed,
        "n": first.values.shape[0] * first.values.shape[1],
    }  # fmt: skip
    report = Report(say("key_title", lang), lang, [Block("note", say("key_note", lang, **about))])
    for taught in lessons:
        report.blocks.append(Block("heading", taught.lesson.title[lang], level=2))
        report.blocks.append(_key_table(taught, lang, pack))
        value = position_name(tried(taught), lang)
        report.blocks.append(Block("paragraph", say("key_answers", lang, value=value)))
        report.blocks += [Block("item", text) for text in answers(taught, lang, pack)]
    return report


def _key_table(taught: Taught, lang: str, pack) -> Block:
    watch = taught.lesson.watch
    unit = indicators()[watch.indicator].unit
    rows = []
    for node, position in zip(taught.grid.nodes, taught.grid.axes[0].positions, strict=True):
        change = taught.pairs(node.scenario).change(watch.indicator, watch.place)
        judged = taught.judged(node.scenario, pack)
        verdict = "solved" if judged.solved else ("not_met" if judged.affordable else "over_budget")
        row = [position_name(position, lang), number(change.current, unit, lang)]
        row += [difference(change.difference, unit, lang), f"{change.up} / {change.down}"]
        rows.append([*row, number(judged.cost, "100m_yuan_2020", lang), say(verdict, lang)])
    figure = name(watch, lang, pack)
    head = [
        say("head_position", lang), say("head_value", lang, figure=figure, unit=shown_unit(unit, lang)[2]),
        say("head_difference", lang, figure=figure), say("head_up_down", lang), say("head_cost", lang),
        say("head_goal", lang),
    ]  # fmt: skip
    return Block("table", table=Table(head, rows, [1.6, 1.8, 1.8, 1.0, 1.2, 1.2]))


def answers(taught: Taught, lang: str, pack) -> list[str]:
    """The right answers at the position that the lesson tries, from the larger city's runs."""
    scenario = taught.grid.nodes[taught.grid.axes[0].positions.index(tried(taught))].scenario
    pairs, said = taught.pairs(scenario), []
    for q in taught.lesson.questions:
        if q.kind == "most":
            shares = relative_changes(q.of, pairs)
            best = int(np.abs(shares).argmax())
            value = f"{100 * shares[best]:+.1f}"
            said.append(say("answer_most", lang, figure=name(q.of[best], lang, pack), value=value))
        elif q.kind == "scale" and len(taught.runs) > 1:
            small, large = (scatter(q.figure, taught.pairs(scenario, s)) for s in (min(taught.runs), taught.scale))
            said.append(say("answer_scale", lang, figure=name(q.figure, lang, pack), value=f"{small / large:.1f}"))
        elif q.kind in ON_PAPER and q.kind != "scale":
            change = pairs.change(q.figure.indicator, q.figure.place)
            unit = indicators()[q.figure.indicator].unit
            values = {"figure": name(q.figure, lang, pack), "n": change.pairs, "up": change.up, "down": change.down}
            values |= {"value": difference(change.difference, unit, lang), "truth": _truth(change, lang)}
            said.append(say(f"answer_{q.kind}", lang, **values))
    return said


def _truth(change: Change, lang: str) -> str:
    return say({"up": "higher", "down": "lower"}.get(direction_of(change), "unclear"), lang)
