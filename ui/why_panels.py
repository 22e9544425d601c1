"""What the four parts of 为什么 show: contributions, chain, groups, one household."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import pyarrow as pa

from scenarios.address import END, START
from scenarios.scenario import Scenario
from scenarios.tracing import TENURES, place_told, reason_told
from scenarios.words import word
from sim.catalogue import indicators, levers
from ui.chain import Link, chain
from ui.city import city_pack
from ui.contributions import Worths, contributions, together
from ui.drawing import draw
from ui.ensemble import Ensemble
from ui.lives import Parted, TwoLives, both_lives, home
from ui.simulate import Size, explain
from ui.slot import NOTHING_YET, Slot
from ui.table import difference_text
from ui.tasks import Task, follow
from ui.texts import number, scaled, text, title
from ui.why_charts import gains_spec, waterfall_spec
from ui.winners import gains


@dataclass(frozen=True)
class Outcome:
    """What is explained, and how it is told."""

    indicator: str
    place: str
    language: str
    big: bool
    as_table: bool

    @property
    def entry(self):
        return indicators()[self.indicator]

    def told(self, value: float, level: float, bare: bool = False) -> str:
        """A difference with its sign and unit, in figures that suit the level."""
        divisor, _ = scaled(self.language, self.entry.unit, abs(level))
        return difference_text(value, self.entry.unit, divisor, abs(level), self.language, bare)


def show_progress(slot: Slot, task: Task, language: str) -> None:
    """A bar with the number of runs done, or that the task waits."""
    if not task.total:
        slot.progress(0.0, text=text(language, "task_waiting"))
        return
    said = text(language, "task_progress", k=task.done, n=task.total)
    slot.progress(min(1.0, task.done / task.total), text=said)


def show_error(slot: Slot, task: Task, language: str) -> None:
    if task.error:
        slot.error(text(language, "task_failed", message=explain(task.error, language)))


@dataclass(frozen=True)
class PartsPanel:
    """The waterfall, redrawn with every future that is done."""

    outcome: Outcome
    task: Task | None
    name: Callable[[str], str]
    chart: Slot
    words: Slot
    bar: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        if self.task:
            self._draw(self.task.found)

    def follow(self) -> None:
        if not self.task:
            return
        drawn = [0]

        def show(task: Task) -> None:
            show_progress(self.bar, task, self.outcome.language)
            if task.partial and task.partial.futures > drawn[0]:
                drawn[0] = task.partial.futures
                self._draw(task.partial)

        show_error(self.bar, self.task, self.outcome.language)
        follow(self.task, show)

    def _draw(self, worths: Worths | None) -> None:
        o = self.outcome
        if worths is None:
            self.chart.html(NOTHING_YET)
            return
        if o.indicator not in worths.indicators or o.place not in worths.places:
            self.chart.info(text(o.language, "no_value"))
            return
        try:
            found = contributions(worths, o.indicator, o.place)
        except ValueError as error:  # an indicator without values in the place
            self.chart.info(explain(error, o.language))
            return
        level = float(worths.of(o.indicator, o.place)[frozenset()].mean())
        divisor, label = scaled(o.language, o.entry.unit, abs(level))
        label = text(o.language, "percentage_points") if o.entry.unit == "percent" else label
        data = waterfall_table(found, self.name, divisor, lambda v: o.told(v, level, bare=True), o.language)
        heading = text(o.language, "difference_of", indicator=title(o.language, o.entry), unit=label)
        whole = o.told(found.mean, level)
        alt = text(o.language, "parts_alt", indicator=title(o.language, o.entry), whole=whole)
        draw(self.chart, data, waterfall_spec(o.language, heading, o.big), alt, o.as_table, o.language, ("sign",))
        self.words.caption(self._sentence(worths, whole, level))

    def _sentence(self, worths: Worths, whole: str, level: float) -> str:
        o = self.outcome
        act = together(worths, o.indicator, o.place)
        told = text(o.language, "beyond_none")
        if act.pair:
            mean = float(act.beyond.mean())
            told = text(
                o.language, "beyond_told",
                word=text(o.language, "beyond_more" if mean >= 0 else "beyond_less"),
                size=o.told(abs(mean), level).lstrip("+"),
                low=o.told(float(act.beyond.min()), level, True), high=o.told(float(act.beyond.max()), level, True),
                a=self.name(act.pair[0]), b=self.name(act.pair[1]), pair=o.told(float(act.pair_effect.mean()), level),
            )  # fmt: skip
        worlds = len(worths.values)
        return text(o.language, "parts_words", year=END, n=worths.futures, worlds=worlds, whole=whole, beyond=told)


def waterfall_table(found, name, divisor: float, told, language: str) -> pa.Table:
    """Columns part, start, end, value, low, high, sign, told, rank; the largest first, the whole last."""
    order = sorted(range(len(found.parts)), key=lambda k: -abs(found.means[k]))
    rows: dict[str, list] = {k: [] for k in ("part", "value", "low", "high", "start", "end", "sign", "told", "rank")}

    def add(label: str, value: float, futures, at: float, sign: str) -> None:
        known = futures[futures == futures]
        low, high = float(known.min()) / divisor, float(known.max()) / divisor
        arrow = "▲" if value > 0 else "▼" if value < 0 else "="
        shown = (label, value / divisor, low, high, at, at + value / divisor, sign, f"{arrow} {told(value)}")
        for field, cell in zip(rows, (*shown, len(rows["part"])), strict=True):
            rows[field].append(cell)

    at = 0.0
    for k in order:
        value = float(found.means[k])
        add(name(found.parts[k]), value, found.futures[k], at, "up" if value >= 0 else "down")
        at += value / divisor
    add(text(language, "whole_change"), float(found.mean), found.whole, 0.0, "whole")
    return pa.table(rows)


@dataclass(frozen=True)
class ChainPanel:
    """The table of links; `solo` gives the two ensembles of one lever, None where the whole package is shown."""

    outcome: Outcome
    policy: Scenario
    solo: Callable[[], tuple[Ensemble, Ensemble]] | None
    size: Size
    slot: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        o = self.outcome
        if self.solo:
            if baseline.futures < self.size.futures:
                return
            baseline, current = self.solo()
        links = chain(baseline, current, self.policy, o.indicator, o.place, END)
        self.slot.html(chain_html(links, self.policy, o.language))


def chain_html(links: list[Link], policy: Scenario, language: str) -> str:
    """Steps as groups of rows, in the order of the model."""
    heads = (
        text(language, "chain_head_step"), text(language, "indicator"), text(language, "baseline"),
        text(language, "current"), text(language, "chain_head_change", year=END),
        text(language, "chain_head_sure"), text(language, "chain_head_since"),
    )  # fmt: skip
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    set_levers = dict.fromkeys(s.lever for s in policy.settings)
    joint = "、" if language == "zh" else ", "
    said = joint.join(title(language, levers()[name]) for name in set_levers)
    rows = [
        f'<tr class="policy"><td>{escape(text(language, "chain_levers"))}</td><td colspan="6">{escape(said)}</td></tr>'
    ]
    before = ""
    for k, link in enumerate(links):
        last = k == len(links) - 1
        step = text(language, "step_indicators" if last else f"step_{link.step}")
        rows.append(_link_row(link, "" if step == before else f"↓ {step}", last, language))
        before = step
    return f'<table class="plan chain"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _link_row(link: Link, step: str, last: bool, language: str) -> str:
    entry, c = indicators()[link.indicator], link.change
    level = abs(c.baseline) or abs(c.current)
    divisor, label = scaled(language, entry.unit, level)
    mark = f" <small>◆ {escape(text(language, 'chain_named'))}</small>" if link.named else ""
    arrow = "▲" if c.difference > 0 else "▼" if c.difference < 0 else "="
    told = difference_text(c.difference, entry.unit, divisor, level, language)
    agreeing = max(c.up, c.down) if c.same < c.pairs else 0
    cells = (
        escape(step), f"{escape(title(language, entry))} <small>{escape(label)}</small>{mark}",
        number(c.baseline / divisor, level / divisor), number(c.current / divisor, level / divisor),
        f"{arrow} {escape(told)}", f"{agreeing} / {c.pairs}",
        str(link.since) if link.since else escape(text(language, "not_told")),
    )  # fmt: skip
    kind = " ".join(["outcome"] * last + ["unknown"] * (link.since is None))
    return f'<tr class="{kind}">{"".join(f"<td>{c}</td>" for c in cells)}</tr>'


@dataclass(frozen=True)
class GainsPanel:
    """Changes by group of one kind (income or services)."""

    what: str
    outcome: Outcome
    chart: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        o = self.outcome
        found = gains(baseline, current, self.what, o.place, END)
        if not found:
            self.chart.info(text(o.language, "no_gains"))
            return
        names = [text(o.language, f"group_{g.group}") for g in found]
        columns = {
            "group": names, "middle": [g.mean for g in found], "low": [g.least for g in found],
            "high": [g.most for g in found], "sure": [f"{max(g.up, g.down)} / {g.pairs}" for g in found],
            "agreed": [max(g.up, g.down) == g.pairs for g in found], "rank": list(range(len(found))),
        }  # fmt: skip
        heading = text(o.language, f"gain_{self.what}", year=END)
        top = names[max(range(len(found)), key=lambda k: abs(found[k].mean))]
        alt = text(o.language, "gain_alt", what=heading, most_group=top)
        spec = gains_spec(o.language, heading, o.big)
        draw(self.chart, pa.table(columns), spec, alt, o.as_table, o.language, ("agreed",))


@dataclass(frozen=True)
class LifePanel:
    """One household's years side by side."""

    worlds: tuple[Scenario, Scenario]
    task: Task | None
    at: int
    size: Size
    language: str
    slot: Slot
    words: Slot
    bar: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        found: Parted | None = self.task.result if self.task else None
        if found is None:
            self.slot.html(NOTHING_YET)
            return
        counts = text(self.language, "life_counts", start=START, end=END, all=found.lived_on, parted=found.parted)
        if not found.keys:
            self.slot.info(text(self.language, "no_parted"))
            self.words.caption(counts)
            return
        k = self.at % len(found.keys)
        lives = both_lives(*self.worlds, found.keys[k], self.size)
        self.slot.html(lives_html(lives, self.language))
        parts = text(self.language, "life_parts", year=lives.parts) if lives.parts else ""
        head = text(self.language, "life_head", household=lives.key, i=k + 1, n=len(found.keys), parts=parts)
        self.words.markdown(" ".join([head, *reasons(lives, self.language), counts]))

    def follow(self) -> None:
        if self.task:
            show_error(self.bar, self.task, self.language)
            follow(self.task, lambda task: show_progress(self.bar, task, self.language))


def reasons(lives: TwoLives, language: str) -> list[str]:
    """Why it lives where it does, in each world, in the year in which the worlds part."""
    told = []
    for key, life in (("baseline", lives.before), ("current", lives.after)):
        one = next((y for y in life if y["year"] == lives.parts), None)
        if one is None:
            continue
        said = reason_told(one["weighing"], city_pack(), language) or text(language, "life_not_considered")
        told.append(text(language, "life_why", world=text(language, key), year=one["year"], said=said))
    return told


def lives_html(lives: TwoLives, language: str) -> str:
    """A row a year: home, people and income in both worlds; years that differ are marked."""
    pack = city_pack()
    fields = (word("home", language), word("members", language), word("income", language))
    heads = "".join(
        f'<th scope="col">{escape(text(language, world))} · {escape(f)}</th>' for world in ("baseline", "current")
        for f in fields
    )  # fmt: skip
    by_year = [{y["year"]: y for y in life} for life in (lives.before, lives.after)]
    rows = []
    for year in sorted(set().union(*by_year)):
        pair = [life.get(year) for life in by_year]
        apart = None in pair or home(pair[0]) != home(pair[1])
        cells = "".join(_life_cells(one, pack, language) for one in pair)
        rows.append(
            f'<tr class="{"apart" if apart else ""}"><th scope="row">{year}{" ≠" if apart else ""}</th>{cells}</tr>'
        )
    head = f'<thead><tr><th scope="col">{escape(word("years", language))}</th>{heads}</tr></thead>'
    return f'<table class="plan life">{head}<tbody>{"".join(rows)}</tbody></table>'


def _life_cells(one, pack, language: str) -> str:
    if one is None:
        return f'<td colspan="3">{escape(text(language, "ended"))}</td>'
    where = f"{place_told(one, pack, language)} · {word(TENURES[one['tenure']], language)}"
    return f"<td>{escape(where)}</td><td>{one['size']}</td><td>{sum(one['income']):,.0f}</td>"
