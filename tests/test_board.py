"""The class board: bounds and threads of its store, what students hand in, what the teacher sees and takes home."""

import asyncio
import io
import threading

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.load.measure import board
from benchmarks.load.server import app_server
from scenarios.lessons import course
from sim.data import load_pack
from ui.board.export import COLUMNS, csv, table, xlsx
from ui.board.share import boards
from ui.board.store import CODE, Boards, Sheet
from ui.board.words import say
from ui.desk import DESK

TINY = {"JIANGMEN_APP_SCALE": "0.001", "JIANGMEN_TEACH_SCALE": "0.0005", "JIANGMEN_APP_REPLICATES": "2",
        "JIANGMEN_APP_REFINED": "2"}  # fmt: skip
LESSON = "push_and_pull"


def test_a_class_is_there_only_once_a_board_has_opened_it():
    store = Boards()
    assert store.join("ABCD", "someone") is None and store.hand_in("ABCD", "someone", LESSON, amount=1.0) is None
    code = store.open()
    assert CODE.fullmatch(code) and store.known(code) and store.open(code) == code
    assert store.open("no code at all") != "no code at all"


def test_students_are_numbers_in_the_order_of_arrival():
    store = Boards()
    code = store.open()
    assert [store.join(code, t) for t in ("a", "b", "a", "c")] == [1, 2, 1, 3]
    store.hand_in(code, "b", LESSON, amount=2.0, direction="up")
    after = store.hand_in(code, "b", LESSON, difference=3.0)
    assert after == Sheet(2, direction="up", amount=2.0, difference=3.0) and store.sheets(code, LESSON) == [after]
    version = store.version(code)
    store.hand_in(code, "b", LESSON, difference=3.0)
    assert store.version(code) == version  # nothing new
    store.clear(code)
    assert store.sheets(code, LESSON) == [] and store.students(code) == 3


def test_memory_is_bounded_in_classes_students_and_lessons():
    store = Boards(classes=3, students=4, lessons=2)
    codes = [store.open() for _ in range(10)]
    assert [store.known(c) for c in codes] == [False] * 7 + [True] * 3
    for k in range(50):
        for lesson in range(5):
            store.hand_in(codes[-1], f"t{k}", f"lesson {lesson}", amount=float(k))
    assert store.count() == (3, 4, 8) and store.join(codes[-1], "late") is None


def test_many_threads_at_once_lose_nothing():
    store = Boards()
    code = store.open()

    def study(k: int) -> None:
        for n in range(50):
            store.hand_in(code, f"t{k}", LESSON, amount=float(n))

    threads = [threading.Thread(target=study, args=(k,)) for k in range(30)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    sheets = store.sheets(code, LESSON)
    assert [s.student for s in sheets] == list(range(1, 31)) and {s.amount for s in sheets} == {49.0}


def test_every_word_is_in_both_languages():
    for key, pair in say.all.items():
        assert set(pair) == {"zh", "en"} and all(pair.values()), key


@pytest.fixture
def tiny(monkeypatch):
    for key, value in TINY.items():
        monkeypatch.setenv(key, value)


def opened(root, **query: str) -> AppTest:
    app = AppTest.from_file(str(root / "app.py"), default_timeout=300)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def words(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.markdown, *app.caption, *app.info])


def test_what_students_hand_in_is_on_the_board_and_in_the_files(root, tiny):
    boards.cache_clear()
    teacher = opened(root, mode="board", lesson=LESSON, lang="en")
    code = teacher.session_state[DESK].look["class"]
    assert not teacher.exception and "No bets yet" in words(teacher)
    student = opened(root, mode="teach", lesson=LESSON, step="bet", lang="en", **{"class": code.lower()})
    student.segmented_control(key=f"bet_direction.{LESSON}.en").set_value("up").run()
    student.number_input(key=f"bet_amount.{LESSON}.en").set_value(12.5).run()
    assert not student.exception and not student.error
    (sheet,) = boards().sheets(code, LESSON)
    assert (sheet.direction, sheet.difference, sheet.solved) == ("up", None, None)
    student.button(key="teach_next").click().run()
    (sheet,) = boards().sheets(code, LESSON)
    assert sheet.difference is not None
    teacher.run()
    assert "1 joined · 1 bets · 1 runs" in words(teacher) and "the model's mean differences" not in words(teacher)
    teacher.toggle(key="board_show").set_value(True).run()
    assert not teacher.exception and "Of 1 runs" in words(teacher)
    found = table(boards(), code, {one.id: one for one in course(load_pack())[0]}, "en")
    assert len(found) == 1 and list(found.columns) == [say(f"col_{c}", "en") for c in COLUMNS]
    again = pd.read_csv(io.BytesIO(csv(found)))
    assert again["model_difference"][0] == sheet.difference and again["bet_difference"][0] == sheet.amount
    assert pd.read_csv(io.BytesIO(csv(table(boards(), code, {}, "zh")))).empty
    assert xlsx(found)[:2] == b"PK"


def test_an_unknown_code_is_told_and_the_lesson_goes_on(root, tiny):
    student = opened(root, mode="teach", lesson=LESSON, step="bet", lang="en", **{"class": "ZZZZ"})
    assert not student.exception and not boards().known("ZZZZ")
    assert student.text_input(key="class_field").placeholder.startswith("no class ZZZZ")


def test_students_at_the_same_time_are_all_on_the_board(root):
    """A server of its own and clients without browsers; the benchmark does the same with thirty."""
    with app_server(root, **TINY) as (url, _):
        found = asyncio.run(board(url, 6))
    assert found["errors"] == [] and found["numbers"]
    assert found["on_the_board"]["n"] == 6 and "6 bets" in found["text"]
    assert "higher 2 · lower 2 · hard to tell 2" in found["text"]
