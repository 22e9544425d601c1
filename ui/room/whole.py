"""The whole city, everybody and not a sample: one future of baseline and current, beside the page."""

import os
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from scenarios.address import END, START, Address
from scenarios.runner import Job, kept_record, make_model, replicate_seed
from scenarios.scenario import Scenario
from sim import opening
from sim.catalogue import indicators
from sim.engine import default_threads
from ui.city import city_pack
from ui.desk import Desk
from ui.ensemble import Change, Ensemble, Run, change
from ui.figures import KEY_FIGURES
from ui.simulate import Size, places, prepare
from ui.slot import Slot
from ui.table import difference_text
from ui.tasks import Task, follow
from ui.texts import number, scaled, short_title, text
from ui.views.why import task_row
from ui.why_panels import show_error, show_progress

ROWS = (*KEY_FIGURES, "residents", "conversions")


def whole_scale() -> float:
    """Everybody, unless the environment says otherwise (tests, weak machines)."""
    return float(os.environ.get("JIANGMEN_APP_WHOLE", 1.0))


@dataclass(frozen=True)
class Whole:
    """The first future of both scenarios, of everybody."""

    baseline: Ensemble
    current: Ensemble
    people: float


def simulate_whole(address: Address, seed: int, task: Task) -> Whole:
    """Year by year, so that it can be stopped; on all threads."""
    scale = whole_scale()
    task.tick(0, 2 * (END - START))
    prepare(scale)
    try:
        runs = [one_run(s, scale, seed, task) for s in (address.baseline, address.scenario)]
    finally:
        opening.forget()  # a kept opening of everybody would take more memory than all samples
    people = runs[0].values[runs[0].indicators.index("residents"), 0, -1]
    return Whole(Ensemble.of_runs(runs[:1]), Ensemble.of_runs(runs[1:]), float(people))


def one_run(chosen: Scenario, scale: float, seed: int, task: Task) -> Run:
    job = Job(
        chosen.settings, chosen.assumptions, START, END, scale, replicate_seed(seed, 0), default_threads(), None,
        str(city_pack().folder), "counties", chosen.shocks,
    )  # fmt: skip
    model = make_model(job)
    model.run_until(END, lambda year: task.tick(task.done + 1))
    years, names, keys, values = kept_record(model, job)
    at = [names.index(place) for place in places()]
    flat = np.ascontiguousarray(values.transpose(2, 1, 0))
    return Run(tuple(keys), places(), np.array(years), flat[:, at], np.empty((0, 0, len(years)), np.float32), ())


@dataclass(frozen=True)
class WholePanel:
    """The key figures of the whole city beside those of the sample."""

    task: Task | None
    language: str
    slot: Slot
    bar: Slot

    def fill(self, baseline: Ensemble, current: Ensemble) -> None:
        whole: Whole | None = self.task.result if self.task else None
        if whole is None:
            return
        language, city = self.language, places()[0]
        heads = (
            text(language, "indicator"), text(language, "whole_level"), text(language, "whole_city"),
            text(language, "whole_sample", n=baseline.futures),
        )  # fmt: skip
        head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
        rows = "".join(
            self._row(
                key, change(whole.baseline, whole.current, key, city, END), change(baseline, current, key, city, END)
            )
            for key in ROWS
        )
        told = escape(text(language, "whole_people", n=number(whole.people / 1e4)))
        self.slot.html(f'<table class="plan"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{told}</p>')

    def _row(self, key: str, whole: Change, sample: Change) -> str:
        entry, language = indicators()[key], self.language
        level = abs(whole.baseline) or abs(whole.current)
        divisor, label = scaled(language, entry.unit, level)

        def told(v: float) -> str:
            return escape(difference_text(v, entry.unit, divisor, level, language))

        spread = f"<small>{told(sample.least)} … {told(sample.most)}</small>" if sample.same < sample.pairs else ""
        name = f"{escape(short_title(language, entry))} <small>{escape(label)}</small>"
        shown = number(whole.current / divisor, level / divisor)
        cells = (name, shown, told(whole.difference), f"{told(sample.difference)} {spread}")
        return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    def follow(self) -> None:
        if self.task:
            show_error(self.bar, self.task, self.language)
            follow(self.task, lambda task: show_progress(self.bar, task, self.language))


def whole_city(desk: Desk) -> list[WholePanel]:
    language, address, seed = desk.language, desk.address, Size.of(desk.address).seed
    st.caption(text(language, "whole_note"))
    task = task_row(
        ("whole", address.scenario.hash, address.baseline.hash, seed, whole_scale()),
        lambda task: simulate_whole(address, seed, task), text(language, "whole_start"), False, language,
    )  # fmt: skip
    bar = Slot()
    return [WholePanel(task, language, Slot(), bar)]
