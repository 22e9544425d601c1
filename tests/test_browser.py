"""A facilitator's way through the app in a real browser, at both sizes and in both languages.

Needs Debian's or another Chromium and the Playwright package for Python; where one is missing the tests are skipped and
say why. The server simulates a tiny city.
"""

import re
from collections.abc import Callable

import pytest

from benchmarks.load.server import app_server
from scenarios import read_address
from tests.browsers import open_browser
from ui.page import VIEWS

SIZES = [(1366, 768), (1920, 1080)]
DONE = {"zh": re.compile(r"^\D*\d+ 种未来$"), "en": re.compile(r"^\D*\d+ futures$")}
KEY_PARTS = (".st-key-header", ".figures", ".st-key-fill_left", ".st-key-fill_right", ".st-key-actions")
SCROLLS = """() => {
  const over = e => !!e && e.scrollHeight > e.clientHeight + 1;
  const html = document.documentElement;
  return {page: html.scrollHeight > innerHeight || html.scrollWidth > innerWidth,
          main: over(document.querySelector('[data-testid=stMain]')),
          side: over(document.querySelector('[data-testid=stSidebarContent]'))};
}"""


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests of this file."""
    with open_browser() as running:
        yield running


@pytest.fixture(scope="module")
def server(root):
    """Address of an app that simulates a tiny city with three futures."""
    tiny = {"JIANGMEN_APP_SCALE": "0.001", "JIANGMEN_APP_REPLICATES": "3", "JIANGMEN_APP_REFINED": "3"}
    with app_server(root, **tiny) as (url, _):
        yield url


class Screen:
    """A page, the hosts that it asked and the errors that it met."""

    def __init__(self, browser, size: tuple[int, int], url: str, language: str):
        self.language = language
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.page.on("request", lambda r: self.hosts.add(r.url.split("/")[2] if "//" in r.url else r.url.split(":")[0]))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(url)
        self.settled()

    def settled(self) -> None:
        """Wait until all futures are in and drawn."""
        status = self.page.locator(".st-key-status p").filter(has_text=DONE[self.language])
        status.wait_for(timeout=180_000)
        self.page.wait_for_timeout(400)

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()

    def figures(self) -> str:
        return self.page.locator(".figures").inner_text()

    def boxes(self) -> dict[str, dict]:
        return {part: self.page.locator(part).first.bounding_box() for part in KEY_PARTS}

    def hold(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so; it may take long on a loaded machine."""
        for _ in range(720):
            if is_so():
                return
            self.page.wait_for_timeout(250)
        raise AssertionError("not so within three minutes")

    def repeat(self, act: Callable[[], object], is_seen: Callable[[], bool], times: int = 6) -> None:
        """Act until the effect is seen: a page that is being drawn anew may miss a key or a click."""
        for _ in range(times):
            act()
            for _ in range(40):
                self.page.wait_for_timeout(250)
                if is_seen():
                    return
        raise AssertionError(f"no effect after {times} times")

    def until(self, get: Callable, wanted):
        """What `get()` gives once it is `wanted`, at last after 20 s: the page may still be drawn."""
        for _ in range(80):
            if get() == wanted:
                break
            self.page.wait_for_timeout(250)
        return get()

    def overlaps(self) -> list[tuple[str, str]]:
        """Pairs of key parts that overlap."""
        boxes = self.boxes()
        names = list(boxes)
        return [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if overlap(boxes[a], boxes[b])]


def overlap(a: dict, b: dict) -> bool:
    apart = (
        a["x"] + a["width"] <= b["x"] + 1
        or b["x"] + b["width"] <= a["x"] + 1
        or a["y"] + a["height"] <= b["y"] + 1
        or b["y"] + b["height"] <= a["y"] + 1
    )
    return not apart


def check_fits(screen: Screen) -> None:
    still = {"page": False, "main": False, "side": False}
    assert screen.until(lambda: screen.page.evaluate(SCROLLS), still) == still
    assert "�" not in screen.page.inner_text("body")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_facilitators_way_through_the_app(browser, server, size, language):
    screen = Screen(browser, size, f"{server}?lang={language}", language)
    page = screen.page
    check_fits(screen)
    assert screen.until(screen.overlaps, []) == []
    assert screen.boxes()[".st-key-fill_left"]["height"] > 0.4 * size[1]
    page.locator(".st-key-fill_left").locator("canvas, svg").first.wait_for()
    page.locator(".st-key-fill_right").locator("canvas, svg").first.wait_for()
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[language]

    before = screen.figures()
    slider = page.locator("[class*=st-key-main-new_homes] input").first

    def press() -> None:
        slider.focus()
        for _ in range(8):
            page.keyboard.press("ArrowRight", delay=20)

    screen.repeat(press, lambda: screen.figures() != before)
    # whatever was pressed while the page was drawn anew: lever, address and figures say the same
    screen.hold(lambda: [float(slider.input_value())] == [s.path.values[-1] for s in read_address(page.url).settings])
    screen.settled()
    after = screen.figures()
    assert read_address(page.url).settings[0].lever == "new_homes"
    check_fits(screen)

    screen.repeat(lambda: screen.click(".st-key-undo button"), lambda: screen.figures() != after)
    undo = page.locator(".st-key-undo button").first

    def undone() -> bool:
        if undo.is_disabled():
            return screen.figures() == before
        undo.evaluate("button => button.click()")  # a button that is out of use by now ignores it
        page.wait_for_timeout(750)
        return False

    screen.hold(undone)
    screen.hold(lambda: read_address(page.url).settings == ())

    screen.click(".st-key-pin button")
    for number, view in enumerate(VIEWS):
        tab = page.locator(".st-key-header button").nth(number)
        screen.repeat(tab.click, lambda view=view: read_address(page.url).look.get("view", "sandbox") == view)
        screen.settled()
        check_fits(screen)
    assert screen.hosts <= {server.split("/")[2], "data", "blob"}
    assert screen.errors == []
    screen.context.close()


def test_the_language_switch_keeps_the_levers_and_an_address_opens_again(browser, server):
    screen = Screen(
        browser, SIZES[0], f"{server}?permit_parity=0.9&new_homes.east=4000&a.neighbour_pull=1.2&seed=3", "zh"
    )
    numbers = re.findall(r"[\d.]+", screen.figures())
    screen.page.locator(".st-key-language button").nth(1).click()
    screen.language = "en"
    screen.page.locator("html[lang=en]").wait_for(state="attached")
    screen.settled()
    assert (
        read_address(screen.page.url).scenario.hash
        == read_address("permit_parity=0.9&new_homes.east=4000&a.neighbour_pull=1.2").scenario.hash
    )
    again = Screen(browser, SIZES[0], screen.page.url, "en")
    assert again.figures() == screen.figures()
    assert re.findall(r"[\d.]+", again.figures())[1] == numbers[1]
    for one in (screen, again):
        one.context.close()


def test_details_drawer_and_share_open_over_the_screen(browser, server):
    screen = Screen(browser, SIZES[0], f"{server}?permit_parity=0.9&lang=en", "en")
    for opener, inside in (
        ("[class*=st-key-details-housing] button", "[class*=st-key-levels_] button"),
        (".st-key-drawer button", ".st-key-assumption_drawer [data-testid=stSlider]"),
        (".st-key-share button", ".st-key-share_box code"),
    ):
        button, body = screen.page.locator(opener).first, screen.page.locator("[data-testid=stPopoverBody]")

        def open_it(button=button, body=body) -> None:
            if body.count() == 0:
                button.focus()
                button.press("Enter")

        screen.repeat(open_it, screen.page.locator(inside).first.is_visible)
        box = body.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= SIZES[0][1] + 1
        screen.repeat(lambda: screen.page.keyboard.press("Escape"), lambda body=body: body.count() == 0)
    assert "permit_parity=0.9" in screen.page.url
    screen.context.close()


def test_the_wall_shows_charts_without_controls(browser, server):
    screen = Screen(browser, SIZES[1], f"{server}?permit_parity=0.9&view=wall", "zh")
    check_fits(screen)
    assert screen.page.locator("[data-testid=stSidebar]:visible").count() == 0
    screen.context.close()
