"""Settings of the touchscreen: the panel and its manners, the camera, the look-up at the commune server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.settings_base import Section

LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$"
"""The name of a catalogue of words: a language code, with a script or a country where one is needed."""


class Kiosk(Section):
    """The touchscreen."""

    enabled: bool = Field(default=True, description="Có màn hình chạm | there is a touchscreen")
    panel: Literal["1024x600", "1280x800", "1920x1080", "720x1280"] = Field(
        default="1280x800", description="Điểm ảnh | pixels"
    )
    diagonal_in: float = Field(default=10.1, ge=7, le=65, description="Đường chéo, inch | diagonal in inches")
    video: Literal["auto", "kmsdrm", "x11", "wayland", "dummy"] = Field(
        default="auto", description="Trình hiển thị | video driver"
    )
    touch: str = Field(default="", description="Thiết bị chạm, trống = tự tìm | touch device, empty = found")
    idle_s: float = Field(
        default=45.0, ge=15, le=600, description="Nghỉ bao lâu thì hỏi, giây | idle before the warning"
    )
    warn_s: float = Field(default=20.0, ge=20, le=120, description="Báo trước khi xóa, giây | warning before the wipe")
    language: str = Field(default="vi", pattern=LANGUAGE, description="Ngôn ngữ đầu, ví dụ vi, en, fr | first language")
    languages: list[Annotated[str, Field(pattern=LANGUAGE)]] = Field(
        default_factory=list,
        max_length=12,
        description='Các ngôn ngữ, ví dụ ["vi", "en"]; trống = mọi ngôn ngữ có tệp | languages; empty = all there are',
    )
    speaker: str = Field(
        default="",
        max_length=200,
        pattern=r"^$|^file:/.+$|^[A-Za-z0-9_:=,.\-]+$",
        description="Loa riêng của kiosk (thiết bị ALSA); trống = không đọc to | its own sound device; empty = no voice",
    )
    volume: int = Field(default=70, ge=20, le=100, description="Âm lượng đọc to lúc đầu, % | volume of the voice")
    headphones: bool = Field(
        default=False,
        description="Loa đó là tai nghe: được đọc cả chi tiết riêng | headphones: private details are spoken too",
    )
    attract_s: float = Field(
        default=60.0, ge=0, le=3600, description="Trang chủ nghỉ bao lâu thì hiện màn hình chờ, giây; 0 = không | rests"
    )
    attract_turn_s: float = Field(
        default=15.0, ge=10, le=600, description="Mỗi trang của màn hình chờ, giây | seconds of one page while it rests"
    )
    catalogue: str = Field(default="", description="Tệp thủ tục, trống = mẫu kèm theo | catalogue, empty = the sample")
    faces: Literal[3, 5] = Field(default=5, description="Số mức đánh giá | steps of the rating")


class Scanner(Section):
    """The camera that reads receipts."""

    source: str = Field(
        default="none",
        pattern=r"^(none|picamera2|v4l2:/dev/.+|video:.+|folder:.+)$",
        description="none, picamera2, v4l2:/dev/…, video:TỆP, folder:THƯ_MỤC | where frames come from",
    )
    width: int = Field(default=1280, ge=320, le=4056, description="Bề ngang ảnh | frame width")
    height: int = Field(default=720, ge=240, le=3040, description="Chiều cao ảnh | frame height")
    fps: float = Field(default=5.0, ge=1, le=30, description="Ảnh mỗi giây | frames per second")
    stall_s: float = Field(
        default=5.0, ge=1, le=60, description="Treo bao lâu thì khởi động lại | restart after a stall of"
    )
    focus_m: float = Field(
        default=0.0, ge=0, le=2, description="Khoảng cách giấy, mét; 0 = tự lấy nét | paper's distance, m; 0: autofocus"
    )


class Lookup(Section):
    """Dossier look-up at the commune server over HTTPS."""

    base_url: str = Field(
        default="", pattern=r"^$|^https://[A-Za-z0-9.\-:\[\]]+$", description="Địa chỉ máy chủ | server address"
    )
    ca: str = Field(default="", description="CA | certificate authority")
    cert: str = Field(default="", description="Chứng thư máy | device certificate")
    key: str = Field(default="", description="Khóa máy | device key")
    connect_s: float = Field(default=2.0, ge=0.1, le=10, description="Hạn kết nối, giây | connect limit")
    read_s: float = Field(default=4.0, ge=0.1, le=20, description="Hạn đọc, giây | read limit")
    total_s: float = Field(
        default=6.0, ge=0.5, le=30, description="Hạn chung gồm cả DNS, giây | total deadline with DNS"
    )
