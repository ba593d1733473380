"""Settings of the people at the desks: who may sit where, by which PIN, and how long a session lasts."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, field_serializer, field_validator

from config.settings_base import CounterNumber, Identifier, Section

StaffRole = Literal["clerk", "reception", "supervisor"]

PIN_COMMAND = "motcua staff pin"
_PHC = re.compile(r"\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,88}\$[A-Za-z0-9+/]{22,88}")
MEMORY_KIB = (8 * 1024, 256 * 1024)
"""Memory a hash may ask for: less is quickly guessed, more brings a small Pi to its knees at every sign-in."""


def is_pin_hash(text: str) -> bool:
    """Whether it is an argon2id hash (RFC 9106, PHC string) of a cost that a Pi can bear."""
    found = _PHC.fullmatch(text)
    if found is None:
        return False
    memory, rounds, lanes = map(int, found.groups())
    return MEMORY_KIB[0] <= memory <= MEMORY_KIB[1] and 1 <= rounds <= 10 and 1 <= lanes <= 4


class Staff(Section):
    """One officer: a code word, never a name. Without an entry here nobody can sign in by PIN; there is no default."""

    id: Identifier = Field(
        description="Mã cán bộ, ví dụ cb-1, không dùng tên người | code such as cb-1, never a person's name"
    )
    role: StaffRole = Field(default="clerk", description="Vai trò | role")
    counters: list[CounterNumber] = Field(
        default_factory=list, max_length=24, description="Quầy được ngồi | counters this officer may take"
    )
    pin: str = Field(
        repr=False,
        max_length=256,
        description=f"Chuỗi băm của mã PIN, tạo bằng: {PIN_COMMAND} | the PIN's hash, made by that command",
    )

    @field_validator("pin", mode="before")
    @classmethod
    def _never_shown(cls, value: Any) -> Any:
        """A PIN written here by mistake must not come back in an error message: what is wrong is said without it."""
        return value if isinstance(value, str) and is_pin_hash(value) else ""

    @field_serializer("pin")
    def _hidden(self, value: str) -> str:
        """Where settings are shown, the hash of four digits is as good as the digits."""
        return "(argon2id)" if value else ""


class Sessions(Section):
    """How long a desk stays signed in. TVs and machines with a token stay."""

    idle_hours: float = Field(
        default=3.0, ge=0.25, le=12, description="Nghỉ bao lâu thì phải đăng nhập lại, giờ | idle hours until sign-out"
    )
    grace_s: float = Field(
        default=20.0,
        ge=2,
        le=600,
        description="Mất kết nối bao lâu thì nhả quầy, giây | lost link frees the seat after",
    )
