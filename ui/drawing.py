"""A chart, or the table behind it: every chart goes through here, so that each has its table."""

from collections.abc import Sequence

import pyarrow as pa

from ui.slot import Slot
from ui.texts import text

FOR_THE_EYE = {"label_at", "lon", "lat", "start", "end", "told", "rank"}  # columns that only place something


def draw(
    slot: Slot, data: pa.Table, spec: dict, alt: str, as_table: bool, language: str, hidden: Sequence[str] = ()
) -> None:
    """The chart of a specification, or its data with heads in words."""
    if not as_table:
        slot.vega_lite_chart(data, spec, width="stretch", height="stretch", alt=alt)
        return
    kept = [c for c in data.column_names if c not in FOR_THE_EYE and c not in hidden]
    heads = [text(language, f"col_{c}", missing=c) for c in kept]
    shown = data.select(kept).rename_columns(heads)
    if "who" in kept:
        i = kept.index("who")
        said = [text(language, w, missing=w) for w in data.column("who").to_pylist()]
        shown = shown.set_column(i, heads[i], pa.array(said))
    slot.dataframe(shown, width="stretch", height="stretch", hide_index=True)
