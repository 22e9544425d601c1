"""One household or person laid open: its life on the map, one decision, one year rule by rule, an equation changed."""

from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from scenarios.address import END, START
from scenarios.runner import replicate_seed
from scenarios.scenario import Scenario
from sim.catalogue import parameters
from sim.inside.cases import goers, row_of
from sim.inside.choice import choice, terms
from sim.inside.flips import HUKOU, MOVING, flips
from sim.inside.tipping import tips
from sim.inside.year import Applied, year_of
from sim.synthesis import start_population
from sim.trace import trace_household
from ui.city import city_pack
from ui.desk import Desk
from ui.levers import Slider as SliderShape
from ui.levers import draw_slider, round_step
from ui.menus import menu
from ui.simulate import Size, memory
from ui.teach import words
from ui.teach.charts import life_map, terms_chart
from ui.teach.runs import Kept, small_size, world_of
from ui.texts import number, text, title, unit
from ui.widgets import key_of

VIEWS = ("life", "decision", "year", "equation")
HOUSEHOLDS, PERSONS = "household", "person"
MAP_HEIGHT = 440


@dataclass
class Look:
    """Whom the session follows, and where it looks."""

    who: str = HOUSEHOLDS
    key: int = 0
    view: str = "life"
    year: int = 0  # 0: none chosen yet
    asked: int = 0  # number of the rule whose equation is shown
    parameter: str = "stay_weight"
    value: float | None = None


def look(scenario: Scenario, size: Size) -> Look:
    """The session's look, with somebody to begin with."""
    if "look inside" not in st.session_state:
        st.session_state["look inside"] = Look(key=somebody(scenario, size, HOUSEHOLDS, 0))
    return st.session_state["look inside"]


def somebody(scenario: Scenario, size: Size, who: str, after: int) -> int:
    """A household that decides to move in some year, or the head of one: the next after a key, in the order of keys."""
    keys = _remembered(("goers", scenario.hash, size), lambda: goers(world_of(scenario, size), END))
    households = start_population(city_pack(), START, size.scale).households
    if who == PERSONS:
        people = start_population(city_pack(), START, size.scale).people
        keys = sorted(int(k) for k in people.key[households.first[np.isin(households.key, np.array(keys, np.uint64))]])
    keys = keys or [int(households.key[0])]
    return next((key for key in keys if key > after), keys[0])


def lay_out(desk: Desk) -> None:
    """Whom to follow, and the four ways to look."""
    language, size = desk.language, small_size(desk)
    scenario = desk.address.scenario
    mine = look(scenario, size)
    _who(language, mine, scenario, size)
    life = _life(scenario, size, mine)
    if life is None:
        example = somebody(scenario, size, mine.who, 0)
        st.warning(text(language, "inside_unknown", year=START, example=example), icon=":material/person_off:")
        return
    with st.container(key="inside_views"):
        drawn = key_of(f"inside_view.{language}", mine.view)
        st.segmented_control(
            text(language, "teach_inside"), VIEWS, key=drawn, label_visibility="collapsed", required=True,
            format_func=lambda view: text(language, f"inside_{view}"),
            on_change=lambda: setattr(mine, "view", st.session_state[drawn] or "life"),
        )  # fmt: skip
    with st.container(key="lesson_body"):
        {"life": _show_life, "decision": _show_decision, "year": _show_year, "equation": _show_equation}[mine.view](
            desk, mine, scenario, size, life
        )


def _who(language: str, mine: Look, scenario: Scenario, size: Size) -> None:
    """Household or person, the key, another one."""

    def kind(chosen: str) -> None:
        mine.who, mine.key, mine.year = chosen, somebody(scenario, size, chosen, 0), 0

    def typed(key: str) -> None:
        given = str(st.session_state[key]).strip()
        mine.key, mine.year = int(given) if given.isdecimal() and int(given) < 2**64 else 0, 0

    def another() -> None:
        mine.key, mine.year = somebody(scenario, size, mine.who, mine.key), 0

    with st.container(horizontal=True, vertical_alignment="bottom", key="inside_who"):
        drawn = key_of(f"inside_kind.{language}", mine.who)
        st.segmented_control(
            text(language, "inside_who"), (HOUSEHOLDS, PERSONS), key=drawn, required=True,
            format_func=lambda one: text(language, f"inside_{one}"), on_change=lambda: kind(st.session_state[drawn]),
        )  # fmt: skip
        key = key_of(f"inside_key.{language}", str(mine.key))
        st.text_input(text(language, "inside_key"), key=key, on_change=lambda: typed(key), width=260)
        st.button(
            text(language, "inside_another"), key="inside_another", icon=":material/casino:",
            on_click=another,
        )  # fmt: skip


def _remembered(what: tuple, make):
    """Something computed once for all who look at it."""
    return memory().ask(("inside", *what), lambda: Kept(make())).result().value


def _life(scenario: Scenario, size: Size, mine: Look) -> list[dict] | None:
    """Years of a life (`sim.trace`); None when nobody has the key."""

    def make() -> list[dict] | None:
        options = {"scale": size.scale, "seed": replicate_seed(size.seed, 0), "threads": 1, "pack": city_pack()}
        policy = scenario.policy(city_pack(), START, END)
        try:
            return trace_household(policy, mine.key, start=START, end=END, person=mine.who == PERSONS, **options)
        except KeyError:
            return None

    return _remembered(("life", scenario.hash, size, mine.who, mine.key), make)


def _place_words(language: str, at: dict) -> str:
    """A place of a life: town and part, or the outside place."""
    name = city_pack().place_name(at["place"], language)
    if at["part"] == "outside":
        return name
    part = text(language, f"part_{at['part']}")
    return f"{name}{part}" if language == "zh" else f"{name} ({part})"


# --- the life ---------------------------------------------------------------------------------------------------------


def _show_life(desk: Desk, mine: Look, scenario: Scenario, size: Size, life: list[dict]) -> None:
    language = desk.language
    left, right = st.columns([5, 6], gap="large")
    with left:
        data, spec = life_map(language, life)
        alt = text(language, "inside_map_alt", start=life[0]["year"], end=life[-1]["year"])
        st.vega_lite_chart(data, spec, width="stretch", height=MAP_HEIGHT, alt=alt)
        st.caption(text(language, "inside_policy", n=len(scenario.settings)))
    with right:
        st.html(f'<div class="lesson">{life_html(language, life)}</div>')


def life_html(language: str, life: list[dict]) -> str:
    """A row a year: home, members, income, what was weighed."""
    heads = [text(language, key) for key in ("year", "inside_home", "inside_people", "inside_income", "inside_weighed")]
    rows = []
    for year in life:
        weighed = year["weighing"]
        if not weighed or not weighed["considered"]:
            said = text(language, "inside_not_considered") if weighed else ""
        else:
            p = f"{100 * weighed['chosen']['probability']:.1f}"
            place = _place_words(language, weighed["chosen"])
            said = text(language, "inside_stayed" if weighed["stays"] else "inside_went", p=p, place=place)
        money = sum(year["income"]) / (words.FEW if language == "zh" else 1e3)
        home = f"{_place_words(language, year)} · {text(language, 'tenure_' + str(year['tenure']))}"
        cells = [year["year"], home, year["size"], f"{money:.1f}", said]
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    return f'<table class="life"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


# --- one decision -----------------------------------------------------------------------------------------------------


def _year_menu(language: str, mine: Look, life: list[dict], key: str) -> None:
    """A year that was lived; those of a move that was weighed are marked."""
    known = [y["year"] for y in life[1:]] or [START + 1]
    weighed = [y["year"] for y in life if y["weighing"] and y["weighing"]["considered"]]
    if mine.year not in known:
        mine.year = (weighed or known)[0]
    years = [str(year) for year in known]
    marks = {year: " ●" for year in weighed}
    menu(
        f"{key}.{language}", years, str(mine.year), lambda y: y + marks.get(int(y), ""),
        text(language, "inside_in_year"), lambda y: (setattr(mine, "year", int(y)), setattr(mine, "asked", 0)),
    )  # fmt: skip


def household_in(life: list[dict], year: int) -> int:
    """Key of the household before the decisions of a year: that of the year before."""
    return next(y["household"] for y in reversed(life) if y["year"] < year or y is life[0])


def _show_decision(desk: Desk, mine: Look, scenario: Scenario, size: Size, life: list[dict]) -> None:
    """Terms of the chosen and of the second-best place, and what would have tipped it."""
    language = desk.language
    _year_menu(language, mine, life, "decision_year")
    key = household_in(life, mine.year)
    made = _remembered(
        ("decision", scenario.hash, size, key, mine.year), lambda: _decision(scenario, size, key, mine.year)
    )
    if made is None:
        st.info(text(language, "inside_ended", year=mine.year))
        return
    if not made.considered:
        chance = {"hazard": f"{100 * made.hazard:.2f}", "u": f"{100 * made.u_consider:.2f}"}
        st.markdown(text(language, "inside_nothing", year=mine.year, **chance))
    else:
        named = [words.place_words(language, place) for place in (made.chosen, made.runner_up)]
        told = {"chosen": named[0], "other": named[1]}
        odds = {"p": f"{100 * made.p[0]:.2f}", "q": f"{100 * made.p[1]:.2f}"}
        st.markdown(text(language, "inside_two_places", **told, **odds))
        data, spec = terms_chart(language, made.terms, (named[0], named[1]))
        with st.container(key="teach_chart"):
            st.vega_lite_chart(data, spec, width="stretch", height=330)
    found = made.tips[:3] or (None,) * made.considered
    for tip in found:
        instead = words.moves_words(language, made.home, tip.instead) if tip else ""
        said = words.tip_words(language, tip, instead, made.hazard, made.u_consider)
        st.html(f'<div class="lesson"><div class="verdict">{escape(said)}</div></div>')


@dataclass(frozen=True)
class Decided:
    """A weighing with its tips, as it is shown."""

    home: int
    considered: bool
    hazard: float
    u_consider: float
    chosen: int
    runner_up: int
    p: tuple[float, float]
    terms: tuple[dict[str, float], dict[str, float]]
    tips: tuple


def _decision(scenario: Scenario, size: Size, key: int, year: int) -> Decided | None:
    model = world_of(scenario, size).until(year, "moving")
    try:
        row = row_of(model, key)
    except KeyError:
        return None
    made = choice(model, row)
    pair = made.chosen, made.runner_up
    told = tuple(terms(model, made.table, made.who, place) for place in pair)
    return Decided(
        made.who.home, made.considered, made.hazard, made.u_consider, *pair,
        (made.probability(pair[0]), made.probability(pair[1])), told, tuple(tips(model, row, made)),
    )  # fmt: skip


# --- one year, rule by rule -------------------------------------------------------------------------------------------


def _show_year(desk: Desk, mine: Look, scenario: Scenario, size: Size, life: list[dict]) -> None:
    """The rules in the order of the model with this household's numbers; the equation of one of them beside."""
    language = desk.language
    key = household_in(life, mine.year)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _year_menu(language, mine, life, "rules_year")
        asked = _remembered(
            ("year", scenario.hash, size, key, mine.year), lambda: _rules(scenario, size, key, mine.year)
        )
        if not asked:
            st.info(text(language, "inside_ended", year=mine.year))
            return
        st.html(f'<div class="lesson rules">{rules_html(language, asked)}</div>')
    with right:
        at = min(mine.asked, len(asked) - 1)
        menu(
            f"asked.{language}", [str(i) for i in range(len(asked))], str(at),
            lambda i: f"{int(i) + 1}. {asked[int(i)].rule}", text(language, "inside_choose_rule"),
            lambda i: setattr(mine, "asked", int(i)),
        )  # fmt: skip
        one = asked[at]
        st.code(one.equation, language=None, wrap_lines=True)
        rows = "".join(_parameter_row(language, name) for name in one.parameters if name in parameters())
        if rows:
            st.html(f'<div class="lesson"><table><tbody>{rows}</tbody></table></div>')


def _rules(scenario: Scenario, size: Size, key: int, year: int) -> list[Applied]:
    try:
        return year_of(world_of(scenario, size), key, year)
    except KeyError:
        return []


def rules_html(language: str, asked: list[Applied]) -> str:
    """A row a rule: step, rule, of whom, numbers put in, result, draw."""
    heads = ["inside_rule", "inside_about", "inside_numbers", "inside_result", "inside_draw"]
    rows, step = [], ""
    for i, one in enumerate(asked):
        if one.step != step:
            step = one.step
            rows.append(f'<tr><td colspan="5"><b>{text(language, f"step_name_{step}")}</b></td></tr>')
        who = text(language, "inside_all" if one.age is None else "inside_aged", age=one.age)
        inputs = ", ".join(f"{name} {_short(value)}" for name, value in one.inputs.items())
        fate = ""
        if one.u is not None:
            fate = f"{one.u:.4f} · {text(language, 'inside_yes' if one.happens else 'inside_no')}"
        cells = [f"{i + 1}. {one.rule.partition('.')[2]}", who, inputs, _short(one.value), fate]
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{text(language, key)}</th>" for key in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _short(value) -> str:
    return str(value) if isinstance(value, bool | int) else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _parameter_row(language: str, name: str) -> str:
    entry = parameters()[name]
    value = ", ".join(f"{v:g}" for v in np.ravel(entry.default))
    kind = text(language, f"kind_{entry.kind}")
    return f"<tr><td>{escape(title(language, entry))}<br><small>{name}</small></td><td>{value}</td><td>{kind}</td></tr>"


# --- an equation changed ----------------------------------------------------------------------------------------------


def changeable() -> list[str]:
    """Parameters of moves and conversions that are one number."""
    return [key for key, e in parameters().items() if e.group in (MOVING, HUKOU) and isinstance(e.default, int | float)]


def _show_equation(desk: Desk, mine: Look, scenario: Scenario, size: Size, life: list[dict]) -> None:
    """One parameter moved: which decisions of the year flip, all else as it was."""
    language = desk.language
    left, right = st.columns(2, gap="large")
    with left:
        _year_menu(language, mine, life, "equation_year")
        menu(
            f"parameter.{language}", changeable(), mine.parameter, lambda k: title(language, parameters()[k]),
            text(language, "inside_parameter"), lambda k: (setattr(mine, "parameter", k), setattr(mine, "value", None)),
        )  # fmt: skip
        entry = parameters()[mine.parameter]
        low, high = (float(edge) for edge in entry.bounds)
        now = float(entry.default) if mine.value is None else mine.value
        label = f"{text(language, 'inside_value')} · {title(language, entry)}"
        shape = SliderShape(low, high, round_step(high - low))
        draw_slider(shape, now, f"inside_value.{entry.key}", label, entry.source, lambda v: setattr(mine, "value", v))
        told = {"value": f"{entry.default:g}", "unit": unit(language, entry.unit), "source": entry.source}
        st.caption(
            text(
                language,
                "inside_default",
                title=title(language, entry),
                kind=text(language, f"kind_{entry.kind}"),
                **told,
            )
        )
    with right:
        found = _remembered(
            ("flips", scenario.hash, size, mine.year, mine.parameter, now),
            lambda: flips(world_of(scenario, size), mine.year, mine.parameter, now),
        )
        key = household_in(life, mine.year)
        said = text(
            language, "inside_flips", year=mine.year, n=found.households, before=found.decided, after=found.then,
            does=text(language, f"inside_does_{found.step}"), value=number(now), starts=len(found.starts),
            stops=len(found.stops), elsewhere=len(found.elsewhere), flipped=found.flipped,
        )  # fmt: skip
        own = text(language, f"inside_own_{found.of(key)}")
        st.html(f'<div class="lesson flips"><p>{escape(said)}</p><div class="verdict">{escape(own)}</div></div>')
