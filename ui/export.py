"""What can be taken home: the numbers on the screen with all that is needed to make them again, and the charts.

Files are made when somebody presses the button, from runs that are remembered.
"""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from scenarios.address import END, START, Address
from scenarios.outputs import code_hash, model_version
from scenarios.result import Result
from scenarios.runner import replicate_seed
from sim.catalogue import indicators
from ui.address_bar import query_of
from ui.city import city_pack
from ui.ensemble import Ensemble
from ui.simulate import Size, pairs
from ui.texts import place_name, text, title, unit

WHO = ("baseline", "current")


def collected(address: Address) -> tuple[Ensemble, Ensemble]:
    """(baseline, current) with the futures that the address asks for."""
    size = Size.of(address)
    *_, last = pairs(address.baseline, address.scenario, replace(size, refined=size.futures))
    return last


def results(address: Address) -> tuple[Result, Result]:
    """(baseline, current) as the command line gives them, of the city, its regions and counties."""
    size = Size.of(address)
    found = []
    for scenario, ensemble in zip((address.baseline, address.scenario), collected(address), strict=True):
        values = np.stack([run.values.transpose(2, 1, 0) for run in ensemble.runs])
        seeds = tuple(replicate_seed(size.seed, r) for r in range(ensemble.futures))
        years = tuple(int(y) for y in ensemble.years)
        sets = size.sets(ensemble.futures) if size.parameters else (None,)
        values = values.reshape(len(sets), -1, *values.shape[1:])
        found.append(
            Result(
                scenario, START, END, size.scale, size.seed, seeds, sets, years, ensemble.places,
                ensemble.indicators, values, city_pack(),
            )
        )  # fmt: skip
    return found[0], found[1]


def briefing(address: Address, language: str, form: str) -> bytes:
    """The briefing that `jiangmen brief` writes, of what is on the screen."""
    from scenarios.brief import Brief
    from scenarios.brief.report import build
    from scenarios.reports.write import WRITERS

    return WRITERS[form](build(Brief(*results(address)), language, date.today().isoformat()))


def tidy(address: Address, language: str) -> pd.DataFrame:
    """One row a scenario, future, year, place and indicator; no rows without a value. Keys and, beside them, names."""
    parts = []
    for who, ensemble in zip(WHO, collected(address), strict=True):
        values = np.stack([run.values for run in ensemble.runs])  # [future, indicator, place, year]
        r, i, p, y = np.nonzero(~np.isnan(values))
        entries = [indicators()[key] for key in ensemble.indicators]
        parts.append(
            pd.DataFrame(
                {
                    "scenario": who,
                    "future": r,
                    "year": ensemble.years[y],
                    "place": np.array(ensemble.places, object)[p],
                    "place_name": np.array([place_name(language, x) for x in ensemble.places], object)[p],
                    "indicator": np.array(ensemble.indicators, object)[i],
                    "indicator_name": np.array([title(language, e) for e in entries], object)[i],
                    "value": values[r, i, p, y],
                    "unit": np.array([unit(language, e.unit) for e in entries], object)[i],
                    "basis": np.array([e.basis for e in entries], object)[i],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def facts(address: Address) -> dict[str, str]:
    """What the numbers are of: enough to make them again."""
    pack, size = city_pack(), Size.of(address)
    asked = replace(address, look={}, scale=size.scale, futures=size.futures)
    spread = "spread_varied" if size.parameters else "spread_chance"
    return {
        "address": "?" + query_of(asked),
        "command": f'jiangmen run --from-url "?{query_of(asked)}"',
        "model_version": model_version(pack.hash),
        "code": code_hash(),
        "data": f"{pack.name} {pack.hash}",
        "scenario_hash": address.scenario.hash,
        "baseline_hash": address.baseline.hash,
        "seed": str(size.seed),
        "futures": str(size.futures),
        "scale": f"{size.scale:g}",
        "years": f"{START}-{END}",
        "policy": json.dumps(address.scenario.content()["levers"], ensure_ascii=False, sort_keys=True),
        "assumptions": json.dumps(address.scenario.content()["assumptions"], ensure_ascii=False, sort_keys=True),
        "note_zh": f"情景推演，不构成预测；各未来之差{text('zh', spread)}。",
        "note_en": f"A what-if, not a forecast; futures differ by {text('en', spread)}.",
    }


def csv_file(address: Address, language: str) -> bytes:
    """Facts as lines that begin with #, then the table; with the mark by which Excel knows UTF-8."""
    head = "".join(f"# {key}: {value}\n" for key, value in facts(address).items())
    return (head + tidy(address, language).to_csv(index=False, lineterminator="\n")).encode("utf-8-sig")


def parquet_file(address: Address, language: str) -> bytes:
    """The table with the facts in the metadata of its schema (`jiangmen`, JSON)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(tidy(address, language), preserve_index=False)
    told = json.dumps(facts(address), ensure_ascii=False).encode()
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({**(table.schema.metadata or {}), b"jiangmen": told}), out)
    return out.getvalue()


def xlsx_file(address: Address, language: str) -> bytes:
    """Two sheets: the means by year of what is on the screen's places, and the facts."""
    out = io.BytesIO()
    about = pd.DataFrame(facts(address).items(), columns=["what", "value"])
    with pd.ExcelWriter(out, engine="xlsxwriter") as writer:
        means(address, language).to_excel(writer, sheet_name="data", index=False, freeze_panes=(1, 0))
        about.to_excel(writer, sheet_name="about", index=False)
        for name, widths in (("data", (10, 12, 36, 26, 12)), ("about", (18, 100))):
            for column, width in enumerate(widths):
                writer.sheets[name].set_column(column, column, width)
    return out.getvalue()


def means(address: Address, language: str) -> pd.DataFrame:
    """Mean, lowest and highest over futures by scenario, place, indicator and year."""
    keys = ["scenario", "place_name", "indicator_name", "unit", "year", "place", "indicator"]
    grouped = tidy(address, language).groupby(keys, sort=False)["value"]
    return grouped.agg(["mean", "min", "max", "count"]).reset_index().rename(columns={"count": "futures"})


BRIEFINGS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
}
FILES: dict[str, tuple[str, Callable[[Address, str], bytes]]] = {
    "csv": ("text/csv", csv_file),
    "parquet": ("application/vnd.apache.parquet", parquet_file),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_file),
}
