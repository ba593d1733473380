"""What `motcua doctor` asks of every room: a list of findings, each a sentence and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """One finding. `level`: ok, warn (works, but look at it) or fail (this part does not work)."""

    part: str
    level: Literal["ok", "warn", "fail"]
    vi: str
    en: str
    do_vi: str = ""
    do_en: str = ""
