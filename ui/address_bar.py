"""The address bar says what is on the screen: policy, assumptions, view, language, seed and model version."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import streamlit as st

from scenarios.address import Address, write_address
from scenarios.outputs import model_version
from ui.city import city_pack
from ui.desk import Desk, write_pins


def query_of(address: Address) -> str:
    """The query string of an address made by this model."""
    pack = city_pack()
    return write_address(replace(address, version=model_version(pack.hash)), pack)


def keep_address(desk: Desk) -> None:
    """Write the address bar where it is out of date."""
    pins = write_pins(desk.pins)
    if pins != desk.look.get("pins", ""):
        desk.see(pins=pins)
    query = query_of(desk.address)
    if query == desk.written:
        return
    st.query_params.from_dict(dict(parse_qsl(query, keep_blank_values=True)))
    desk.written = query  # last: a move made meanwhile ends this run of the script above


def link(desk: Desk) -> str:
    """The whole address of the screen."""
    base = urlsplit(st.context.url or "http://localhost:8501/")
    return urlunsplit((base.scheme, base.netloc, base.path, query_of(desk.address), ""))
