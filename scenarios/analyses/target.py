"""What an analysis is about: one indicator of one place in one year, and what it should reach."""

from dataclasses import dataclass

import numpy as np

from scenarios.errors import ScenarioError
from scenarios.tables import number, shown_unit
from scenarios.words import word
from sim.catalogue import indicators


@dataclass(frozen=True)
class Target:
    """`place` None = the whole city, `year` None = the last year; bounds in the catalogue's unit."""

    indicator: str
    place: str | None = None
    year: int | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def unit(self) -> str:
        entry = indicators().get(self.indicator)
        return entry.unit if entry else ""

    @property
    def bound(self) -> float:
        """The value that the indicator should reach or stay below."""
        return self.at_least if self.at_least is not None else self.at_most

    def check_bound(self) -> None:
        """ScenarioError unless exactly one bound is given."""
        if (self.at_least is None) == (self.at_most is None):
            en, zh = "give one of at_least and at_most", "at_least 与 at_most 须且只能给一个"
            raise ScenarioError(en, zh, field=self.indicator)

    def margin(self, values: np.ndarray) -> np.ndarray:
        """How far values are on the good side of the bound; below 0 where it is missed."""
        return values - self.at_least if self.at_least is not None else self.at_most - values

    def title(self, lang: str, pack=None) -> str:
        """Indicator, unit, place and year for people."""
        entry = indicators().get(self.indicator)
        text = entry.title[lang] if entry else self.indicator
        unit = shown_unit(self.unit, lang)[2] if self.unit else ""
        where = [pack.place_name(self.place, lang) if pack and self.place else self.place, self.year]
        parts = [str(part) for part in (unit, *where) if part]
        joined = ("，" if lang == "zh" else ", ").join(parts)
        return (f"{text}（{joined}）" if lang == "zh" else f"{text} ({joined})") if parts else text

    def told(self, value: float, lang: str, signed: bool = False) -> str:
        """A value in the unit in which it is shown; a difference of percents is in points."""
        if not self.unit:
            return f"{value:+.4g}" if signed else f"{value:.4g}"
        name = shown_unit(self.unit, lang)[2]
        if signed and self.unit == "percent":
            name = word("points", lang)
        text = number(value, self.unit, lang, signed)
        return f"{text}{name}" if name == "%" or (lang == "zh" and name) else f"{text} {name}".strip()

    def wanted(self, lang: str) -> str:
        """The bound in words."""
        key = "at_least" if self.at_least is not None else "at_most"
        return word(f"wanted_{key}", lang, value=self.told(self.bound, lang))


def mean_of_futures(values: np.ndarray, weights: tuple[float, ...]) -> np.ndarray:
    """[..., sets, replicates] -> [...]: weighted by parameter set, missing runs left out."""
    w = np.broadcast_to(np.array(weights)[:, None], values.shape[-2:])
    known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values * w, 0.0).sum(axis=(-2, -1)) / (known * w).sum(axis=(-2, -1))


def complete(values: np.ndarray) -> np.ndarray:
    """The values, or ScenarioError when a point has no run at all (a design with holes has no indices)."""
    missing = int(np.isnan(values).sum())
    if missing:
        raise ScenarioError(
            f"{missing} of {values.size} points have no result; finish the batch (--resume) or look at its errors",
            f"{values.size} 个设计点中有 {missing} 个没有结果；请用 --resume 完成批次或查看错误",
        )
    return values
