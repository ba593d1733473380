"""Settings of when the desk works: the week, holidays, make-up days, helpers' days.

All times are local (`site.timezone`), `HH:MM-HH:MM`, end not included. Reasons of the defaults: docs/decisions/011.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from config.settings_base import Section

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Minutes = tuple[int, int]
"""[start, end) in minutes of the day, 0..1440."""

Span = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


def minutes_of(text: str) -> int:
    """`07:30` → 450."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def span_minutes(span: str) -> Minutes:
    """`07:30-11:30` → (450, 690)."""
    start, _, end = span.partition("-")
    return minutes_of(start), minutes_of(end)


def ordered(spans: list[str]) -> list[str]:
    """The same spans. Raises `ValueError` for one that ends before it begins and for two that overlap."""
    last_end, last = -1, ""
    for span in sorted(spans, key=span_minutes):
        start, end = span_minutes(span)
        if end <= start:
            raise ValueError(f"{span}: giờ kết thúc phải sau giờ bắt đầu/the end must be after the start")
        if start < last_end:
            raise ValueError(f"{last} và/and {span} chồng nhau/overlap")
        last_end, last = end, span
    return spans


class Week(Section):
    """Working hours by weekday."""

    mon: list[Span] | None = Field(default=None, max_length=6, description="Thứ Hai | Monday")
    tue: list[Span] | None = Field(default=None, max_length=6, description="Thứ Ba | Tuesday")
    wed: list[Span] | None = Field(default=None, max_length=6, description="Thứ Tư | Wednesday")
    thu: list[Span] | None = Field(default=None, max_length=6, description="Thứ Năm | Thursday")
    fri: list[Span] | None = Field(default=None, max_length=6, description="Thứ Sáu | Friday")
    sat: list[Span] | None = Field(default=None, max_length=6, description="Thứ Bảy | Saturday")
    sun: list[Span] | None = Field(default=None, max_length=6, description="Chủ nhật | Sunday")

    @field_validator(*WEEKDAYS)
    @classmethod
    def _in_order(cls, value: list[str] | None) -> list[str] | None:
        return None if value is None else ordered(value)

    def of(self, weekday: int) -> tuple[Minutes, ...] | None:
        """Hours of a weekday (0 = Monday); None where the day is not named."""
        spans: list[str] | None = getattr(self, WEEKDAYS[weekday])
        return None if spans is None else tuple(sorted(span_minutes(each) for each in spans))

    @property
    def named(self) -> bool:
        """Whether any day is named; a site without any is never closed by the hour."""
        return any(getattr(self, day) is not None for day in WEEKDAYS)


class Holiday(Section):
    """Days off, both ends included. Lunar holidays are entered every year."""

    start: date = Field(alias="from", description="Từ ngày, YYYY-MM-DD | first day")
    end: date = Field(alias="to", description="Đến hết ngày | last day")
    name: str = Field(default="Nghỉ lễ", min_length=1, max_length=60, description="Tên | name")
    name_en: str = Field(
        default="Public holiday", min_length=1, max_length=60, description="Tên tiếng Anh | in English"
    )

    @model_validator(mode="after")
    def _forwards(self) -> Holiday:
        if self.end < self.start:
            raise ValueError(
                f"from {self.start} to {self.end}: ngày cuối trước ngày đầu/the last day is before the first"
            )
        return self


class Makeup(Section):
    """A day worked out of turn, holiday or weekend; its hours stand for every service."""

    day: date = Field(description="Ngày làm bù, YYYY-MM-DD | day")
    hours: list[Span] = Field(min_length=1, max_length=6, description="Giờ làm, ví dụ 07:30-11:30 | hours")
    name: str = Field(default="Làm bù", min_length=1, max_length=60, description="Tên | name")

    @field_validator("hours")
    @classmethod
    def _in_order(cls, value: list[str]) -> list[str]:
        return ordered(value)


class Hours(Section):
    """When numbers are issued. Never closes a counter: who has a number is served."""

    week: Week = Field(
        default=Week(),
        description="Giờ làm mỗi ngày; không ghi ngày nào = nhận cả ngày; ghi rồi thì ngày không ghi là nghỉ"
        " | hours of each day; no day named = always open, else a day not named is off",
    )
    holidays: list[Holiday] = Field(
        default_factory=list, max_length=60, description="Ngày nghỉ, âm lịch nhập mỗi năm | holidays, entered yearly"
    )
    makeup: list[Makeup] = Field(default_factory=list, max_length=60, description="Ngày làm bù | make-up days")
    last_ticket_min: int = Field(
        default=15,
        ge=0,
        le=180,
        description="Ngừng phát số trước khi hết buổi, phút | no number so long before the end",
    )
    early_ticket_min: int = Field(
        default=15, ge=0, le=120, description="Phát số sớm trước giờ làm, phút | numbers so long before the start"
    )
    enforce: bool = Field(
        default=True,
        description="Ngoài giờ không phát số (đồng hồ chưa tin được thì vẫn phát)"
        " | no numbers outside the hours (an untrusted clock closes nothing)",
    )


class HelpDay(Section):
    """Somebody helps on certain days: Youth Union, the day without writing."""

    weekdays: list[Weekday] = Field(default_factory=list, max_length=7, description="Thứ, ví dụ tue, thu | weekdays")
    days: list[date] = Field(default_factory=list, max_length=60, description="Ngày riêng | single days")
    start: TimeOfDay = Field(default="07:30", alias="from", description="Từ giờ | from")
    end: TimeOfDay = Field(default="11:30", alias="to", description="Đến giờ | to")
    who: str = Field(default="Đoàn Thanh niên", min_length=1, max_length=60, description="Ai giúp | who helps")
    who_en: str = Field(default="Youth Union", min_length=1, max_length=60, description="Tiếng Anh | in English")
    what: str = Field(
        default="hướng dẫn và viết giúp", min_length=1, max_length=80, description="Giúp việc gì | what they help with"
    )
    what_en: str = Field(
        default="guidance and help with forms", min_length=1, max_length=80, description="Tiếng Anh | in English"
    )

    @model_validator(mode="after")
    def _some_day(self) -> HelpDay:
        if not self.weekdays and not self.days:
            raise ValueError("cần weekdays hoặc days, ví dụ weekdays = ['tue', 'thu']/give weekdays or days")
        if self.end <= self.start:
            raise ValueError(
                f"from {self.start} to {self.end}: giờ kết thúc phải sau giờ bắt đầu/the end must be later"
            )
        return self
