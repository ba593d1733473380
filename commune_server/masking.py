"""Names as they may leave the server: `Nguyễn Văn An` → `N*** V*** A***`. No law gives a pattern; the rule is ours."""

from __future__ import annotations

import unicodedata


def mask_name(name: str) -> str:
    """Keep the first letter of each word with its marks; a one-letter word stays. Three stars whatever the length."""
    words = unicodedata.normalize("NFC", name).split()
    return " ".join(word if len(word) == 1 else f"{word[0].upper()}***" for word in words)
