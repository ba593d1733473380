"""Settings of what stands between calls (playlist of TV and matrix boards), and waiting rooms with their own voice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.settings_base import Identifier, Interval, Section, minutes_of
from config.settings_hours import WEEKDAYS, Weekday

Text = Annotated[str, Field(max_length=200)]
HOUR_S = 3600


class PlaylistItem(Section):
    """A slogan or notice between calls: `minutes` or `showings` an hour; neither = it fills what is left, in turn."""

    id: Identifier = Field(description="Tên mục | id")
    kind: Literal["slogan", "notice", "team"] = Field(
        default="notice", description="Khẩu hiệu, thông báo, tổ trực | slogan, notice, team on duty"
    )
    vi: Text = Field(min_length=1, description="Nội dung; {team} = tổ đến lượt | text; {team} = whose turn it is")
    en: Text = Field(default="", description="Nội dung tiếng Anh (TV) | English text (TV)")
    minutes: float = Field(
        default=0, ge=0, le=60, description="Số phút mỗi giờ; 0 = không tính theo phút | minutes of every hour"
    )
    showings: int = Field(
        default=0, ge=0, le=120, description="Số lần hiện mỗi giờ; 0 = không tính theo lần | showings in every hour"
    )
    seconds: int = Field(default=20, ge=3, le=600, description="Mỗi lần hiện bao lâu, giây | seconds of one showing")
    weekdays: list[Weekday] = Field(
        default_factory=list, max_length=7, description="Các thứ trong tuần; trống = mọi ngày | weekdays; empty = all"
    )
    hours: list[Interval] = Field(
        default_factory=list,
        max_length=8,
        description='Khung giờ "07:30-11:30"; trống = cả ngày | hours; empty = all day',
    )
    days: Literal["any", "working", "closed"] = Field(
        default="any",
        description="Mọi ngày; chỉ ngày làm việc (kể cả làm bù, trừ lễ); chỉ ngày nghỉ | any, working or closed days",
    )
    first_day: date | None = Field(default=None, alias="from", description="Từ ngày, YYYY-MM-DD | first day")
    last_day: date | None = Field(default=None, alias="to", description="Đến hết ngày | last day")
    teams: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        default_factory=list,
        max_length=60,
        description="Các tổ thay phiên, mỗi ngày của mục một tổ, đếm từ ngày đầu | teams in turn, one for each day",
    )
    where: list[Literal["tv", "matrix"]] = Field(
        default=["tv", "matrix"], min_length=1, max_length=2, description="Hiện ở đâu | where"
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.minutes and self.showings:
            raise ValueError("chọn minutes hoặc showings, không cả hai/either minutes or showings an hour, not both")
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValueError(f"from {self.first_day} sau/is after to {self.last_day}")
        if bool(self.teams) != ("{team}" in self.vi):
            raise ValueError("teams và chữ {team} trong vi phải đi cùng nhau/teams and {team} in vi belong together")
        if self.showings * self.seconds > HOUR_S:
            raise ValueError(
                f"{self.showings} lần × {self.seconds} giây dài hơn một giờ/showings of that length fill over an hour"
            )
        return self

    @property
    def asked_s(self) -> float:
        """Seconds of a whole hour it asks for; 0 for one that fills what is left."""
        return self.minutes * 60 or float(self.showings * self.seconds)


class Lounge(Section):
    """A waiting room (phòng chờ) with a loudspeaker of its own. Its counters and boards name it (`lounge = "…"`)."""

    id: Identifier = Field(description="Mã phòng chờ | id")
    name: str = Field(min_length=1, max_length=60, description="Tên phòng chờ | name")
    device: str = Field(default="default", max_length=80, description="Thiết bị ALSA | ALSA device")
    folder: str = Field(
        default="", description="Thư mục WAV (backend file); trống = {speaker.folder}/{id} | folder of WAVs"
    )
    volume: int | None = Field(
        default=None, ge=0, le=100, description="Âm lượng %; trống = như [speaker] | volume; empty = as [speaker]"
    )


def overbooked(items: Sequence[PlaylistItem]) -> tuple[Weekday, int, float] | None:
    """(weekday, hour, minutes asked) of the first hour that is asked for more than 60 minutes, None when all fits."""
    days = {each.first_day for each in items} | {None}
    for day in days:  # ranges of dates overlap most where one of them begins
        here = [each for each in items if _runs(each, day) and each.asked_s]
        for weekday in WEEKDAYS:
            on = [each for each in here if not each.weekdays or weekday in each.weekdays]
            for hour in range(24):
                asked = sum(each.asked_s * _share(each, hour) for each in on)
                if asked > HOUR_S + 1:
                    return weekday, hour, round(asked / 60, 1)
    return None


def _runs(item: PlaylistItem, day: date | None) -> bool:
    if day is None:
        return item.first_day is None
    return (item.first_day or day) <= day <= (item.last_day or day)


def _share(item: PlaylistItem, hour: int) -> float:
    if not item.hours:
        return 1.0
    total = 0
    for each in item.hours:
        for low, high in minutes_of(each):
            total += max(0, min(high, hour * 60 + 60) - max(low, hour * 60))
    return min(1.0, total / 60)
