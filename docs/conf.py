"""Settings of Sphinx. The site is made by `make docs` (docs/build.py), which writes the pages of `_generated` first."""

import logging
import os
import sys
from pathlib import Path

import jieba

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ["NUMBA_DISABLE_JIT"] = "1"  # rules are then plain functions with their signatures

from making import api  # noqa: E402

jieba.setLogLevel(logging.WARNING)  # cuts Chinese into words for the search, and would tell of it

project = "江门城镇化沙盘 · Jiangmen urbanisation sandbox"
author = copyright = "Jiangmen sandbox contributors"
extensions = ["sphinx.ext.autodoc", "myst_parser"]
exclude_patterns = ["_build", "making", "notebooks"]
language = "zh_CN"  # words of the frame and of the search; it finds English too
myst_enable_extensions = ["deflist", "colon_fence"]
myst_heading_anchors = 4
autodoc_typehints = "signature"
add_module_names = False
toc_object_entries = False
nitpicky = False  # types of other libraries are not looked up: the site is built without a network
# A type in a signature is written without its module, and two modules may have one of that name (Plan).
suppress_warnings = ["ref.python"]
html_theme = "furo"
html_title = "江门城镇化沙盘 Jiangmen sandbox"
html_show_sourcelink = html_copy_source = False
html_theme_options = {"top_of_page_buttons": []}
ENGLISH = ("en/", "_generated/en/", "_generated/api/")


def _docstring(app, what, name, obj, options, lines: list[str]) -> None:
    lines[:] = api.as_rst(lines)


def _page_language(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """English pages say so to browsers and screen readers."""
    if pagename.startswith(ENGLISH) or pagename in ("model", "batch", "calibration", "architecture", "decisions"):
        context["language"] = "en"


def setup(app) -> None:
    """Hooks: docstrings are plain text, pages have a language."""
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("html-page-context", _page_language)
