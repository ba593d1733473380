"""The shape of the procedure catalogue: kept in files by the commune, shown by the kiosk, handed out by the server."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

PROCEDURE_CODE = r"^[1-9]\.[0-9]{6}(?:(?:\.[0-9]{3}\.[0-9]{2}\.[0-9]{2})?\.[A-Y][0-9]{2})?$"
"""`1.001193`, and the local forms `1.001193.000.00.00.H56` and `1.014028.H38`."""

LEAST_FEE = 500
"""No fee of a commune is lower, in đồng: a smaller number is "8,000" read with the comma as a decimal point."""


def _tidy(value: Any) -> Any:
    """NFC and single blanks: portals hand out NFD, non-breaking blanks and line ends in the middle of a title."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", value)).strip() if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_tidy), Field(min_length=1, max_length=500)]
Long = Annotated[str, BeforeValidator(_tidy), Field(min_length=1, max_length=60_000)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldOfWork(_Part):
    """A field (lĩnh vực): a tile on the screen. `service`: the queue that serves it."""

    id: Identifier
    name: Line
    name_en: Line
    service: Identifier


class HandlingTime(_Part):
    """How long a procedure takes. `half_days`: working half-days where they are known, else null."""

    text: Line
    text_en: Line
    half_days: int | None = Field(ge=1, le=1000)
    verified: bool

    @model_validator(mode="after")
    def _has_a_unit(self) -> HandlingTime:
        if self.text.isdigit():
            raise ValueError(
                f"time.text is the bare number {self.text!r}; write the unit, or that the source gives none"
            )
        return self


class PageSteps(_Part):
    """A fee by the page of the original: `amount` each for the first `pages`, `then` each after them, at most `cap`
    for one copy (TT 226/2016/TT-BTC)."""

    pages: int = Field(ge=1, le=100)
    then: int = Field(ge=0, le=1_000_000)
    cap: int = Field(ge=LEAST_FEE, le=100_000_000)


class Exemption(_Part):
    """Who pays nothing, or less."""

    text: Line
    text_en: Line


class Fee(_Part):
    """What it costs. `amount` and `online` in đồng, where one number says it; the text always stands beside it.

    `steps`: how a fee `per_page` goes on; `per_copy`: a `fixed` amount is for one copy, several cost so much more.
    """

    kind: Literal["free", "fixed", "per_page", "per_case", "pair", "council", "law", "unknown"]
    text: Line
    text_en: Line
    amount: int | None = Field(ge=0, le=1_000_000_000)
    online: int | None = Field(ge=0, le=1_000_000_000)
    verified: bool
    steps: PageSteps | None = None
    per_copy: bool = False
    exempt: tuple[Exemption, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether the amount depends on pages or copies."""
        return self.amount is not None and (self.steps is not None or self.per_copy)

    def due(self, pages: int = 1, copies: int = 1) -> int | None:
        """Đồng for so many copies of an original of so many pages; None where no number says it.

        Raises `ValueError` for fewer than one of either.
        """
        if pages < 1 or copies < 1:
            raise ValueError(f"{pages} pages, {copies} copies: at least one of each is wanted")
        if self.kind == "free":
            return 0
        if self.amount is None:
            return None
        if self.steps is None:
            return self.amount * (copies if self.per_copy else 1)
        first = min(pages, self.steps.pages)
        one = self.amount * first + self.steps.then * (pages - first)
        return min(self.steps.cap, one) * copies

    @model_validator(mode="after")
    def _adds_up(self) -> Fee:
        if self.kind == "free" and (self.amount or self.online):
            raise ValueError("fee.kind is free, but an amount above 0 is given")
        if self.kind in ("fixed", "per_page", "per_case", "pair") and self.amount is None:
            raise ValueError(f"fee.kind {self.kind} needs an amount")
        if self.steps is not None and self.kind != "per_page":
            raise ValueError(f"fee.steps belong to a fee per_page, this is {self.kind}")
        if self.per_copy and self.kind != "fixed":
            raise ValueError(f"fee.per_copy belongs to a fixed fee, this is {self.kind}")
        if self.kind == "pair" and self.online is None:
            raise ValueError("fee.kind pair needs the amount of the online channel as well")
        for value in (self.amount, self.online):
            if value and value < LEAST_FEE:
                raise ValueError(
                    f"{value} đồng is less than any fee ({LEAST_FEE}); was a comma read as a decimal point?"
                )
        return self


class Paper(_Part):
    """One paper to bring. `form`: what of it; `case`: the case it belongs to, where not everybody needs it."""

    text: Long
    text_en: Long
    verified: bool
    form: Literal["", "form", "original", "copy", "show"] = ""
    case: Line | None = None
    case_en: Line | None = None

    @model_validator(mode="after")
    def _in_both(self) -> Paper:
        if (self.case is None) != (self.case_en is None):
            raise ValueError("case and case_en belong together")
        return self


class LinkedStep(_Part):
    """One office's part of a linked procedure; steps may run side by side, so their sum is no elapsed time."""

    name: Line
    name_en: Line
    half_days: int | None = Field(ge=1, le=1000)


class Procedure(_Part):
    """One row of the catalogue."""

    code: str = Field(pattern=PROCEDURE_CODE)
    name: Line
    name_en: Line
    short: Annotated[str, BeforeValidator(_tidy), Field(min_length=1, max_length=60)]
    field: Identifier
    service: Identifier
    time: HandlingTime
    fee: Fee
    papers: tuple[Paper, ...]
    linked: tuple[LinkedStep, ...] | None
    legal: tuple[Line, ...] = ()


class CatalogueFile(_Part):
    """The whole file. `valid_on`: the day the figures were read; never shown without it."""

    valid_on: dt.date
    source: Long
    fields: tuple[FieldOfWork, ...] = Field(min_length=1)
    procedures: tuple[Procedure, ...] = Field(min_length=1, max_length=2000)
