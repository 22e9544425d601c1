"""Sentences of the audit in both languages, from texts.yaml."""

from pathlib import Path

from scenarios.reports.texts import Texts

say = Texts(Path(__file__).parent / "texts.yaml")
