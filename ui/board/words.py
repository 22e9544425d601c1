"""Words of the board."""

from pathlib import Path

from scenarios.reports.texts import Texts

say = Texts(Path(__file__).parent / "board.yaml")
