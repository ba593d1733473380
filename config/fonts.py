"""Where the product's typefaces are: Be Vietnam Pro from its package, Noto Sans from the system behind it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Literal

Weight = Literal[400, 500, 600, 700]

_NAMES: dict[int, str] = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
_NOTO = Path("/usr/share/fonts/truetype/noto")


class FontMissing(FileNotFoundError):
    """A typeface that the product needs is not installed; the text says which and what to install."""


def font_file(weight: Weight = 400) -> Path:
    """Be Vietnam Pro in one of four weights, a whole TTF (146 of 146 Vietnamese letters).

    Raises `FontMissing` when the package lacks it, `KeyError` for another weight.
    """
    name = f"BeVietnamPro-{_NAMES[weight]}.ttf"
    folder = Path(str(resources.files("fontpkg_be_vietnam_pro")))
    for found in sorted(folder.rglob(name)):
        return found
    raise FontMissing(f"{name} is not in {folder}: reinstall the package fontpkg-be-vietnam-pro")


def fallback_file(bold: bool = False) -> Path | None:
    """Noto Sans of the system (Debian fonts-noto-core) for letters Be Vietnam Pro lacks; None where not installed."""
    found = _NOTO / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"
    return found if found.exists() else None
