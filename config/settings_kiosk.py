"""Settings of the touchscreen: the panel and its manners, the camera, the look-up at the commune server."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_serializer, field_validator, model_validator

from config.settings_base import Section
from config.settings_staff import PIN_COMMAND, is_pin_hash

LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$"
"""The name of a catalogue of words: a language code, with a script or a country where one is needed."""
NO_HASH = "(no hash)"
"""Stands for what was written as a PIN's hash and is none."""


class Carry(Section):
    """The QR code that takes a procedure's list of papers home on a phone. It holds what it says and nothing else."""

    kind: Literal["text", "link", "none"] = Field(
        default="text", description="text: chữ trong mã; link: một địa chỉ; none: không có mã | what the code holds"
    )
    link: str = Field(
        default="",
        max_length=200,
        description="Địa chỉ, {code} là mã thủ tục | address; {code} stands for the procedure's code",
    )

    @field_validator("link")
    @classmethod
    def _plain(cls, value: str) -> str:
        if value and not re.fullmatch(r"https://[A-Za-z0-9.\-]+(:\d+)?(/[A-Za-z0-9._~/?&=%:{}\-]*)?", value):
            raise ValueError(
                "địa chỉ cần bắt đầu bằng https://, không dấu cách, ví dụ https://xa.example.vn/tthc/{code}"
                " / an https address without blanks is wanted"
            )
        if re.sub(r"\{code\}", "", value).count("{") or re.sub(r"\{code\}", "", value).count("}"):
            raise ValueError("chỉ có {code} được thay vào / {code} is the only place there is")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Carry:
        if self.kind == "link" and not self.link:
            raise ValueError("kind = link mà chưa có link / kind = link, but there is no link")
        return self


HttpsLink = Annotated[
    str, Field(max_length=200, pattern=r"^$|^https://[A-Za-z0-9.\-]+(:[0-9]+)?(/[A-Za-z0-9._~/?&=%:#@+\-]*)?$")
]


class Links(Section):
    """Addresses that are shown as QR codes on the help screens; an empty one is not shown. The kiosk opens none."""

    zalo: HttpsLink = Field(default="", description="Trang Zalo của xã, https://… | the commune's Zalo page")
    feedback: HttpsLink = Field(default="", description="Trang góp ý, phản ánh | the feedback page")
    portal: HttpsLink = Field(default="", description="Trang nộp hồ sơ trực tuyến | the page to file online")


class Kiosk(Section):
    """The touchscreen."""

    enabled: bool = Field(default=True, description="Có màn hình chạm | there is a touchscreen")
    panel: Literal["1024x600", "1280x800", "1920x1080", "720x1280"] = Field(
        default="1280x800", description="Điểm ảnh | pixels"
    )
    diagonal_in: float = Field(default=10.1, ge=7, le=65, description="Đường chéo, inch | diagonal in inches")
    rotate: Literal[0, 90, 180, 270] = Field(
        default=0, description="Xoay hình theo chiều kim đồng hồ, độ | picture turned clockwise, degrees"
    )
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
        description="Loa riêng của kiosk (thiết bị ALSA); trống = không đọc to | own sound device; empty = none",
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
    aliases: str = Field(
        default="",
        description="Tệp lời dân hay nói, trống = aliases.toml cạnh tệp thủ tục | everyday words, empty = beside it",
    )
    keyboard: Literal["plain", "telex", "vni"] = Field(
        default="plain", description="Bàn phím lúc đầu: không dấu, Telex, VNI | the keyboard at first"
    )
    tone_style: Literal["old", "new"] = Field(
        default="old", description="Chỗ đặt dấu: old = hòa, new = hoà | where a tone stands"
    )
    staff_pin: str = Field(
        default="",
        repr=False,
        max_length=256,
        description=f"Băm PIN màn hình cán bộ, tạo bằng: {PIN_COMMAND} | the staff screen's PIN, hashed by that",
    )
    faces: Literal[3, 5] = Field(default=5, description="Số mức đánh giá | steps of the rating")
    counter: int = Field(
        default=0,
        ge=0,
        le=99,
        description="Đánh giá cho quầy nào, 0 = máy đặt ở phòng chờ | counter its ratings are of, 0 = a waiting room's",
    )
    carry: Carry = Carry()
    links: Links = Links()

    @field_validator("staff_pin", mode="before")
    @classmethod
    def _never_shown(cls, value: Any) -> Any:
        """A PIN written here by mistake must not come back in an error message: what is wrong is said without it."""
        return value if value == "" or (isinstance(value, str) and is_pin_hash(value)) else NO_HASH

    @field_serializer("staff_pin")
    def _hidden(self, value: str) -> str:
        return "(argon2id)" if value else ""


class Scanner(Section):
    """The camera that reads receipts."""

    source: str = Field(
        default="none",
        pattern=r"^(none|picamera2|v4l2:/dev/.+|video:.+|folder:.+|(wedge|serial):/.+)$",
        description="none, picamera2, v4l2:/dev/…, video:TỆP, folder:THƯ_MỤC, wedge:/dev/… hoặc serial:/dev/… (đầu đọc "
        "cầm tay) | where codes come from: a camera, a film, a folder of pictures, or a hand scanner",
    )
    hand: str = Field(
        default="",
        pattern=r"^$|^(wedge|serial):/.+$",
        description="Đầu đọc cầm tay đặt thêm bên máy ảnh | a hand scanner beside the camera",
        examples=["wedge:/dev/motcua/wedge", "serial:/dev/ttyACM0@9600"],
    )
    hand_end: Literal["enter", "pause"] = Field(
        default="enter",
        description="Đầu đọc kết thúc mã bằng Enter/Tab, hay chỉ ngừng (pause) | how the hand scanner ends a code",
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
    unit: str = Field(
        default="",
        max_length=35,
        pattern=r"^$|^(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}|[A-Y][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,6})$",
        description="Mã đơn vị đầu mã hồ sơ, điền sẵn khi nhập tay, ví dụ H38.12.25"
        " | unit a dossier code begins with here, prefilled on the keypad, e.g. H38.12.25",
    )


class Payment(Section):
    """The commune's account for fees, shown as a VietQR. Empty: the screen is not offered.

    A swapped account is the obvious fraud: this file belongs to root alone, and the screen names the holder in words.
    """

    bin: str = Field(default="", description="Mã ngân hàng 6 chữ số (NAPAS) | the bank's BIN, e.g. 970436")
    account: str = Field(default="", description="Số tài khoản | account number, 6 to 19 letters or digits")
    holder: str = Field(
        default="", max_length=60, description="Tên chủ tài khoản như ngân hàng ghi | the holder, as the bank writes it"
    )
    bank: str = Field(default="", max_length=40, description="Tên ngân hàng để hiển thị | the bank's name, to be shown")
    purpose: str = Field(
        default="LP",
        pattern=r"^[A-Za-z0-9]{1,6}$",
        description="Chữ đầu của nội dung chuyển tiền | first word of the transfer's note",
    )

    @property
    def offered(self) -> bool:
        """Whether there is an account to show."""
        return bool(self.bin)

    @field_validator("bin")
    @classmethod
    def _six_digits(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9]{6}", value):
            raise ValueError(
                f"mã ngân hàng có đúng 6 chữ số, ở đây là {value!r} / a bank's BIN has six digits, e.g. 970436"
            )
        return value

    @field_validator("account")
    @classmethod
    def _an_account(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9A-Za-z]{6,19}", value):
            raise ValueError(
                f"số tài khoản có 6–19 chữ số hoặc chữ cái, không dấu cách; ở đây dài {len(value)}"
                " / an account has 6 to 19 letters or digits and no blanks"
            )
        return value

    @model_validator(mode="after")
    def _whole(self) -> Payment:
        given = {"bin": self.bin, "account": self.account, "holder": self.holder}
        missing = [name for name, value in given.items() if not value.strip()]
        if missing and len(missing) < len(given):
            raise ValueError(
                f"còn thiếu {', '.join(missing)}: cần đủ mã ngân hàng, số tài khoản và tên chủ tài khoản"
                f" / {', '.join(missing)} missing: bank, account and holder belong together"
            )
        return self
