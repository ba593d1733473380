"""The words all settings are written in: identifiers, letters, addresses, and the strict section they stand in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

Level = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Letter = Annotated[str, Field(pattern=r"^[A-HJ-NP-Z]$")]  # no I and no O: they read as 1 and 0
CounterNumber = Annotated[int, Field(ge=1, le=99)]
Port = Annotated[int, Field(ge=0, le=65535)]
Colour = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
Accent = Literal["north", "central", "south"]


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
