"""What the finished site must hold: every public name and every entry of the catalogue, links that lead somewhere, and
nothing that a browser would fetch from elsewhere."""

import re
import zlib
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from making import api
from making.reference import LANGUAGES, label
from sim import catalogue
from sim.catalogue.lever_fields import rule_names

FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}  # by a browser at once
_FETCHED_BY_STYLE = re.compile(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//[^\s\"')]+")
_LABEL = re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_OPENED = {"canonical", "alternate", "license"}  # relations of <link> that fetch nothing


def entries() -> list[tuple[str, str]]:
    """(role, key) of all that the catalogue describes."""
    return [
        *(("lever", k) for k in catalogue.levers()),
        *(("assumption", k) for k in catalogue.assumptions()),
        *(("shock", k) for k in catalogue.shock_kinds()),
        *(("indicator", k) for k in catalogue.indicators()),
        *(("parameter", k) for k in catalogue.parameters()),
        *(("rule", k) for k in sorted(rule_names())),
    ]


@cache
def wanted() -> frozenset[str]:
    """Labels and dotted names that the site must define."""
    labels = {label(role, lang, key).lower() for role, key in entries() for lang in LANGUAGES}
    return frozenset(labels | api.names())


def defined(inventory: bytes) -> set[str]:
    """Names in Sphinx's list of what a site defines (objects.inv): labels, modules, functions, classes, members."""
    packed = inventory.split(b"\n", 4)[4]
    rows = zlib.decompress(packed).decode("utf-8").splitlines()
    return {row.rsplit(" ", 4)[0].split(" py:")[0].split(" std:")[0] for row in rows}


def missing(site: Path) -> list[str]:
    """What a reader would look for in vain, sorted."""
    return sorted(wanted() - defined((site / "objects.inv").read_bytes()))


class _Page(HTMLParser):
    """Ids, links and fetched addresses of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.ids |= {v for k, v in attrs if k in ("id", "name") and v}
        if tag == "a" and said.get("href"):
            self.links.append(said["href"])
        address = said.get(FETCHED.get(tag, ""))
        if address and not (tag == "link" and said.get("rel") in _OPENED):
            self.fetched.append(address)


def _read(site: Path) -> dict[Path, _Page]:
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path.resolve()] = page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
    return pages


def dead_links(site: Path) -> list[str]:
    """`page: link` for each link, picture or script of the site that leads to no file, or to no place in its page."""
    pages, dead = _read(site), []
    for path, page in pages.items():
        for address in {*page.links, *page.fetched}:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target in pages if target.suffix == ".html" else target.exists()
            if not there or (parts.fragment and target in pages and not _has(pages[target], parts.fragment)):
                dead.append(f"{path.relative_to(site.resolve())}: {address}")
    return sorted(dead)


def _has(page: _Page, fragment: str) -> bool:
    return unquote(fragment) in page.ids or fragment == "top"


def dead_in_sources(docs: Path, generated: Path) -> list[str]:
    """`page: link` for links of hand-written pages that lead to no file and no label, before anything is built."""
    pages = sorted(p for p in docs.rglob("*.md") if not {"_build", "_generated"} & set(p.parts))
    labels = {m for p in [*pages, *generated.rglob("*.md")] for m in _LABEL.findall(p.read_text(encoding="utf-8"))}
    dead = []
    for page in pages:
        prose = _CODE.sub("", page.read_text(encoding="utf-8"))
        for link in _LINK.findall(prose):
            path, _, fragment = link.partition("#")
            if "://" in link or path.startswith("mailto:"):
                continue
            target = generated / path.split("_generated/")[1] if "_generated/" in path else page.parent / path
            if not target.exists() or (not path and fragment not in labels):
                dead.append(f"{page.relative_to(docs)}: {link}")
    return sorted(dead)


def fetched_from_elsewhere(site: Path) -> list[str]:
    """`file: address` of what a browser would ask another server for (scripts, styles, fonts, pictures)."""
    found = [
        f"{path.relative_to(site.resolve())}: {address}"
        for path, page in _read(site).items()
        for address in page.fetched
        if urlsplit(address).netloc
    ]
    for style in sorted(site.rglob("*.css")):
        found += [
            f"{style.relative_to(site)}: {m}" for m in _FETCHED_BY_STYLE.findall(style.read_text(encoding="utf-8"))
        ]
    return found


def complaints(site: Path) -> Iterable[str]:
    """All that is wrong with a finished site, as sentences."""
    yield from (f"missing from the site: {name}" for name in missing(site))
    yield from (f"dead link: {link}" for link in dead_links(site))
    yield from (f"asks another server: {address}" for address in fetched_from_elsewhere(site))
