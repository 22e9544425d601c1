"""怎样达标: a target, a year, a budget and levers; up to three different mixes that reach it, or what binds."""

from dataclasses import dataclass, replace

import streamlit as st

from scenarios.address import END, FROM_YEAR, Address
from scenarios.analyses.reach import Answer, Reached
from scenarios.analyses.reaching import finding
from sim.catalogue import indicators, levers
from ui.budget import COST
from ui.city import city_pack
from ui.desk import Desk, preset
from ui.ensemble import Ensemble
from ui.levers import family_name
from ui.menus import menu
from ui.reaching import (
    CANDIDATES,
    FUTURES,
    MOST_LEVERS,
    Wish,
    first_levers,
    mixed,
    movable,
    planned,
    search,
    tidy,
    wants_more,
)
from ui.simulate import Size, ask
from ui.slot import Slot
from ui.tasks import Task, follow
from ui.texts import number, scaled, text, title, unit
from ui.views.why import task_row
from ui.why_panels import show_error, show_progress
from ui.widgets import key_of

FIRST = "urbanisation_rate"
SHARES = (0.5, 0.75, 1.0)


@dataclass(frozen=True)
class ReachPanel:
    """How far the search is."""

    task: Task | None
    language: str
    bar: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        return

    def follow(self) -> None:
        if self.task:
            show_error(self.bar, self.task, self.language)
            follow(self.task, lambda task: show_progress(self.bar, task, self.language))


def lay_out(desk: Desk) -> list[ReachPanel]:
    language, size = desk.language, Size.of(desk.address)
    left, right = st.columns([4, 5], gap="medium")
    with left, st.container(key="fill_wish"):
        wish = form(desk, size)
    with right, st.container(key="fill_mixes"):
        st.caption(text(language, "reach_intro", futures=FUTURES))
        if not wish.levers:
            st.info(text(language, "reach_pick", most=MOST_LEVERS), icon=":material/tune:")
            return []
        own = tuple(s for s in desk.address.settings if s.lever not in wish.levers)
        around = replace(desk.address, settings=own)
        key = ("reach", wish, around.scenario.hash, size)
        said = text(language, "reach_go", n=CANDIDATES)
        task = task_row(key, lambda task: search(wish, around, size, task), said, False, language)
        bar = Slot()
        if task and task.result:
            answers(desk, task.result, around)
    return [ReachPanel(task, language, bar)]


def form(desk: Desk, size: Size) -> Wish:
    """The question; kept for the session."""
    kept: dict = st.session_state.setdefault("reach wish", {})
    language = desk.language
    options = [k for k, e in indicators().items() if e.basis != "tracked"]
    indicator = kept.get("indicator", FIRST)

    def choose(key: str) -> None:
        st.session_state["reach wish"] = {"indicator": key, "year": kept.get("year", END)}

    menu(f"indicator_reach.{language}", options, indicator, lambda k: title(language, indicators()[k]),
         text(language, "reach_goal"), choose)  # fmt: skip
    entry = indicators()[indicator]
    year = keep_slider(kept, "year", text(language, "reach_by"), FROM_YEAR, END, END)
    baseline = ask(preset("baseline"), size, 0).result()
    at = baseline.years.tolist().index(year)
    now = baseline.values[:, baseline.places.index(city_pack().city_id), at]
    level = float(now[baseline.indicators.index(indicator)])
    across, beside = st.columns([2, 3], gap="small", vertical_alignment="bottom")
    with across:
        more = sense_menu(kept, wants_more(indicator), language)
    with beside:
        divisor, label = scaled(language, entry.unit, abs(level))
        aim = planned(indicator, year)
        value = keep_number(
            kept, f"value {year}", text(language, "reach_value", unit=label or unit(language, entry.unit)),
            round((level if aim is None else aim) / divisor, 3), language,
        ) * divisor  # fmt: skip
    chosen = lever_choice(kept, indicator, language)
    share = keep_share(kept, language)
    cost = float(now[baseline.indicators.index(COST)])
    budget = budget_choice(kept, cost, year, language)
    st.caption(text(language, "reach_kept"))
    return Wish(indicator, more, value, year, share, chosen, budget)


def keep_slider(kept: dict, name: str, label: str, low: int, high: int, first: int) -> int:
    key = key_of(f"reach.{name}", kept.get(name, first))

    def moved() -> None:
        kept[name] = st.session_state[key]

    return st.slider(label, low, high, key=key, on_change=moved)


def keep_number(kept: dict, name: str, label: str, first: float, language: str) -> float:
    key = key_of(f"reach.{name}.{language}", float(kept.get(name, {}).get(language, first)))

    def moved() -> None:
        kept[name] = {language: st.session_state[key]}

    return st.number_input(label, key=key, on_change=moved, format="%.6g")


def sense_menu(kept: dict, first: bool, language: str) -> bool:
    def choose(sense: str) -> None:
        kept["more"] = sense == "reach_from"

    more = kept.get("more", first)
    menu(f"sense.{language}", ("reach_from", "reach_to"), "reach_from" if more else "reach_to",
         lambda k: text(language, k), text(language, "reach_sense"), choose)  # fmt: skip
    return more


def lever_choice(kept: dict, indicator: str, language: str) -> tuple[str, ...]:
    options = list(movable())
    first = [k for k in kept.get("levers", first_levers(indicator)) if k in options]
    key = key_of(f"reach.levers.{language}", first)

    def moved() -> None:
        kept["levers"] = list(st.session_state[key])

    label = text(language, "reach_levers")
    said = {k: f"{family_name(language, levers()[k].family)} {title(language, levers()[k])}" for k in options}
    return tuple(
        st.multiselect(
            label, options, key=key, on_change=moved, format_func=said.get, max_selections=MOST_LEVERS,
            placeholder=text(language, "reach_pick", most=MOST_LEVERS),
        )
    )  # fmt: skip


def keep_share(kept: dict, language: str) -> float:
    key = key_of("reach.share", kept.get("share", SHARES[0]))

    def moved() -> None:
        kept["share"] = st.session_state[key] or SHARES[0]

    st.segmented_control(
        text(language, "reach_share"), SHARES, key=key, on_change=moved, format_func="{:.0%}".format, required=True
    )
    return kept.get("share", SHARES[0])


def budget_choice(kept: dict, cost: float, year: int, language: str) -> float | None:
    """The most that programmes may cost in the year, in 100 million yuan; none unless it is asked for."""
    key = key_of("reach.budget", kept.get("limited", False))

    def moved() -> None:
        kept["limited"] = st.session_state[key]

    told = text(language, "reach_spend", year=year, now=number(cost))
    if not st.toggle(told, key=key, on_change=moved):
        return None
    return keep_number(kept, "budget", unit(language, indicators()[COST].unit), round(cost + 50.0), language)


def answers(desk: Desk, found: Reached, around: Address) -> None:
    """One card a mix with a button that takes it to the sandbox; else what stands in the way."""
    language = desk.language
    if not found.answers:
        st.warning("\n\n".join(finding(found, city_pack()).sentences(language)), icon=":material/block:")
        card(desk, found, found.nearest, text(language, "reach_nearest"), "nearest", around)
        return
    st.success(text(language, "reach_found", tried=found.evaluations, n=len(found.answers)), icon=":material/flag:")
    shown = found.answers
    if shown[0].effort == 0:
        st.caption(text(language, "reach_already"))
        shown = shown[:1]
    for column, (k, answer) in zip(st.columns(len(shown), gap="small"), enumerate(shown), strict=True):
        with column:
            card(desk, found, answer, text(language, "reach_mix", k=k + 1), str(k), around)
    st.caption(text(language, "reach_few", n=FUTURES))


def card(desk: Desk, found: Reached, answer: Answer, name: str, key: str, around: Address) -> None:
    language, factors = desk.language, found.goal.experiment.factors
    values = {f.key: tidy(float(v), f.low, f.high) for f, v in zip(factors, answer.values, strict=True)}
    rows = [
        f"- {title(language, levers()[k])} **{v:,g}** {unit(language, levers()[k].unit)}"
        for k, v in values.items()
        if v != levers()[k].in_force(FROM_YEAR)
    ]
    with st.container(border=True, key=f"mix_{key}"):
        st.markdown(f"**{name}**")
        st.markdown("\n".join(rows) or text(language, "reach_start"))
        for t, got, agreeing in zip(found.goal.targets, answer.reached, answer.agreeing, strict=True):
            what = title(language, indicators()[t.indicator])
            st.markdown(text(language, "reach_value_got", what=what, value=t.told(float(got), language)))
            if t is found.goal.targets[0]:
                st.markdown(f"**{text(language, 'reach_odds', k=int(agreeing), n=answer.futures)}**")

        def take() -> None:
            desk.move(replace(mixed(around, values), look=desk.look))
            desk.see(view="sandbox")

        st.button(
            text(language, "reach_take"), key=f"take_mix_{key}", icon=":material/tune:", type="primary", on_click=take
        )
