"""What a method found, ready to be shown: sentences, a table, a chart, in Chinese and English."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenarios.extras import needed

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 560, 300
FONT = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"


@dataclass(frozen=True)
class Finding:
    """`chart(lang)` gives an Altair chart, where there is one."""

    method: str
    about: Callable[[str], str]  # lang -> heading
    sentences: Callable[[str], list[str]]  # lang -> sentences
    table: "pd.DataFrame"
    chart: Callable[[str], Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def svg(self, lang: str) -> str:
        """The chart as SVG, made here without a browser or a server."""
        if self.chart is None:
            return ""
        convert = needed("vl_convert")
        chart = self.chart(lang).configure(font=FONT)
        return convert.vegalite_to_svg(chart.to_dict())

    def record(self, lang: str) -> dict[str, Any]:
        """Plain values for JSON."""
        import json

        rows = json.loads(self.table.to_json(orient="records", double_precision=15))
        return {"method": self.method, "title": self.about(lang), "sentences": self.sentences(lang), "rows": rows}


def bars(table: "pd.DataFrame", lang: str, name: str, value: str, low: str, high: str, title: str, color: str = ""):
    """Bars with intervals, the largest on top."""
    alt = needed("altair")
    y = alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=320))
    extra = {"color": alt.Color(f"{color}:N", title=None), "yOffset": f"{color}:N"} if color else {}
    base = alt.Chart(table).encode(y=y, **extra)
    shown = base.mark_bar(opacity=0.75).encode(x=alt.X(f"{value}:Q", title=title))
    lines = base.mark_rule(strokeWidth=1.5, color="#222").encode(x=f"{low}:Q", x2=f"{high}:Q")
    return (shown + lines).properties(width=WIDTH)
