"""The menu of things to take home. Files are made when asked for, so opening the menu costs nothing."""

import streamlit as st

from ui.desk import Desk
from ui.export import BRIEFINGS, FILES, briefing
from ui.panels import FIRST, chosen_chart
from ui.pictures import chinese_is_drawn, png_file, svg_file
from ui.texts import text


def downloads(desk: Desk) -> None:
    """Data as CSV, Parquet and XLSX, the briefing, both charts as SVG and PNG."""
    language, address = desk.language, desk.address
    stem = f"jiangmen-{address.scenario.hash[:8]}"
    st.markdown(f"**{text(language, 'take_data')}**")
    with st.container(horizontal=True, gap="xsmall"):
        for ending, (mime, make) in FILES.items():
            st.download_button(
                ending.upper(), lambda make=make: make(address, language), f"{stem}.{ending}", mime,
                key=f"take_{ending}", on_click="ignore", icon=":material/table:",
            )  # fmt: skip
    st.markdown(f"**{text(language, 'take_briefing')}**")
    with st.container(horizontal=True, gap="xsmall"):
        for ending, mime in BRIEFINGS.items():
            st.download_button(
                text(language, f"briefing_{ending}"),
                lambda ending=ending: briefing(address, language, ending), f"{stem}-{language}.{ending}", mime,
                key=f"take_briefing_{ending}", on_click="ignore", icon=":material/description:",
            )  # fmt: skip
    st.markdown(f"**{text(language, 'take_charts')}**")
    for side in FIRST:
        indicator, place = chosen_chart(desk, side)
        with st.container(horizontal=True, gap="xsmall"):
            for ending, mime, draw in (("svg", "image/svg+xml", svg_file), ("png", "image/png", png_file)):
                st.download_button(
                    f"{text(language, side)} {ending.upper()}",
                    lambda draw=draw, i=indicator, p=place: draw(address, i, p, language),
                    f"{stem}-{indicator}-{place}.{ending}", mime,
                    key=f"take_{side}_{ending}", on_click="ignore", icon=":material/image:",
                )  # fmt: skip
    if not chinese_is_drawn():
        st.warning(text(language, "no_chinese_font"), icon=":material/font_download_off:")
