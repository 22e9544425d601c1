"""Reads a batch: as pandas, as xarray, with DuckDB, or one number a run; only what is asked for is in memory."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scenarios.errors import ScenarioError
from scenarios.experiments.experiment import Experiment
from scenarios.extras import needed
from scenarios.outputs import shown_path
from scenarios.store.manifest import read
from scenarios.store.writing import DESIGN, LAST

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import xarray as xr

DATASETS = ("runs", "results", "groups")


class Store:
    """The folder of a batch, finished or not. Only whole parts are seen."""

    def __init__(self, folder: str | Path, pack=None):
        self.folder = Path(folder)
        self.manifest = read(self.folder)
        self._pack = pack

    @property
    def pack(self):
        """The data pack of the batch (the default one when none was given)."""
        if self._pack is None:
            from sim.data import load_pack

            self._pack = load_pack()
        return self._pack

    @cached_property
    def experiment(self) -> Experiment:
        return Experiment.from_record(self.manifest["experiment"], self.pack)

    @cached_property
    def points(self) -> np.ndarray:
        """float64[points, factors]; NaN = as the scenario has it."""
        import pyarrow.parquet as pq

        table = pq.read_table(self.folder / DESIGN)
        names = [f.name for f in self.experiment.factors]
        return np.stack([np.zeros(table.num_rows), *(table[n].to_numpy() for n in names)], axis=1)[:, 1:]

    def firsts(self) -> list[int]:
        """First run of each part that is there, ascending."""
        return sorted(int(p.stem.partition("-")[2]) for p in (self.folder / LAST).glob("part-*.parquet"))

    def files(self, dataset: str) -> list[str]:
        """Files of a dataset that belong to whole parts."""
        names = (self.folder / dataset / f"part-{first:07d}.parquet" for first in self.firsts())
        return [str(path) for path in names if path.is_file()]

    def runs(self) -> "pd.DataFrame":
        """One row a run: scenario, point, set, replicate, seed, values of the factors, how it ended."""
        return self._table("runs").to_pandas()

    def frame(
        self,
        indicators: Sequence[str] | None = None,
        places: Sequence[str] | None = None,
        years: Sequence[int] | None = None,
        dataset: str = "results",
    ) -> "pd.DataFrame":
        """Results beside the columns of their run; all of them where nothing is chosen."""
        columns = None if indicators is None else ["run", "year", "place", *indicators]
        table = self._table(dataset, columns, places, years).to_pandas()
        return self.runs().drop(columns=["status", "error"]).merge(table, on="run", validate="one_to_many")

    def values(self, indicator: str, place: str | None = None, year: int | None = None) -> np.ndarray:
        """float64[scenarios, points, sets, replicates]: one number a run, NaN where there is none.

        Without a place the whole city (or the first place of a function model), without a year the last.
        """
        year = self.years[-1] if year is None else year
        place = self.places[0] if place is None else place
        self._check("indicator", indicator, self.indicators, "指标")
        self._check("place", place, self.places, "地点")
        self._check("year", year, self.years, "年份")
        table = self._table("results", ["run", indicator], [place], [year])
        flat = np.full(self.experiment.count, np.nan)
        flat[table["run"].to_numpy()] = table[indicator].to_numpy()
        return flat.reshape(self.experiment.shape)

    def xarray(self, indicators: Sequence[str] | None = None, places: Sequence[str] | None = None) -> "xr.Dataset":
        """Dimensions scenario, point, parameter_set, replicate, year, place; factors as coordinates of points."""
        xr = needed("xarray")
        e = self.experiment
        indicators, places = list(indicators or self.indicators), list(places or self.places)
        table = self._table("results", ["run", "year", "place", *indicators], places)
        run = table["run"].to_numpy()
        y = np.searchsorted(self.years, table["year"].to_numpy())
        p = np.array([places.index(name) for name in table["place"].to_pylist()], int)
        dims = ("scenario", "point", "parameter_set", "replicate", "year", "place")
        found = {}
        for name in indicators:
            block = np.full((e.count, len(self.years), len(places)), np.nan)
            block[run, y, p] = table[name].to_numpy()
            attributes = {"units": self.manifest["units"].get(name, "")}
            found[name] = (dims, block.reshape(*e.shape, *block.shape[1:]), attributes)
        coordinates: dict[str, Any] = {
            "scenario": [s.id for s in e.scenarios] or ["function"],
            "year": list(self.years),
            "place": places,
            "weight": ("parameter_set", list(e.ensemble.weights)),
            "seed": ("replicate", list(e.seeds)),
        }
        coordinates |= {f.name: ("point", self.points[:, k]) for k, f in enumerate(e.factors)}
        return xr.Dataset(found, coordinates, {"experiment": e.hash, "code": self.manifest["code"]})

    def query(self, sql: str) -> "pd.DataFrame":
        """Answer of DuckDB; tables runs, results, groups (where kept) and points."""
        from scenarios.store.queries import query

        return query(self, sql)

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        return tuple(n for n in self._schema.names if n not in ("run", "year", "place"))

    @cached_property
    def places(self) -> tuple[str, ...]:
        return self._axes[1]

    @cached_property
    def years(self) -> tuple[int, ...]:
        return self._axes[0]

    @cached_property
    def _axes(self) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Years and places in the order of the first run that has results; all runs have the same."""
        import pyarrow.parquet as pq

        files = self._some_results()
        table = pq.read_table(files[0], columns=["run", "year", "place"])
        first = table["run"].to_numpy() == table["run"][0].as_py()
        years, places = table["year"].to_numpy()[first], np.array(table["place"].to_pylist(), object)[first]
        return tuple(dict.fromkeys(years.tolist())), tuple(dict.fromkeys(places.tolist()))

    @cached_property
    def _schema(self) -> "pa.Schema":
        import pyarrow.parquet as pq

        return pq.read_schema(self._some_results()[0])

    def _some_results(self) -> list[str]:
        files = self.files("results")
        if not files:
            raise ScenarioError("no run has finished", "没有完成的运行", file=shown_path(self.folder))
        return files

    def _table(self, dataset: str, columns=None, places=None, years=None) -> "pa.Table":
        import pyarrow.compute as pc
        import pyarrow.dataset as ds

        files = self.files(dataset)
        if not files:
            en, zh = f"holds no {dataset} (yet)", f"（尚）没有 {dataset}"
            raise ScenarioError(en, zh, file=shown_path(self.folder))
        chosen = None
        for name, wanted in (("place", places), ("year", years)):
            if wanted is not None:
                one = pc.field(name).isin(list(wanted))
                chosen = one if chosen is None else chosen & one
        return ds.dataset(files, format="parquet").to_table(columns=columns, filter=chosen)

    def _check(self, what: str, value: Any, known: Sequence[Any], zh: str) -> None:
        if value not in known:
            from difflib import get_close_matches

            near = get_close_matches(str(value), [str(k) for k in known], n=1)
            hint = near[0] if near else ", ".join(str(k) for k in known[:8]) + (", ..." if len(known) > 8 else "")
            raise ScenarioError(
                f"no {what} {value!r} in this batch; {'did you mean' if near else 'known:'} {hint}",
                f"此批次没有{zh} {value!r}；{'是否指' if near else '可用：'} {hint}",
                field=what,
            )
