"""Writes a report as Markdown, as one HTML file or as a Word document."""

import base64
import os
import secrets
from collections.abc import Callable
from html import escape
from io import BytesIO
from pathlib import Path

from scenarios.errors import ScenarioError
from scenarios.reports.blocks import Block, Report, Table
from scenarios.reports.fonts import EVERYWHERE

FORMATS = ("md", "html", "docx")
EAST_ASIA, LATIN = "Microsoft YaHei", "Calibri"  # names that Word resolves, or replaces with a font it has
PICTURES_A_ROW = 2
MARKS = {"√": "reached", "△": "partly", "×": "missed"}  # first signs of verdicts in texts.yaml
STYLE = Path(__file__).with_name("report.css")


def markdown(report: Report) -> bytes:
    """Pictures stand inside, as SVG images."""
    lines = [f"# {report.title}", ""]
    for block in report.blocks:
        if block.kind == "heading":
            lines += [f"{'#' * (block.level + 1)} {block.text}", ""]
        elif block.kind == "table":
            lines += [*_markdown_table(block.table), ""]
        elif block.kind == "pictures":
            for picture in block.pictures:
                data = base64.b64encode(picture.svg().encode()).decode()
                lines += [f"![{picture.title}](data:image/svg+xml;base64,{data})", ""]
            lines += [f"*{block.text}*", ""]
        else:
            mark = {"item": "- ", "note": "> ", "code": "    "}.get(block.kind, "")
            text = block.text.replace("\n", f"\n{mark}") if block.kind == "code" else block.text
            lines += [f"{mark}{text}", *([] if block.kind == "item" else [""])]
    if report.footer:
        lines += ["---", "", report.footer]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _markdown_table(table: Table) -> list[str]:
    def line(cells: list[str]) -> str:
        return "| " + " | ".join(c.replace("|", "\\|").replace("\n", "<br>") for c in cells) + " |"

    return ["", line(table.head), "|" + "---|" * len(table.head), *map(line, table.rows)]


def html(report: Report) -> bytes:
    """One file that needs nothing else; pictures are drawings whose words the reader's own fonts write."""
    body = [f"<h1>{escape(report.title)}</h1>"]
    listed = False
    for block in report.blocks:
        if (block.kind == "item") != listed:
            listed = not listed
            body.append("<ul>" if listed else "</ul>")
        body.append(_html_block(block))
    if listed:
        body.append("</ul>")
    if report.footer:
        body.append(f"<footer>{escape(report.footer)}</footer>")
    style = STYLE.read_text(encoding="utf-8").replace("FONTS", EVERYWHERE).replace("FOOTER", _css_text(report.footer))
    lang = "zh-Hans" if report.lang == "zh" else "en"
    head = f'<meta charset="utf-8"><title>{escape(report.title)}</title><style>{style}</style>'
    text = f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{"".join(body)}</body></html>\n'
    return text.encode()


def _css_text(text: str) -> str:
    """A text between quotes of a style sheet that stands in a page."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ")


def _lines(cell: str) -> str:
    """A cell line by line, coloured by its verdict."""
    colour = next((name for sign, name in MARKS.items() if f"\n{sign}" in cell), "")
    text = escape(cell).replace("\n", "<br>")
    return f'<span class="{colour}">{text}</span>' if colour else text


def _html_block(block: Block) -> str:
    if block.kind == "heading":
        return f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"
    if block.kind == "item":
        return f"<li>{escape(block.text)}</li>"
    if block.kind == "table":
        head = "".join(f"<th>{escape(c)}</th>" for c in block.table.head)
        rows = "".join("<tr>" + "".join(f"<td>{_lines(c)}</td>" for c in row) + "</tr>" for row in block.table.rows)
        total = sum(block.table.widths)
        columns = "".join(f'<col style="width:{100 * w / total:.1f}%">' for w in block.table.widths)
        return f"<table><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    if block.kind == "pictures":
        drawings = "".join(f"<figure>{p.svg()}</figure>" for p in block.pictures)
        return f'<div class="pictures">{drawings}</div><p class="note">{escape(block.text)}</p>'
    if block.kind == "code":
        return f"<pre>{escape(block.text)}</pre>"
    return f'<p class="{block.kind}">{escape(block.text)}</p>'


def docx(report: Report) -> bytes:
    """A4 upright, fonts set for Chinese and for Latin letters, pictures as PNG."""
    from docx import Document
    from docx.shared import Cm

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.9)
    section.top_margin = section.bottom_margin = Cm(1.8)
    width = 21.0 - 2 * 1.9
    _fonts(document)
    document.add_heading(report.title, level=0)
    pictured = False
    for block in report.blocks:
        if block.kind == "heading":
            heading = document.add_heading(block.text, level=block.level)
            heading.paragraph_format.page_break_before = block.level == 1 and pictured
            pictured = False
        elif block.kind == "item":
            document.add_paragraph(block.text, style="List Bullet")
        elif block.kind == "table":
            _docx_table(document, block.table, width)
        elif block.kind == "pictures":
            _docx_pictures(document, block, width)
            pictured = True  # the end of the summary: the parts begin on a page of their own
        elif block.kind == "code":
            _docx_code(document, block.text)
        else:
            run = document.add_paragraph().add_run(block.text)
            run.italic = block.kind == "note" and report.lang == "en"
    if report.footer:
        _docx_footer(section, report.footer)
    document.core_properties.title = report.title
    document.core_properties.author = ""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _fonts(document) -> None:
    """Sizes, and the East Asian font beside the Latin one in every style."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    sizes = {"Normal": 9.5, "List Bullet": 9.5, "Title": 18, "Heading 1": 13, "Heading 2": 11}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(3), 1.1
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(kind), EAST_ASIA if kind == "w:eastAsia" else LATIN)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        if name.startswith(("Heading", "Title")):
            style.font.color.rgb = RGBColor(0x1F, 0x56, 0x73)


def _docx_code(document, text: str) -> None:
    """Lines as they are typed, in a small type."""
    from docx.shared import Pt

    run = document.add_paragraph().add_run(text)
    run.font.size = Pt(7.5)


def _docx_footer(section, text: str) -> None:
    """The same line and the number of the page at the foot of every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    paragraph = section.footer.paragraphs[0]
    paragraph.add_run(f"{text}  ·  ").font.size = Pt(7.5)
    number = paragraph.add_run()
    number.font.size = Pt(7.5)
    for kind, said in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = said
        number._r.append(element)


def _docx_table(document, table: Table, width: float) -> None:
    from docx.shared import Cm, Pt

    made = document.add_table(rows=1, cols=len(table.head), style="Light Grid Accent 1")
    made.autofit = False
    total = sum(table.widths)
    for column, share in zip(made.columns, table.widths, strict=True):
        column.width = Cm(width * share / total)
    for row in [table.head, *table.rows]:
        cells = made.rows[0].cells if row is table.head else made.add_row().cells
        for cell, text, share in zip(cells, row, table.widths, strict=True):
            cell.width = Cm(width * share / total)
            run = cell.paragraphs[0].add_run(text)
            run.font.size, run.bold = Pt(8), row is table.head
    _repeat_head(made.rows[0])
    document.add_paragraph()


def _repeat_head(row) -> None:
    """The head stands again on every page that the table runs over."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _docx_pictures(document, block: Block, width: float) -> None:
    """Two pictures a row, in a table without lines."""
    from docx.shared import Cm

    rows = -(-len(block.pictures) // PICTURES_A_ROW)
    grid = document.add_table(rows=rows, cols=PICTURES_A_ROW)
    for k, picture in enumerate(block.pictures):
        run = grid.cell(k // PICTURES_A_ROW, k % PICTURES_A_ROW).paragraphs[0].add_run()
        run.add_picture(BytesIO(picture.png()), width=Cm(width / PICTURES_A_ROW - 0.6))
    document.add_paragraph(block.text)


WRITERS: dict[str, Callable[[Report], bytes]] = {"md": markdown, "html": html, "docx": docx}


def check_target(out: Path, force: bool) -> None:
    """ScenarioError when the file cannot be written, or is there already and `force` is not given."""
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise ScenarioError("must be a file in a folder that is there", "须为已有文件夹中的文件", file=str(out))
    if out.exists() and not force:
        raise ScenarioError("is there already; add --force", "已存在；请加 --force", file=str(out))


def write(report: Report, form: str, out: Path, force: bool = False) -> None:
    """Writes the report, or leaves what was there as it was."""
    write_bytes(WRITERS[form](report), out, force)


def write_bytes(data: bytes, out: Path, force: bool = False) -> None:
    """A whole file under its name, or what was there before; never half of it."""
    check_target(out, force)
    partial = out.with_name(f".{out.name}.partial-{secrets.token_hex(4)}")
    try:
        partial.write_bytes(data)
        os.replace(partial, out)
    except OSError as error:
        why = error.strerror or str(error)
        raise ScenarioError(f"cannot write the file ({why})", f"无法写入文件（{why}）", file=str(out)) from None
    finally:
        partial.unlink(missing_ok=True)
