"""The words all settings are written in: identifiers, letters, addresses, and the strict section they stand in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Level = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Letter = Annotated[str, Field(pattern=r"^[A-HJ-NP-Z]$")]  # no I and no O: they read as 1 and 0
CounterNumber = Annotated[int, Field(ge=1, le=99)]
Port = Annotated[int, Field(ge=0, le=65535)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Accent = Literal["north", "central", "south"]
DAY_MINUTES = 24 * 60


def _runs_forward(value: str) -> str:
    if value[:5] == value[6:]:
        raise ValueError(f"{value} dài 0 phút/is 0 minutes long")
    return value


Interval = Annotated[
    str,
    Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"),
    AfterValidator(_runs_forward),
]
"""Hours of a day, `07:30-11:30`, the end left out. `22:00-05:00` runs over midnight."""


def minutes_of(interval: str) -> list[tuple[int, int]]:
    """An interval as [begin, end) in minutes of the day; two of them where it runs over midnight."""
    begin, end = (int(each[:2]) * 60 + int(each[3:]) for each in interval.split("-"))
    return [(begin, end)] if begin < end else [(begin, DAY_MINUTES), (0, end)]


def within(intervals: Iterable[str], minute: int) -> bool:
    """Whether a minute of the day (0..1439) lies in one of the intervals."""
    return any(begin <= minute < end for each in intervals for begin, end in minutes_of(each))


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: Any, info: ValidationInfo) -> Any:
        """`true` is not the number 1, and no text carries control characters to boards, paper and terminals."""
        annotation = str(cls.model_fields[str(info.field_name)].annotation)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, bool) and "bool" not in annotation:
                raise ValueError("số hoặc chữ/a number or a text")
            if isinstance(each, str) and any(c < " " or "\x7f" <= c <= "\x9f" for c in each):
                raise ValueError("chữ không có ký tự điều khiển/text without control characters")
        return value
