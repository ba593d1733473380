"""Settings of the wires: buses, boards, buttons, key pads, ticket printer, loudspeaker."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from config.settings_base import Accent, CounterNumber, Identifier, Interval, Port, Section

_UNSTABLE = re.compile(r"^/dev/(tty(USB|ACM)\d+|serial\d*$)")


class Bus(Section):
    """A serial bus: with our firmware on it, or with boards sold by others (docs/boards.md)."""

    id: Identifier = Field(default="main", description="Tên bus | id")
    port: str = Field(description="Cổng với tên ổn định /dev/serial/by-id/… hoặc /dev/motcua/… | stable name")
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 250000] = Field(
        default=115200, description="Tốc độ, bit/s (bảng hãng khác: 9600) | bits per second (boards of others: 9600)"
    )
    protocol: Literal["motcua", "modbus-rtu", "ascii"] = Field(
        default="motcua", description="Giao thức; bảng hãng khác: modbus-rtu, ascii | protocol; boards of others"
    )
    mode: Literal["direct", "rs485"] = Field(
        default="direct",
        description="Dây riêng (USB) hay dây chung nhiều bo mạch (RS-485) | own wires (USB), or shared ones",
    )
    format: Literal["8N1", "8E1", "8O1", "8N2", "8E2", "8O2", "7E1", "7O1", "7N2"] = Field(
        default="8N1", description="Số bit, chẵn lẻ, bit dừng (bảng hãng khác) | data bits, parity, stop bits (others)"
    )
    gap_ms: float = Field(
        default=0.0,
        ge=0,
        le=500,
        description="Nghỉ giữa hai khung, ms; 0 = 3,5 ký tự (bảng hãng khác) | gap between frames; 0 = 3.5 characters",
    )

    @model_validator(mode="before")
    @classmethod
    def _usual_speed(cls, raw: Any) -> Any:
        """Boards sold by others leave the factory at 9600; our firmware speaks 115200."""
        if isinstance(raw, dict) and raw.get("protocol") in ("modbus-rtu", "ascii"):
            return {"baud": 9600, **raw}
        return raw

    @model_validator(mode="after")
    def _own_firmware_is_8n1(self) -> Bus:
        if self.protocol == "motcua" and (self.format != "8N1" or self.gap_ms):
            raise ValueError("format, gap_ms: chỉ cho modbus-rtu, ascii/only for protocol modbus-rtu or ascii")
        return self

    @field_validator("port")
    @classmethod
    def _stable(cls, value: str) -> str:
        if _UNSTABLE.match(value):
            raise ValueError(
                f"{value} is numbered by the order of plugging and changes after a reboot; give the stable name under "
                "/dev/serial/by-id/ (ls -l /dev/serial/by-id) or /dev/motcua/"
            )
        if not value.startswith("/"):
            raise ValueError(f"{value!r} is not an absolute path, e.g. /dev/serial/by-id/usb-…-if00")
        return value


class Board(Section):
    """A board (bảng LED): counter board, main panel, or matrix (one line of running text)."""

    id: Identifier = Field(description="Tên bảng | id")
    kind: Literal["counter", "main", "matrix"] = Field(description="Loại: quầy, tổng, chữ chạy | kind")
    bus: Identifier = Field(default="main", description="Nối vào bus | on this bus")
    node: int = Field(default=1, ge=1, le=30, description="Địa chỉ vi điều khiển | address of the microcontroller")
    address: int = Field(default=0, ge=0, le=15, description="Vị trí trên vi điều khiển | place on it")
    profile: str = Field(
        default="",
        max_length=1000,
        description="Bảng hãng khác: tên mẫu hoặc tệp .toml (motcua boards profiles) | profile of a board of others",
    )
    unit: int | None = Field(
        default=None, ge=1, le=247, description="Bảng hãng khác: địa chỉ trên bus | unit address of a board of others"
    )
    brightness: int = Field(
        default=80, ge=0, le=100, description="Bảng hãng khác: độ sáng, % | brightness of a board of others"
    )
    counter: CounterNumber | None = Field(default=None, description="Của quầy nào (bảng quầy) | whose (counter boards)")
    digits: Literal[3, 4] = Field(default=4, description="Số chữ số | digits")
    rows: int = Field(default=8, ge=1, le=8, description="Số dòng (bảng tổng) | rows (main panel)")
    width: int = Field(
        default=96, ge=32, le=256, multiple_of=8, description="Bề ngang, điểm sáng (chữ chạy) | dots across (matrix)"
    )
    height: Literal[16, 24, 32] = Field(default=16, description="Bề cao, điểm sáng (chữ chạy) | dots down (matrix)")
    speed: int = Field(
        default=40, ge=10, le=120, description="Chữ chạy bao nhiêu điểm mỗi giây (chữ chạy) | dots a second (matrix)"
    )
    least_s: float = Field(
        default=4.0,
        ge=1,
        le=30,
        description="Mỗi lượt gọi đứng ít nhất, giây (bảng tổng, chữ chạy) | a call stays at least (main, matrix)",
    )
    call_s: float = Field(
        default=15.0,
        ge=2,
        le=120,
        description="Gọi bao lâu thì trở lại thông báo, giây (chữ chạy) | a call's time before the playlist",
    )
    lounge: Identifier | Literal[""] = Field(
        default="", description="Của phòng chờ nào; trống = mọi quầy | of which waiting room; empty = all counters"
    )


class Button(Section):
    """A ticket button and the service it issues for."""

    id: Identifier = Field(description="Tên nút | id")
    service: Identifier = Field(description="Lấy số cho lĩnh vực | issues for this service")
    bus: Identifier | Literal["gpio"] = Field(default="main", description="bus hoặc gpio | bus or gpio")
    node: int = Field(default=1, ge=1, le=30, description="Địa chỉ vi điều khiển | address of the microcontroller")
    input: int = Field(ge=0, le=27, description="Chân hoặc số nút | input number, or BCM pin on gpio")
    lamp: int | None = Field(default=None, ge=0, le=27, description="Chân đèn (gpio) | lamp pin (gpio)")


class Keypad(Section):
    """A clerk's key pad: call, recall, no-show, transfer."""

    id: Identifier = Field(description="Tên bàn phím | id")
    counter: CounterNumber = Field(description="Của quầy | whose")
    bus: Identifier = Field(default="main", description="bus | bus")
    node: int = Field(default=1, ge=1, le=30, description="Địa chỉ vi điều khiển | address of the microcontroller")
    address: int = Field(ge=0, le=15, description="Vị trí trên vi điều khiển | place on it")


class Printer(Section):
    """The ticket printer."""

    kind: Literal["none", "serial", "usb", "network", "file"] = Field(
        default="none", description="Kiểu nối | connection"
    )
    device: str = Field(default="", description="Cổng serial tên ổn định, hoặc tệp /dev/usb/lp0 | port or file")
    baud: int = Field(default=115200, ge=1200, le=921600, description="Tốc độ serial | serial speed")
    host: str = Field(default="", max_length=120, description="Địa chỉ máy in mạng | network address")
    port: Port = Field(default=9100, description="Cổng mạng | network port")
    usb_vendor: int = Field(default=0, ge=0, le=0xFFFF, description="Mã hãng USB | USB vendor id")
    usb_product: int = Field(default=0, ge=0, le=0xFFFF, description="Mã máy USB | USB product id")
    profile: str = Field(
        default="generic-80",
        max_length=200,
        pattern=r"^([a-z0-9][a-z0-9-]{0,39}|/.+\.toml)$",
        description="Loại máy in (motcua printers) hoặc tệp /….toml | kind of printer, or a file",
    )
    width_dots: Literal[384, 576] | None = Field(
        default=None, description="Bề rộng, chấm; trống = theo profile | width in dots; empty = the profile's"
    )
    status: bool | None = Field(
        default=None, description="Trả lời trạng thái; trống = theo profile | answers status; empty = the profile's"
    )
    copies: Literal[1, 2] = Field(
        default=1, description="2: thêm một liên cho quầy, có ghi rõ | 2: one more for the desk, marked as such"
    )
    template: str = Field(
        default="",
        max_length=200,
        pattern=r"^$|^/.+$",
        description="Mẫu phiếu riêng (motcua ticket), trống = mẫu kèm theo | own ticket template, empty = the shipped",
    )
    timeout_s: float = Field(
        default=10.0, ge=0.5, le=60, description="Chờ tối đa mỗi phiếu, giây | longest wait a ticket"
    )

    @field_validator("device")
    @classmethod
    def _stable(cls, value: str) -> str:
        return Bus._stable(value) if value else value


class Speaker(Section):
    """The loudspeaker."""

    backend: Literal["none", "alsa", "file"] = Field(default="none", description="Cách phát | how sound leaves")
    device: str = Field(default="default", max_length=80, description="Thiết bị ALSA | ALSA device")
    folder: str = Field(default="", description="Thư mục WAV (backend file) | folder of WAVs")
    accent: Accent = Field(default="north", description="Giọng | accent")
    repeat: int = Field(default=2, ge=1, le=4, description="Số lần đọc | times spoken")
    pause_s: float = Field(default=1.2, ge=0.2, le=5, description="Nghỉ giữa hai lần, giây | pause between")
    volume: int = Field(default=80, ge=0, le=100, description="Âm lượng % | volume")
    volume_hours: dict[Interval, Annotated[int, Field(ge=0, le=100)]] = Field(
        default_factory=dict,
        max_length=24,
        description='Âm lượng theo giờ, ví dụ {"07:00-08:00" = 60}; giờ khác theo volume | volume by hour of the day',
    )
    say_broadcast: bool = Field(
        default=True,
        description="Có thông báo của phụ trách thì mời mọi người xem | ask people to read a supervisor's broadcast",
    )
    quiet: list[Interval] = Field(
        default_factory=list,
        max_length=12,
        description="Giờ yên lặng: chỉ đọc báo khẩn, bảng vẫn hiện | quiet: boards only, but for emergencies",
    )
