"""The frame of the lessons: which lesson, which step, in which language; a lesson's steps are in `ui.teach.steps`."""

import logging
from pathlib import Path

import streamlit as st

from scenarios.lessons import Broken, Lesson, course
from scenarios.outputs import model_version
from ui.actions import action
from ui.address_bar import keep_address
from ui.board.share import class_line, hand_in
from ui.city import city_pack
from ui.desk import Desk
from ui.menus import menu
from ui.page import language_switch, notices, style
from ui.simulate import explain
from ui.slot import Slot, fresh
from ui.teach import inside, steps, tasks
from ui.teach.progress import STEPS, progress
from ui.teach.runs import small_size
from ui.texts import text
from ui.widgets import key_of

INSIDE = "inside"
log = logging.getLogger(__name__)


def teach_page(here: Desk) -> None:
    """One run of the script in the classroom."""
    style(here, False)
    st.html(f"<style>{(Path(__file__).parent / 'teach.css').read_text(encoding='utf-8')}</style>")
    lessons, broken = course(city_pack())
    by_id = {lesson.id: lesson for lesson in lessons}
    chosen = here.look.get("lesson", "")
    with st.container(key="main"):
        header(here, by_id, broken, chosen)
        with st.container(key="notices"):
            notices(here)
        if chosen == INSIDE:
            _guarded(here, lambda: inside.lay_out(here))
        elif chosen in {one.id for one in broken}:
            tell_broken(here, next(one for one in broken if one.id == chosen))
        elif lessons:
            lay_out(here, by_id.get(chosen, lessons[0]))
        else:
            st.info(text(here.language, "teach_none"))
    keep_address(here)


def header(here: Desk, by_id: dict[str, Lesson], broken: list[Broken], chosen: str) -> None:
    """The lessons as a menu, the look inside, the way back to the sandbox, and the language."""
    language = here.language
    ids = [*by_id, *(one.id for one in broken), INSIDE]

    def name(key: str) -> str:
        if key == INSIDE:
            return text(language, "teach_inside")
        if key in by_id:
            return f"{list(by_id).index(key) + 1}. {by_id[key].title[language]}"
        return f"⚠ {key}.yaml"

    with st.container(horizontal=True, vertical_alignment="center", key="teach_header"):
        menu(
            f"teach_lesson.{language}", ids, chosen if chosen in ids else ids[0], name, text(language, "teach_lesson"),
            lambda key: here.see(lesson=key, step=""),
        )  # fmt: skip
        action("teach_to_sandbox", here, "tune", lambda: here.see(mode=""), label=text(language, "teach_sandbox"))
        class_line(here)
        language_switch(here)


def tell_broken(here: Desk, broken: Broken) -> None:
    """What is wrong with a file; the app goes on."""
    message = text(here.language, "teach_broken", message=broken.error.text(here.language))
    with st.container(key="broken"):
        st.error(message, icon=":material/error:")


def lay_out(here: Desk, lesson: Lesson) -> None:
    """Steps, the step that is on, and the way on."""
    language, mine = here.language, progress(lesson)
    step = here.look.get("step") or STEPS[0]
    step = step if step in STEPS else STEPS[0]
    if not mine.ran and STEPS.index(step) > STEPS.index("run"):
        step = "bet"
    if step == "run" and not mine.betted:
        step = "bet"
    if step == "run":
        mine.ran = True
    with st.container(key="steps"):
        drawn = key_of(f"step.{language}", step)
        st.segmented_control(
            text(language, "teach_steps"), STEPS, key=drawn, label_visibility="collapsed", required=True,
            format_func=lambda s: f"{STEPS.index(s) + 1} {text(language, f'step_{s}')}",
            on_change=lambda: here.see(step=st.session_state[drawn] or step),
        )  # fmt: skip
    with fresh((lesson.id, step, language, mine.asked), "lesson_body"):
        _guarded(here, lambda: step_of(step)(here, lesson, mine, Slot(st.container(key="teach_status"))))
    foot(here, lesson, step)
    _guarded(here, lambda: hand_in(here, lesson, mine, step))


def step_of(name: str):
    """The function that draws a step."""
    return getattr(steps, name, None) or getattr(tasks, name)


def foot(here: Desk, lesson: Lesson, step: str) -> None:
    """Back and on, and what the numbers are of."""
    language, at, mine = here.language, STEPS.index(step), progress(lesson)
    closed = step == "bet" and not mine.betted
    with st.container(horizontal=True, vertical_alignment="center", key="teach_foot"):
        st.button(
            text(language, "teach_back"), key="teach_back", icon=":material/arrow_back:", disabled=at == 0,
            on_click=lambda: here.see(step=STEPS[max(0, at - 1)]),
        )  # fmt: skip
        st.button(
            text(language, "teach_next"), key="teach_next", icon=":material/arrow_forward:", type="primary",
            disabled=closed or at == len(STEPS) - 1,
            on_click=lambda: here.see(step=STEPS[min(at + 1, len(STEPS) - 1)]),
        )  # fmt: skip
        size = small_size(here)
        scenario = lesson.scenario(mine.values, city_pack())
        st.caption(
            text(
                language, "end_numbers", hash=scenario.hash[:8], seed=size.seed, share=f"{100 * size.scale:.3g}",
                version=model_version(city_pack().hash),
            )
        )  # fmt: skip


def _guarded(here: Desk, draw) -> None:
    """Whatever goes wrong in a step, the student gets a sentence and the rest of the page stays."""
    try:
        draw()
    except Exception as error:
        log.exception("a step of a lesson failed")
        with st.container(key="failure"):
            st.error(text(here.language, "failed", message=explain(error, here.language)), icon=":material/error:")
