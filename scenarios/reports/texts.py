"""Sentences of a report in both languages, from a YAML file beside its code."""

from functools import cached_property
from pathlib import Path

import yaml


class Texts:
    """`texts(key, lang, **values)` is the sentence of a key with its blanks filled."""

    def __init__(self, file: Path):
        self.file = file

    @cached_property
    def all(self) -> dict[str, dict[str, str]]:
        """key -> {zh, en}."""
        return yaml.safe_load(self.file.read_text(encoding="utf-8"))

    def __call__(self, key: str, lang: str, **values) -> str:
        return self.all[key][lang].format(**values)
