"""Whether this machine has a font with Chinese glyphs, for words in pictures."""

import os
import sys
from functools import cache
from pathlib import Path

# Families with Chinese glyphs, the best first; parts of file names as systems spell them
FAMILIES = (
    ("Noto Sans CJK SC", ("notosanscjk", "notosanssc")),
    ("Source Han Sans SC", ("sourcehansans",)),
    ("Microsoft YaHei", ("msyh",)),
    ("PingFang SC", ("pingfang",)),
    ("Heiti SC", ("stheiti", "hiragino sans gb")),
    ("SimHei", ("simhei",)),
    ("WenQuanYi Micro Hei", ("wqy-microhei",)),
    ("WenQuanYi Zen Hei", ("wqy-zenhei",)),
    ("Droid Sans Fallback", ("droidsansfallback",)),
    ("Noto Serif CJK SC", ("notoserifcjk",)),
    ("SimSun", ("simsun",)),
)
EVERYWHERE = ", ".join(f"'{name}'" for name, _ in FAMILIES) + ", sans-serif"  # for readers with other fonts
_SAMPLE, _NOWHERE = "江", "\U0010fffe"


def font_folders() -> list[Path]:
    """Where systems keep fonts."""
    home = Path.home()
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts", home / "AppData/Local/Microsoft/Windows/Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    shared = [Path(d) / "fonts" for d in os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":") if d]
    return [*shared, home / ".local/share/fonts", home / ".fonts"]


@cache
def chinese_font() -> tuple[str, Path] | None:
    """(family, file) of the best font found that draws a Chinese character; None where there is none."""
    files = [
        p
        for folder in font_folders()
        if folder.is_dir()
        for p in folder.rglob("*")
        if p.suffix.lower() in (".ttf", ".ttc", ".otf")
    ]
    for family, parts in FAMILIES:
        for file in sorted(files):
            if any(part in file.name.lower() for part in parts) and draws_chinese(file):
                return family, file
    return None


def draws_chinese(file: Path) -> bool:
    """Whether the font draws a Chinese character otherwise than one it has no glyph for."""
    from PIL import ImageFont

    try:
        with file.open("rb") as opened:  # by a name Pillow would look for the font elsewhere too
            font = ImageFont.truetype(opened, 24)
            return bytes(font.getmask(_SAMPLE)) != bytes(font.getmask(_NOWHERE))
    except (OSError, ValueError):
        return False
