"""The charts of the screen as SVG and PNG files, with Chinese text intact.

SVG keeps text as text, so the reader's own fonts draw it. PNG needs a font with Chinese on this machine.
"""

import copy
from functools import cache

import vl_convert

from scenarios.address import Address
from sim.catalogue import indicators
from ui.actions import facts_line
from ui.export import collected
from ui.panels import drawn
from ui.texts import place_name, text, title

FONTS = '"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif'
WIDTH, HEIGHT, SCALE = 760, 440, 2.0


@cache
def chinese_is_drawn() -> bool:
    """Whether PNG files of this machine show Chinese: without a font for it all signs become the same empty box."""
    return _sign("江") != _sign("门")


def _sign(sign: str) -> bytes:
    letters = f'<text x="4" y="34" font-size="30" font-family="sans-serif">{sign}</text>'
    return vl_convert.svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" width="44" height="44">{letters}</svg>')


def picture_spec(address: Address, indicator: str, place: str, language: str) -> dict:
    """A chart that stands by itself: title, data and a line on what it is of inside."""
    data, spec, _, _ = drawn(*collected(address), indicator, place, language)
    whole = copy.deepcopy(spec)
    heading = f"{title(language, indicators()[indicator])} · {place_name(language, place)}"
    whole |= {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": HEIGHT,
        "data": {"values": [{k: None if v != v else v for k, v in row.items()} for row in data.to_pylist()]},
        "background": "white",
        "padding": {"left": 16, "top": 16, "right": 20, "bottom": 14},
        "title": {
            "text": heading, "subtitle": [text(language, "title"), facts_line(address, language)], "anchor": "start",
            "fontSize": 20, "subtitleFontSize": 12, "subtitleColor": "#5b6b7b", "offset": 22,
        },
        "config": {"font": FONTS, "view": {"stroke": None}, "axis": {"gridColor": "#e6eaee", "domainColor": "#9aa7b3"}},
    }  # fmt: skip
    return whole


def svg_file(address: Address, indicator: str, place: str, language: str) -> bytes:
    """SVG with text as text."""
    return vl_convert.vegalite_to_svg(picture_spec(address, indicator, place, language), vl_version=_version()).encode()


def png_file(address: Address, indicator: str, place: str, language: str) -> bytes:
    """PNG at twice the size of the screen."""
    spec = picture_spec(address, indicator, place, language)
    return vl_convert.vegalite_to_png(spec, vl_version=_version(), scale=SCALE)


def _version() -> str:
    """The newest Vega-Lite that the renderer carries."""
    return vl_convert.get_vegalite_versions()[-1]
