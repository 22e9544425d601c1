"""The notebooks as pages to read: their text and their code, without a run."""

from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def page(path: Path) -> str:
    """One notebook as Markdown."""
    parts = []
    for cell in nbformat.read(path, as_version=4).cells:
        parts.append(cell.source if cell.cell_type == "markdown" else f"```python\n{cell.source}\n```")
    where = f"`docs/notebooks/{path.name}`"
    parts.insert(
        1, f"本页为 {where} 的文字与代码；打开该文件即可运行。This page shows {where}; open the file to run it."
    )
    return "\n\n".join(_one_title(parts)) + "\n"


def _one_title(parts: list[str]) -> list[str]:
    """A page has one title: headings in two languages on following lines become one."""
    found = []
    for part in parts:
        lines = part.splitlines()
        if len(lines) > 1 and lines[0].startswith("#") and lines[1].startswith("#"):
            lines[0:2] = [f"{lines[0]} {lines[1].lstrip('# ')}"]
        found.append("\n".join(lines))
    return found


def write(folder: Path) -> None:
    """One page a notebook."""
    folder.mkdir(parents=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        (folder / f"{path.stem}.md").write_text(page(path), encoding="utf-8")
