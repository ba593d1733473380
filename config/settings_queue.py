"""Settings of the queue: services, counters and the rules between them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from config.settings_base import CounterNumber, Identifier, Letter, Section
from config.settings_hours import TimeOfDay, Week


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
    quota: int = Field(
        default=0, ge=0, le=999, description="Số phiếu tối đa mỗi ngày, 0 = không hạn | tickets a day, 0 = no limit"
    )
    hours: Week = Field(
        default=Week(),
        description="Giờ riêng: ngày nào ghi thì theo đó, còn lại theo [hours] | own hours of the days named here",
    )
    last_ticket_min: int | None = Field(
        default=None,
        ge=0,
        le=180,
        description="Như [hours], riêng lĩnh vực này; trống = theo [hours] | as in [hours], for this service",
    )
    advice: bool = Field(
        default=False, description="Là nơi hướng dẫn, không nhận hồ sơ | advice only, no dossiers taken"
    )
    appointments: bool = Field(default=True, description="Nhận lịch hẹn | takes appointments")


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
    kind: Literal["desk", "advice", "reception"] = Field(
        default="desk", description="Loại: quầy hồ sơ, bàn hướng dẫn, bàn tiếp đón | dossiers, advice, or reception"
    )

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or f"Quầy {self.id}"


class Queue(Section):
    """The rules of the queue (why these defaults: docs/decisions/011)."""

    normals_between: int = Field(
        default=2,
        ge=0,
        le=20,
        description="Tối đa mấy số thường giữa hai số ưu tiên | ordinary calls at most between two priority ones",
    )
    longest_wait_min: int = Field(
        default=45,
        ge=5,
        le=480,
        description="Số thường chờ quá bấy nhiêu phút được gọi trước số ưu tiên đến sau"
        " | an ordinary ticket that waited longer goes before priority ones that came after it",
    )
    long_wait_min: int = Field(
        default=40, ge=5, le=480, description="Từ mấy phút thì hỏi có lấy số không | from so many minutes on: ask first"
    )
    recall_limit: int = Field(default=3, ge=0, le=20, description="Gọi lại tối đa | recalls of one call at most")
    no_show_after: int = Field(
        default=3,
        ge=0,
        le=20,
        description="Gọi đủ bấy nhiêu lần mà gọi lại nữa là vắng mặt, 0 = không tự chuyển"
        " | after so many calls another recall means nobody came, 0 = never by itself",
    )
    no_show_returns: int = Field(
        default=1, ge=0, le=5, description="Vắng mặt được xếp lại mấy lần | returns to the queue after nobody came"
    )
    return_place: Literal["earned", "after", "end"] = Field(
        default="earned",
        description="Xếp lại ở đâu: chỗ cũ, sau vài người, cuối hàng | place on return: earned, after some, the end",
    )
    return_after: int = Field(
        default=2, ge=1, le=20, description="Với return_place = after: sau mấy người | after how many people"
    )
    reopen_min: int = Field(
        default=30, ge=0, le=480, description="Mở lại phiếu đóng nhầm trong mấy phút | reopen a closed ticket within"
    )
    undo_s: int = Field(
        default=10, ge=0, le=60, description="Hoàn tác thao tác cuối trong mấy giây | undo the last act within seconds"
    )
    carry_overnight: bool = Field(
        default=False, description="Ai chưa gọi thì giữ số sang hôm sau | who still waits keeps the number overnight"
    )
    auto_day_close: TimeOfDay | Literal[""] = Field(
        default="", description="Giờ tự đóng ngày, trống = không | closes the day by itself, empty = never"
    )
    keep_sums_days: int = Field(
        default=366, ge=30, le=3650, description="Giữ số liệu theo giờ mấy ngày | days the hourly sums are kept"
    )


class Appointments(Section):
    """Appointments: a code and a time, never a name."""

    file: str = Field(
        default="", max_length=200, description="Tệp danh sách CSV, nạp lại khi đổi | list as CSV, read when it changes"
    )
    early_min: int = Field(default=15, ge=0, le=240, description="Được đến sớm mấy phút | may come early by minutes")
    late_min: int = Field(default=15, ge=0, le=240, description="Được đến muộn mấy phút | may come late by minutes")
    after_late: Literal["normal", "refuse"] = Field(
        default="normal", description="Muộn hơn nữa: xếp như số thường, hay từ chối | later still: ordinary, or refused"
    )
