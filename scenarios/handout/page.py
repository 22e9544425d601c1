"""The hand-out as one HTML file: values, words, style, script and the chart library inside; it can ask no server."""

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from scenarios.reports.fonts import EVERYWHERE
from scenarios.reports.texts import Texts

HERE = Path(__file__).parent
say = Texts(HERE / "texts.yaml")
# The browser itself refuses any request, whatever a script might try.
POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:"


@cache
def library() -> str:
    """Vega, Vega-Lite and Vega-Embed with everything they need, as they come with vl-convert."""
    import vl_convert

    return vl_convert.javascript_bundle().replace("</script", "<\\/script")


def page(found: dict[str, Any]) -> bytes:
    """The file of `contents`."""
    values = found | {"words": say.all}
    told = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    lang = "zh-Hans" if found["lang"] == "zh" else "en"
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{escape(found["title"][found["lang"]])}'
        f"</title><style>{_part('handout.css').replace('FONTS', EVERYWHERE)}</style>"
    )
    return (
        f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{_part("handout.html")}'
        f'<script type="application/json" id="contents">{told}</script>'
        f'<script type="module">{library()}</script><script type="module">{_part("handout.js")}</script>'
        "</body></html>\n"
    ).encode()


def read(data: bytes) -> dict[str, Any]:
    """The contents of a hand-out, back from its file."""
    text = data.decode()
    begin = text.index('id="contents">') + len('id="contents">')
    return json.loads(text[begin : text.index("</script>", begin)])


def _part(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
