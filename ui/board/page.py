"""`?mode=board`: the teacher's screen. It looks at the store every two seconds and never simulates."""

from collections import Counter

import pyarrow as pa
import streamlit as st

from scenarios.lessons import Lesson, course
from ui.address_bar import keep_address
from ui.board.export import FILES, table
from ui.board.share import boards, class_of
from ui.board.store import Sheet
from ui.board.words import say
from ui.city import city_pack
from ui.desk import Desk
from ui.menus import menu
from ui.page import language_switch, style
from ui.teach import words
from ui.texts import number

EVERY = 2.0  # seconds between looks
BET, TRUTH = "#0072B2", "#D55E00"


def board_page(here: Desk) -> None:
    """One run of the script of the board."""
    style(here, False)
    code = boards().open(class_of(here))
    if code != here.look.get("class"):
        here.see(**{"class": code})
    lessons = {lesson.id: lesson for lesson in course(city_pack())[0]}
    language, asked = here.language, here.look.get("lesson", "")
    chosen = asked if asked in lessons else next(iter(lessons))
    with st.container(key="main"):
        with st.container(horizontal=True, vertical_alignment="center", key="board_header"):
            st.markdown(f"**{say('board_title', language)}** · {say('board_code', language, code=code)}")
            menu(
                f"board_lesson.{language}", list(lessons), chosen, lambda key: lessons[key].title[language],
                say("board_lesson", language), lambda key: here.see(lesson=key),
            )  # fmt: skip
            language_switch(here)
        st.caption(say("board_join", language, code=code))
        shown = st.toggle(say("board_show", language), key="board_show")
        live(code, lessons[chosen], language, shown)
        with st.container(horizontal=True, vertical_alignment="center", key="board_foot"):
            for ending, (mime, make) in FILES.items():
                st.download_button(
                    f"{say('board_export', language)} {ending.upper()}",
                    lambda make=make: make(table(boards(), code, lessons, language)), f"class-{code}.{ending}", mime,
                    key=f"board_{ending}", on_click="ignore", icon=":material/download:",
                )  # fmt: skip
            st.button(say("board_clear", language), key="board_clear", on_click=boards().clear, args=(code,))
            st.caption(say("board_privacy", language))
    keep_address(here)


@st.fragment(run_every=EVERY)
def live(code: str, lesson: Lesson, language: str, shown: bool) -> None:
    """What the class has handed in until now."""
    sheets = boards().sheets(code, lesson.id)
    ran = [s for s in sheets if s.difference is not None]
    counts = {"joined": boards().students(code), "betted": len(sheets), "ran": len(ran)}
    st.markdown(f"### {say('board_counts', language, solved=sum(bool(s.solved) for s in sheets), **counts)}")
    if not sheets:
        st.info(say("board_waiting", language))
        return
    ways = Counter(s.direction for s in sheets)
    st.markdown(say("board_directions", language, **{w: ways.get(w, 0) for w in ("up", "down", "unclear")}))
    largest = max(abs(x) for s in sheets for x in (s.amount, s.difference) if x is not None)
    kind = words.Unit(language, lesson.watch, level=largest)
    figure = f"{words.figure_name(language, lesson.watch)}"
    st.markdown(f"**{say('board_bets', language, figure=figure)}**（{kind.of_difference}）")
    data, spec = dots(sheets, kind.divisor, language, shown)
    ends = [number(f(s.amount for s in sheets) / kind.divisor) for f in (min, max)]
    alt = say("board_alt", language, n=len(sheets), least=ends[0], most=ends[1])
    st.vega_lite_chart(data, spec, width="stretch", height=300, alt=alt)
    if shown and ran:
        st.markdown(outcome(ran, kind, language))
    answered = sum(s.answered for s in sheets)
    if shown and answered:
        st.markdown(say("board_answers", language, answered=answered, right=sum(s.right for s in sheets)))


def outcome(ran: list[Sheet], kind: words.Unit, language: str) -> str:
    """How many bets went the way of the runs, and how far runs differ (students may bet on different values)."""
    right = sum((s.difference > 0 and s.direction == "up") or (s.difference < 0 and s.direction == "down") for s in ran)
    ends = [number(f(s.difference for s in ran) / kind.divisor, sign=True) for f in (min, max)]
    told = {"least": ends[0], "most": ends[1], "unit": kind.of_difference}
    return say("board_outcome", language, n=len(ran), right=right, **told)


def dots(sheets: list[Sheet], divisor: float, language: str, shown: bool) -> tuple[pa.Table, dict]:
    """A dot a bet, stacked where bets are alike; the model's results as a second row when they are shown."""
    rows = [(say("board_bet", language), s.amount / divisor) for s in sheets]
    if shown:
        rows += [(say("board_truth", language), s.difference / divisor) for s in sheets if s.difference is not None]
    least, most = min(x for _, x in rows), max(x for _, x in rows)
    width = (most - least) / 30 or 1.0
    places, at = Counter(), []
    for who, x in rows:
        bin_of = round((x - least) / width)
        places[who, bin_of] += 1
        at.append(places[who, bin_of])
    data = pa.table({"who": [w for w, _ in rows], "x": [x for _, x in rows], "y": at})
    order = [say("board_bet", language), say("board_truth", language)]
    spec = {
        "mark": {"type": "point", "filled": True, "size": 160, "opacity": 0.85},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "title": None, "scale": {"zero": True, "nice": True}},
            "y": {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [0, max(6, *at) + 1]}},
            "color": {"field": "who", "type": "nominal", "title": None,
                      "legend": {"orient": "top", "labelFontSize": 16},
                      "scale": {"domain": order, "range": [BET, TRUTH]}},
            "shape": {"field": "who", "type": "nominal", "title": None,
                      "scale": {"domain": order, "range": ["circle", "diamond"]}},
        },
    }  # fmt: skip
    return data, spec
