"""Opening a scenario file: checked like any other, taken to this desk, and not kept."""

from dataclasses import replace

import streamlit as st

from scenarios.errors import ScenarioError
from scenarios.scenario import MOST_UPLOADED, parse_upload, setting_order
from ui.city import city_pack
from ui.desk import Desk
from ui.texts import text


def open_file(desk: Desk) -> list:
    """A file of this session only; its errors name line and field in the language of the screen."""
    language = desk.language
    st.caption(text(language, "file_note"))
    turn = st.session_state.get("file turn", 0)
    key = f"scenario_file.{turn}"

    def take() -> None:
        sent = st.session_state.get(key)
        if sent is not None:
            st.session_state["file said"] = taken(desk, sent.name, sent.getvalue())
            st.session_state["file turn"] = turn + 1  # a new, empty control: the bytes go with the old one

    st.file_uploader(
        text(language, "file_label", most=MOST_UPLOADED // 1000), type=["yaml", "yml"], key=key, on_change=take,
        max_upload_size=1,
    )  # fmt: skip
    said = st.session_state.pop("file said", None)
    if said:
        ok, told = said
        (st.success if ok else st.error)(told[language])
    return []


def taken(desk: Desk, name: str, raw: bytes) -> tuple[bool, dict[str, str]]:
    """Whether it was taken, and what is said about it in each language."""
    try:
        found = parse_upload(raw, name, city_pack())
    except ScenarioError as error:
        return False, {lang: text(lang, "file_refused", message=error.text(lang)) for lang in ("zh", "en")}
    settings = tuple(sorted(found.settings, key=setting_order))
    desk.move(replace(desk.address, settings=settings, assumptions=found.assumptions, shocks=found.shocks))
    counts = {
        "levers": len({s.lever for s in settings}),
        "assumed": len(found.assumptions),
        "events": len(found.shocks),
    }
    return True, {lang: text(lang, "file_taken", name=found.title(lang), **counts) for lang in ("zh", "en")}
