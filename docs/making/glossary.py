"""The glossary page: terms in both languages side by side, from docs/glossary.yaml."""

from pathlib import Path

import yaml

from making.reference import label, title
from sim import catalogue

FILE = Path(__file__).resolve().parents[1] / "glossary.yaml"
KNOWN = {
    "lever": catalogue.levers,
    "indicator": catalogue.indicators,
    "parameter": catalogue.parameters,
    "assumption": catalogue.assumptions,
    "rule": catalogue.rule_titles,
}


def terms(file: Path = FILE) -> list[dict]:
    """The terms of the file; ValueError names a term that lacks a language or points at nothing."""
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    for term in found:
        if not (term.get("zh") and term.get("en") and set(term.get("about", {})) == {"zh", "en"}):
            raise ValueError(f"{file.name}: {term}: a term needs zh, en, and about in zh and en")
        if "see" in term:
            role, key = term["see"].split(" ")
            if key not in KNOWN[role]():
                raise ValueError(f"{file.name}: {term['en']}: there is no {role} {key!r}")
    return found


def page() -> str:
    """The glossary as Markdown: Chinese and English of a term stand together."""
    parts = ["(glossary)=\n# 术语表 Glossary\n"]
    for term in terms():
        see = ""
        if "see" in term:
            role, key = term["see"].split(" ")
            see = f" [{key}](#{label(role, 'zh', key)}) · [in English](#{label(role, 'en', key)})"
        head, about = f"{term['zh']} · {title('en', {'en': term['en']})}", term["about"]
        parts.append(f"{head}\n: {about['zh']}\n\n  {about['en']}{see}\n")
    return "\n".join(parts)
