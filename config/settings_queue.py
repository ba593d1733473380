"""Settings of the queue: services, counters and the rules between them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.settings_base import CounterNumber, Identifier, Letter, Section


class Service(Section):
    """A service (lĩnh vực): one queue, one letter."""

    id: Identifier = Field(description="Mã lĩnh vực | id")
    letter: Letter = Field(description="Chữ cái trên phiếu, không dùng I, O | letter on the ticket, not I or O")
    name: str = Field(min_length=1, max_length=60, description="Tên | name")
    name_en: str = Field(min_length=1, max_length=60, description="Tên tiếng Anh | English name")
    first: int = Field(default=1, ge=1, le=999, description="Số đầu | first number")
    last: int = Field(default=999, ge=1, le=999, description="Số cuối | last number")
    minutes: int = Field(
        default=8, ge=1, le=240, description="Phút mỗi lượt, dùng khi chưa có số đo | minutes a turn before measured"
    )


class Counter(Section):
    """A counter (quầy) and what it serves."""

    id: CounterNumber = Field(description="Số quầy | number")
    name: str = Field(default="", max_length=40, description="Tên, trống = Quầy N | name, empty = Quầy N")
    title: str = Field(default="", max_length=60, description="Việc của quầy | what it does")
    title_en: str = Field(default="", max_length=60, description="như trên | as above")
    services: list[Identifier] = Field(min_length=1, max_length=30, description="Lĩnh vực phục vụ | services")
    transfer_to: CounterNumber | None = Field(
        default=None, description="Phím Chuyển gửi đến quầy | the key pad's transfer key"
    )
    lounge: Identifier | Literal[""] = Field(
        default="",
        description="Gọi ở phòng chờ nào; trống = loa chung | called in this waiting room; empty = [speaker]",
    )

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or f"Quầy {self.id}"
