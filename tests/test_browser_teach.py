"""Lessons walked to their end in a real browser, in both languages, on a small laptop's screen."""

import contextlib
import re
from collections.abc import Callable

import pytest

from benchmarks.load.server import app_server
from scenarios import read_address
from scenarios.lessons import course, template
from scenarios.lessons.course import VARIABLE
from sim.data import load_pack
from tests.browsers import open_browser

PATIENCE = 180_000  # ms
SIZE = {"width": 1366, "height": 768}
LESSONS = [lesson.id for lesson in course(load_pack())[0]]
CASES = [pytest.param(name, language, id=f"{name}-{language}") for name in LESSONS for language in ("zh", "en")]
DONE = re.compile(r"^\D*\d+ (种未来|futures)$")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
pytestmark = pytest.mark.slow  # a walk takes one to two minutes where others use the machine


@pytest.fixture(scope="module")
def own_lessons(tmp_path_factory):
    """A teacher's folder with a copy of the template and a broken file."""
    folder = tmp_path_factory.mktemp("lessons")
    (folder / "mine.yaml").write_text(template(), encoding="utf-8")
    (folder / "odd.yaml").write_text(template().replace("budget: 100", "budget: much"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def server(root, own_lessons):
    """An app whose cities are tiny: three futures of 2 400 and of 4 800 people."""
    sizes = {"JIANGMEN_TEACH_SCALE": "0.0005", "JIANGMEN_APP_SCALE": "0.001", "JIANGMEN_APP_REPLICATES": "3"}
    with app_server(root, **sizes, **{VARIABLE: str(own_lessons)}) as (address, _):
        yield address


@pytest.fixture(scope="module")
def browser():
    with open_browser() as running:
        yield running


class Pupil:
    """A page of the classroom, and the errors that it met."""

    def __init__(self, browser, server: str, lesson: str, language: str):
        self.context = browser.new_context(viewport=SIZE)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{server}?mode=teach&lesson={lesson}&lang={language}")
        self.page.locator(f"html[lang={'zh-CN' if language == 'zh' else 'en'}]").wait_for(state="attached")

    def until(self, act: Callable, seen: Callable[[], bool], tries: int = 40) -> None:
        """Repeats an action until its effect is seen: a page that is just being drawn may miss one, or take away what
        was to be pressed."""
        from playwright.sync_api import TimeoutError as NotThere

        for _ in range(tries):
            self.page.set_default_timeout(4_000)
            with contextlib.suppress(NotThere):
                act()
            self.page.set_default_timeout(PATIENCE)
            for _ in range(12):
                if seen():
                    return
                self.page.wait_for_timeout(250)
        raise AssertionError("an action had no effect")

    def at_step(self, number: int) -> bool:
        chosen = self.page.locator(".st-key-steps [aria-checked=true], .st-key-steps [data-testid*=Active]")
        return chosen.count() > 0 and chosen.first.inner_text().strip().startswith(str(number))

    def onward(self, number: int) -> None:
        """To the step with this number, by the button."""
        button = self.page.locator(".st-key-teach_next button")

        def press() -> None:
            if not self.at_step(number) and button.is_enabled():
                button.click()

        self.until(press, lambda: self.at_step(number))

    def ready(self) -> None:
        """Until nothing is being waited for."""
        self.page.locator(".st-key-teach_status p").filter(has_text=DONE).first.wait_for()

    def check(self, language: str) -> None:
        """Nothing sticks out at the side, nothing failed, and the words are of one language."""
        page = self.page
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        assert page.locator(".st-key-failure").count() == 0
        assert self.errors == []
        text = page.locator(".st-key-lesson_body").inner_text()
        assert len(text) > 40 and "{" not in text
        if language == "en":
            assert not CHINESE.search(text), text
        else:
            assert CHINESE.search(text)


def bet(pupil: Pupil, way: int, amount: str) -> None:
    """Places a bet and waits until it stands."""
    page, button = pupil.page, pupil.page.locator(".st-key-teach_next button")
    choice = page.locator("[class*=st-key-bet_direction] button").nth(way)
    number = page.locator("[class*=st-key-bet_amount] input").first

    def place() -> None:
        if "true" not in (choice.get_attribute("aria-checked") or "", choice.get_attribute("aria-pressed") or ""):
            choice.click()
            page.wait_for_timeout(400)
        number.fill(amount)
        number.press("Enter")

    pupil.until(place, button.is_enabled)


def answer(pupil: Pupil, nth: int) -> str:
    """Gives the nth answer to the question on the screen (a number where it wants one); returns the feedback."""
    page = pupil.page
    body = page.locator(".st-key-lesson_body")
    box, radios = body.locator("[class*=st-key-answer] input[type=number]"), body.locator("[data-testid=stRadioOption]")
    before = page.locator(".st-key-feedback").inner_text() if page.locator(".st-key-feedback").count() else ""

    def give() -> None:
        if box.count():
            box.first.fill(str((nth + 1) * 3))
            box.first.press("Enter")
        else:
            radios.nth(nth).click()

    def told() -> bool:
        shown = page.locator(".st-key-feedback")
        return shown.count() > 0 and shown.inner_text() not in ("", before)

    pupil.until(give, told)
    return page.locator(".st-key-feedback").inner_text()


@pytest.mark.parametrize(("name", "language"), CASES)
def test_a_lesson_is_walked_to_its_end(browser, server, name, language):
    lesson = next(one for one in course(load_pack())[0] if one.id == name)
    pupil = Pupil(browser, server, name, language)
    page = pupil.page
    page.locator(".lesson h3").filter(has_text=lesson.question[language][:12]).wait_for()
    pupil.check(language)

    pupil.onward(2)
    bet(pupil, 0, "2")
    pupil.check(language)

    pupil.onward(3)
    page.locator(".lesson .verdict").first.wait_for()
    pupil.ready()
    cells = page.locator(".lesson table").first.locator("tbody td").all_inner_texts()
    assert len(cells) == 12 and "…" not in cells and sum("±" in cell for cell in cells) == 2
    page.locator(".st-key-teach_chart").locator("canvas, svg").first.wait_for()
    pupil.check(language)

    pupil.onward(4)
    page.locator(".lesson table tbody tr").nth(len(lesson.chain) - 1).wait_for()
    pupil.ready()
    pupil.check(language)

    pupil.onward(5)
    assert_goals(pupil, len(lesson.goals))
    pupil.check(language)

    pupil.onward(6)
    for number in range(len(lesson.questions)):
        if number:
            shown = page.locator(".st-key-lesson_body .lesson").first
            before = shown.inner_text()
            one = page.locator(f".st-key-ask_{number} button")
            pupil.until(one.click, lambda old=before, now=shown: now.inner_text() != old)
        if number < 2:  # the first two of every lesson can be answered from any run
            page.locator("[class*=st-key-answer]").first.wait_for()
            told = [answer(pupil, nth) for nth in range(3)]
            assert len(set(told)) == 3  # each answer is told something of its own
            assert all(re.search(r"\d", one) for one in told)
    pupil.check(language)

    pupil.onward(7)
    code = page.locator("[data-testid=stCode] code")
    code.wait_for()
    address = read_address(re.search(r'"(\?.*)"', code.inner_text()).group(1))
    assert not address.problems and address.scale == 0.0005
    assert {s.lever for s in address.settings} <= {k.lever for k in lesson.knobs}
    pupil.check(language)
    pupil.context.close()


def assert_goals(pupil: Pupil, count: int) -> None:
    """Every goal and the budget is judged."""
    goals = pupil.page.locator(".lesson .goal")
    goals.nth(count).wait_for()
    assert goals.count() == count + 1
    assert all(one.startswith(("✓", "✗")) for one in goals.all_inner_texts())


def test_a_copy_of_the_template_is_taught_and_a_broken_file_is_explained(browser, server):
    pupil = Pupil(browser, server, "mine", "en")
    pupil.page.locator(".lesson h3").filter(has_text="Do more new homes").wait_for()
    pupil.check("en")
    pupil.context.close()
    for language, words in (("zh", ("odd.yaml", "第 56 行", "challenge.budget", "须为数字")),
                            ("en", ("odd.yaml", "line 56", "challenge.budget", "must be a number"))):  # fmt: skip
        pupil = Pupil(browser, server, "odd", language)
        said = pupil.page.locator(".st-key-broken")
        said.wait_for()
        assert all(word in said.inner_text() for word in words)
        assert pupil.errors == []
        pupil.context.close()


def test_one_household_is_looked_into(browser, server):
    pupil = Pupil(browser, server, "inside", "zh")
    page = pupil.page
    page.locator("table.life tbody tr").nth(3).wait_for()
    views = page.locator(".st-key-inside_views button")
    for number, shown in ((1, ".st-key-lesson_body .verdict"), (2, ".lesson.rules tbody tr"), (3, ".lesson.flips p")):
        pupil.until(views.nth(number).click, lambda one=shown: page.locator(one).count() > 0)
        pupil.check("zh")
    said = page.locator(".lesson.flips p").inner_text()
    slider = page.locator("[class*=st-key-inside_value] [role=slider], [class*=st-key-inside_value] input").first

    def move() -> None:
        slider.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")

    pupil.until(move, lambda: page.locator(".lesson.flips p").inner_text() != said)
    pupil.context.close()
