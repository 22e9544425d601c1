"""A scenario: a named policy and named assumptions, read from a file and resolved along `extends`.

`extends` takes over the levers and assumptions of another scenario; a lever or assumption that the file
names itself replaces the other's as a whole, in all places; so does its list of `shocks`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from scenarios.errors import ScenarioError
from scenarios.grammar import read_assumptions, read_settings, write_path
from scenarios.marked import Marked, decode, parse_marked, read_marked
from scenarios.shocks import read_shocks, write_shock
from sim.catalogue import assumptions, levers
from sim.paths import FIRST_YEAR, LAST_YEAR, Path, PolicyError
from sim.policy import Policy, Setting, compile_policy
from sim.shocks import Shock

LIBRARY = FilePath(__file__).parent / "library"
SUFFIX = ".yaml"
FIELDS = ("name", "rationale", "extends", "levers", "assumptions", "shocks")
BASELINE = "baseline"
MOST_UPLOADED = 100_000  # bytes; the largest scenario of the library is a tenth of it


@dataclass(frozen=True)
class Scenario:
    """`settings` and `assumptions` hold everything that differs from the catalogue's defaults."""

    id: str  # the file's name without its ending; the `scenario` column of results
    name: Mapping[str, str]  # zh, en
    rationale: Mapping[str, str] = field(default_factory=lambda: {"zh": "", "en": ""})
    settings: tuple[Setting, ...] = ()
    assumptions: Mapping[str, Path] = field(default_factory=dict)
    shocks: tuple[Shock, ...] = ()
    extends: tuple[str, ...] = ()  # ids, nearest first
    text: str = ""  # of the file itself
    file: str = ""

    def policy(self, pack, start: int, end: int) -> Policy:
        """The arrays that the model reads."""
        return compile_policy(self.settings, self.assumptions, pack, start, end, self.shocks)

    def title(self, lang: str) -> str:
        return self.name.get(lang) or self.id

    @cached_property
    def hash(self) -> str:
        """sha256 of what the scenario does: settings and assumptions, not its names, comments or order."""
        content = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def content(self) -> dict[str, Any]:
        """Resolved levers, assumptions and shocks as they would stand in a file without `extends`."""
        found: dict[str, Any] = {"levers": {}, "assumptions": {}}
        for s in self.settings:
            path = write_path(s.path, levers()[s.lever].unit)
            found["levers"].setdefault(s.lever, {})[s.place] = {str(k): v for k, v in path.items()}
        for name, path in self.assumptions.items():
            written = write_path(path, assumptions()[name].unit)
            found["assumptions"][name] = {str(k): v for k, v in written.items()}
        if self.shocks:
            events = [write_shock(shock) for shock in self.shocks]
            found["shocks"] = sorted(events, key=lambda e: (e["year"], e["kind"], str(e["place"])))
        return found

    def to_yaml(self, named: bool = True) -> str:
        """A file that `load` reads back to the same hash; needs no other file. Levels by name, or all as numbers."""
        import yaml

        body: dict = {"name": dict(self.name), "rationale": dict(self.rationale), "levers": {}, "assumptions": {}}
        if not any(self.rationale.values()):
            del body["rationale"]
        for s in self.settings:
            body["levers"].setdefault(s.lever, {})[s.place] = write_path(s.path, levers()[s.lever].unit, named)
        for name, path in self.assumptions.items():
            body["assumptions"][name] = write_path(path, assumptions()[name].unit)
        body["shocks"] = [write_shock(shock) for shock in self.shocks]
        body = {key: value for key, value in body.items() if value}
        return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)


def library() -> list[str]:
    """Ids of the scenarios that come with the project; the baseline first."""
    names = sorted(p.stem for p in LIBRARY.glob(f"*{SUFFIX}"))
    return sorted(names, key=lambda n: n != BASELINE)


def load(name_or_file: str | FilePath, pack=None) -> Scenario:
    """A scenario of the library by its id, or a file; checked against catalogue and pack (the default one if none)."""
    if pack is None:
        from sim.data import load_pack

        pack = load_pack()
    return _load(_find(str(name_or_file), FilePath.cwd()), pack, ())


def _find(name: str, beside: FilePath) -> tuple[FilePath, str]:
    """The file of a scenario and its name in messages; a file is looked for beside the one that names it."""
    if name in library():
        return LIBRARY / f"{name}{SUFFIX}", f"library/{name}{SUFFIX}"
    if name.endswith((".yaml", ".yml")) or any(mark in name for mark in "/\\") or (beside / name).is_file():
        return beside / name, name
    near = get_close_matches(name, library(), n=1)
    en = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(library())}, or a .yaml file"
    zh = f"；是否指 {near[0]!r}？" if near else f"；可用：{'、'.join(library())}，或一个 .yaml 文件"
    raise ScenarioError(f"no scenario {name!r}{en}", f"没有情景 {name!r}{zh}")


def parse(text: str, name: str, pack) -> Scenario:
    """The scenario that `text` describes, as `Scenario.to_yaml` writes it; files it extends are looked for here."""
    return _read(parse_marked(text, f"{name}{SUFFIX}"), FilePath.cwd() / f"{name}{SUFFIX}", pack, ())


def parse_upload(raw: bytes, name: str, pack) -> Scenario:
    """A scenario that somebody sent: nothing but library scenarios may stand under `extends`, no file is looked for."""
    if len(raw) > MOST_UPLOADED:
        en, zh = (f"larger than {MOST_UPLOADED // 1000} KB", f"超过 {MOST_UPLOADED // 1000} KB")
        raise ScenarioError(en, zh, file=name)
    marked = parse_marked(decode(raw, name), name)
    parent = marked.data.get("extends")
    if parent is not None and parent not in library():
        near = get_close_matches(str(parent), library(), n=1)
        en, zh = (f"; did you mean {near[0]!r}?", f"；是否指 {near[0]!r}？") if near else ("", "")
        raise marked.error(f"must be a scenario of the library{en}", f"须为库中情景{zh}", "extends")
    return _read(marked, LIBRARY / f"{FilePath(name).stem or 'uploaded'}{SUFFIX}", pack, ())


def _load(found: tuple[FilePath, str], pack, above: tuple[FilePath, ...]) -> Scenario:
    path, shown = found
    return _read(read_marked(path, shown), path, pack, above)


def _read(marked: Marked, path: FilePath, pack, above: tuple[FilePath, ...]) -> Scenario:
    check_fields(marked, FIELDS)
    parent = _parent(marked, path, pack, (*above, path.resolve()))
    settings, assumed = read_settings(marked, pack), read_assumptions(marked)
    shocks = read_shocks(marked, pack)
    own = {s.lever for s in settings}
    kept = [s for s in parent.settings if s.lever not in own] if parent else []
    scenario = Scenario(
        id=path.stem,
        name=read_texts(marked, "name", required=True),
        rationale=read_texts(marked, "rationale"),
        settings=tuple(sorted([*kept, *settings], key=setting_order)),
        assumptions={**(parent.assumptions if parent else {}), **assumed},
        shocks=shocks if "shocks" in marked.data or not parent else parent.shocks,
        extends=(parent.id, *parent.extends) if parent else (),
        text=marked.text,
        file=marked.file,
    )
    try:
        scenario.policy(pack, FIRST_YEAR, LAST_YEAR)
    except PolicyError as error:
        raise marked.error(error.en, error.zh, error.field) from None
    return scenario


def setting_order(setting: Setting) -> tuple[int, str]:
    """Order of the catalogue, then of places: one policy is written in one way."""
    return list(levers()).index(setting.lever), setting.place


def _parent(marked: Marked, path: FilePath, pack, chain: tuple[FilePath, ...]) -> Scenario | None:
    name = marked.data.get("extends")
    if name is None:
        return None
    if not isinstance(name, str):
        raise marked.error("must be the id of a scenario or a file", "须为情景名称或文件", "extends")
    try:
        found = _find(name, path.parent)
    except ScenarioError as error:
        raise marked.error(error.en, error.zh, "extends") from None
    if found[0].resolve() in chain:
        names = [p.stem for p in chain[chain.index(found[0].resolve()) :]] + [found[0].stem]
        around = " -> ".join(names)
        raise marked.error(f"circular: {around}", f"循环引用：{around}", "extends")
    if not found[0].is_file():
        raise marked.error(f"no scenario file {name!r}", f"没有情景文件 {name!r}", "extends")
    return _load(found, pack, chain)


def check_fields(marked: Marked, fields: Sequence[str], section: str = "") -> None:
    """ScenarioError when a key of the file, or of one section, is not one of `fields`."""
    for key in marked.data if not section else marked.data[section]:
        if key not in fields:
            near = get_close_matches(str(key), fields, n=1)
            en = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(fields)}"
            zh = f"；是否指 {near[0]!r}？" if near else f"；可用：{'、'.join(fields)}"
            where = f"{section}.{key}" if section else str(key)
            raise marked.error(f"unknown field {key!r}{en}", f"未知字段 {key!r}{zh}", where)


def read_texts(marked: Marked, section: str, required: bool = False) -> dict[str, str]:
    """{zh, en} of a section; empty texts where it is missing and not required."""
    raw = marked.data.get(section)
    if raw is None and not required:
        return {"zh": "", "en": ""}
    if not isinstance(raw, dict) or set(raw) != {"zh", "en"}:
        raise marked.error("needs a text in zh and one in en", "须有 zh 与 en 两种文字", section)
    for lang, text in raw.items():
        if not isinstance(text, str) or not text.strip():
            raise marked.error("must be a text", "须为文字", f"{section}.{lang}")
    return dict(raw)
