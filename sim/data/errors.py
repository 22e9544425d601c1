"""The one error of the data folder: what is wrong, where, and what is allowed."""

import difflib
from collections.abc import Iterable


class DataError(ValueError):
    """A city pack cannot be read, or has no such place or figure.

    Attributes: file (name inside the pack), line (counted from 1, header included; None for a row that is missing),
    field (column, or the variable asked for). The message is one line.
    """

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None, field: str | None = None):
        self.message, self.file, self.line, self.field = message, file, line, field
        where = [file] if file else []
        where += [f"line {line}"] if line is not None else []
        where += [f"field {field}"] if field else []
        text = f"{', '.join(where)}: {message}" if where else message
        super().__init__(" ".join(text.split()))

    def __reduce__(self):
        return _rebuild, (self.message, self.file, self.line, self.field)


def _rebuild(message: str, file: str | None, line: int | None, field: str | None) -> DataError:
    return DataError(message, file=file, line=line, field=field)


def suggestion(value: str, known: Iterable[str]) -> str:
    """'; did you mean a, b?' for the known words nearest to value, or '; known: ...' when none is near."""
    words = list(dict.fromkeys(known))
    folded = {w.casefold(): w for w in words}
    near = [folded[w] for w in difflib.get_close_matches(value.casefold(), folded, n=3, cutoff=0.6)]
    if near:
        return f"; did you mean {', '.join(near)}?"
    return f"; known: {', '.join(words[:12])}{' and more' if len(words) > 12 else ''}"
