"""Writes the generated pages, runs Sphinx with warnings as errors, and checks what came out."""

import shutil
import subprocess
import sys
from pathlib import Path

from making import api, checks, glossary, guide, notebook_pages, reference

DOCS = Path(__file__).resolve().parents[1]
GENERATED, BUILT = DOCS / "_generated", DOCS / "_build"


def write_pages(folder: Path = GENERATED) -> None:
    """All pages that are made and not written by hand, into an empty folder; the teacher's guide, which runs the model
    for some minutes, is `guide.write`'s."""
    shutil.rmtree(folder, ignore_errors=True)
    for lang in reference.LANGUAGES:
        (folder / lang).mkdir(parents=True)
        for role in reference.PAGES:
            (folder / lang / f"{role}.md").write_text(reference.page(role, lang), encoding="utf-8")
    (folder / "glossary.md").write_text(glossary.page(), encoding="utf-8")
    notebook_pages.write(folder / "notebooks")
    api.write(folder / "api")


def build(out: Path = BUILT) -> Path:
    """The site, out/html; SystemExit with all complaints when something is wrong."""
    try:
        import sphinx  # noqa: F401
    except ImportError:
        sys.exit('the site needs Sphinx: pip install -c constraints.txt -e ".[docs]" (make docs does it)')
    write_pages()
    guide.write(GENERATED)
    site = out / "html"
    shutil.rmtree(site, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(out / "doctrees")]
    if subprocess.run([*command, str(DOCS), str(site)], check=False).returncode:
        sys.exit("Sphinx found faults: see above")
    wrong = list(checks.complaints(site))
    if wrong:
        sys.exit("\n".join(wrong))
    return site
