"""What a report is made of, before it is written in a format."""

from dataclasses import dataclass, field

from scenarios.reports.pictures import Picture


@dataclass
class Table:
    """A table: column heads, rows of text, width of each column relative to the others."""

    head: list[str]
    rows: list[list[str]]
    widths: list[float]


@dataclass
class Block:
    """One piece of the report: heading, paragraph, item, note, code, table or pictures."""

    kind: str
    text: str = ""
    level: int = 0
    table: Table | None = None
    pictures: list[Picture] = field(default_factory=list)


@dataclass
class Report:
    """Title and blocks in one language."""

    title: str
    lang: str
    blocks: list[Block]
    footer: str = ""  # at the foot of every printed page
