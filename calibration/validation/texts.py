"""Sentences of the validation report in both languages, from texts.yaml."""

from functools import cache
from pathlib import Path

import yaml


@cache
def texts() -> dict[str, dict[str, str]]:
    """key -> {zh, en}."""
    return yaml.safe_load(Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8"))


def say(key: str, lang: str, **values) -> str:
    """The sentence of a key with its blanks filled."""
    return texts()[key][lang].format(**values)
