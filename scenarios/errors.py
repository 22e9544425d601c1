"""The one error of scenario files and runs: which file, line and field, in both languages."""


class ScenarioError(ValueError):
    """A scenario cannot be used. `line` counts from 1; `field` leads to the entry, e.g. `levers.new_homes.east`."""

    def __init__(self, en: str, zh: str, *, file: str = "", line: int | None = None, field: str = ""):
        self.en, self.zh, self.file, self.line, self.field = en, zh, file, line, field
        super().__init__(self.text("en"))

    @property
    def message(self) -> str:
        """What is wrong, without the place."""
        return self.en

    def text(self, lang: str) -> str:
        """One line: file, line and field, then what is wrong."""
        chinese = lang == "zh"
        where = [self.file] if self.file else []
        if self.line is not None:
            where.append(f"第 {self.line} 行" if chinese else f"line {self.line}")
        if self.field:
            where.append(f"字段 {self.field}" if chinese else f"field {self.field}")
        what = self.zh if chinese else self.en
        text = f"{', '.join(where)}: {what}" if where else what
        return " ".join(text.split())

    def __reduce__(self):
        return _rebuild, (self.en, self.zh, self.file, self.line, self.field)


def _rebuild(en: str, zh: str, file: str, line: int | None, field: str) -> ScenarioError:
    return ScenarioError(en, zh, file=file, line=line, field=field)
