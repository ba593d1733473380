"""Every setting of a site once: type, unit, range, default, help.

`Settings` is one Pi's site.toml; `ServerSettings` is the commune server's own file. Unknown keys are errors
(config/load.py turns them into one sentence a line). Help texts are Vietnamese first, English after ` | `.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from config.settings_base import Accent, Colour, CounterNumber, Letter, Level, Port, Section
from config.settings_gpio import Gpio
from config.settings_hours import HelpDay, Hours
from config.settings_kiosk import Carry, Kiosk, Lookup, Payment, Scanner
from config.settings_playlist import Lounge, PlaylistItem
from config.settings_queue import Appointments, Counter, Queue, Service
from config.settings_server import Dossiers, Ingest, Server, ServerSettings
from config.settings_staff import Sessions, Staff
from config.settings_wires import Board, Bus, Button, Keypad, Printer, Speaker

__all__ = [
    "Accent",
    "Appointments",
    "Board",
    "Bus",
    "Button",
    "Carry",
    "Counter",
    "Dossiers",
    "Gpio",
    "HelpDay",
    "Hours",
    "Ingest",
    "Keypad",
    "Kiosk",
    "Letter",
    "Level",
    "Lookup",
    "Lounge",
    "Payment",
    "PlaylistItem",
    "Port",
    "Printer",
    "Queue",
    "Scanner",
    "Section",
    "Server",
    "ServerSettings",
    "Service",
    "Sessions",
    "Settings",
    "Speaker",
    "Staff",
    "contrast_with_white",
]


def contrast_with_white(colour: str) -> float:
    """WCAG contrast ratio (1..21) of `#RRGGBB` against white."""

    def linear(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


class Site(Section):
    """Who we are."""

    id: Level = Field(
        default="h38-dong-thanh", description="Mã điểm, in trong QR của phiếu | site id, printed in the ticket's QR"
    )
    name: str = Field(
        default="Trung tâm Phục vụ hành chính công", min_length=1, max_length=80, description="Tên đơn vị | name"
    )
    name_en: str = Field(
        default="Public Service Centre", min_length=1, max_length=80, description="Tên tiếng Anh | English name"
    )
    place: str = Field(default="Xã Đông Thạnh", min_length=1, max_length=60, description="Xã, phường | place")
    place_en: str = Field(
        default="Dong Thanh Commune", min_length=1, max_length=60, description="Địa danh tiếng Anh | place"
    )
    province: Level = Field(default="h38", description="Cấp tỉnh trong chủ đề MQTT | province level of the MQTT topics")
    commune: Level = Field(
        default="dong-thanh", description="Cấp xã trong chủ đề MQTT | commune level of the MQTT topics"
    )
    device: Level = Field(default="edge-01", description="Tên máy = tên chứng thư | device = name in its certificate")
    timezone: str = Field(default="Asia/Ho_Chi_Minh", description="Múi giờ | time zone")
    primary: Colour = Field(
        default="#0E4A56", description="Màu chính, tương phản ≥ 7:1 với trắng | main colour, ≥ 7:1 with white"
    )
    logo: str = Field(
        default="",
        max_length=200,
        pattern=r"^$|^/.+\.png$",
        description="Tệp PNG của biểu trưng, trống = chữ 1C | the logo's PNG file, empty = the letters 1C",
    )
    hotline: str = Field(default="", max_length=20, pattern=r"^[0-9 .+]*$", description="Đường dây nóng | hotline")
    help_line: str = Field(
        default="Cần giúp? Nói với người hướng dẫn ở cửa.",
        max_length=80,
        description="Dòng trợ giúp trên phiếu | help line",
    )
    help_line_en: str = Field(
        default="Need help? Ask the guide at the door.", max_length=80, description="như trên | as above"
    )
    hours: str = Field(
        default="7:30–11:30, 13:00–17:00", max_length=60, description="Giờ làm việc để hiển thị | working hours to show"
    )
    notices: list[Annotated[str, Field(max_length=160)]] = Field(
        default_factory=lambda: [
            "Thứ Ba, thứ Năm: có đoàn viên giúp nộp hồ sơ trực tuyến. Ông/bà chỉ cần nói “nhờ giúp”.",
            "Cải cách hành chính góp phần mang lại sự hài lòng của tổ chức, cá nhân.",
        ],
        max_length=20,
        description="Thông báo chạy ở chân TV | notices at the foot of the TV",
    )

    @field_validator("primary")
    @classmethod
    def _readable(cls, value: str) -> str:
        ratio = contrast_with_white(value)
        if ratio < 7:
            raise ValueError(
                f"contrast with white is {ratio:.1f}:1, needed 7:1; a darker tone such as #0E4A56 has 9.8:1"
            )
        return value


class ClockSettings(Section):
    """How far the machine's clock is believed."""

    trust: Literal["auto", "assume"] = Field(
        default="auto",
        description="auto: hỏi nhân hệ điều hành; assume: luôn tin (máy ảo) | auto: ask the kernel; assume: always",
    )


class Paths(Section):
    """Where things lie."""

    runtime: str = Field(default="/run/motcua", description="Tệp tạm khi chạy | runtime files, sockets")
    state: str = Field(default="/var/lib/motcua", description="Sổ và tiếng | ledger, voice")
    voice: str = Field(default="", description="Thư mục tiếng; trống = {state}/voice | clips; empty = {state}/voice")

    @property
    def voice_dir(self) -> str:
        """The folder of the clips."""
        return self.voice or f"{self.state}/voice"


Role = Literal["bridge", "kiosk", "clerk", "reception", "supervisor", "leader", "display", "technician"]


class Token(Section):
    """A hashed token for one browser, TV or further Pi. The token itself stands nowhere in the settings."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 của mã | SHA-256 of the token")]
    role: Role = Field(description="Vai trò | role")
    device: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="Tên máy dùng mã | which machine")]
    counter: CounterNumber | None = Field(default=None, description="Quầy gắn với mã | bound to this counter")


class Hub(Section):
    """The hub: the one owner of the truth."""

    socket: str = Field(
        default="/run/motcua/hub.sock",
        max_length=100,
        description="Ổ cắm Unix, theo paths.runtime | Unix socket, follows paths.runtime",
    )
    ledger: str = Field(
        default="/var/lib/motcua/ledger.db", description="Sổ SQLite, theo paths.state | the ledger, follows paths.state"
    )
    listen: str = Field(
        default="",
        pattern=r"^$|^[0-9A-Za-z.:\[\]-]+:\d{1,5}$",
        description="Địa chỉ TCP, trống = không mở | TCP address, empty = none",
    )
    tls_cert: str = Field(default="", description="Chứng thư TLS cho TCP | TLS certificate; needed unless on loopback")
    tls_key: str = Field(default="", description="Khóa TLS | TLS key")
    origins: list[str] = Field(default_factory=list, description="Origin được phép thêm | further allowed origins")
    tokens: list[Token] = Field(default_factory=list, max_length=64, description="Mã của quầy, TV | tokens")
    peers: dict[str, list[Role]] = Field(
        default={"motcua-bridge": ["bridge"], "motcua-kiosk": ["kiosk"]},
        description="Người dùng hệ thống → vai trò trên ổ cắm Unix | system user → roles on the Unix socket",
    )
    reserve_letter: Letter = Field(
        default="P",
        description="Chữ dự phòng khi sổ hỏng, bảng phải hiện được | letter of a new epoch; boards must show it",
    )
    keep_days: int = Field(default=90, ge=7, le=3650, description="Giữ phiếu bao nhiêu ngày | days tickets are kept")


class Uplink(Section):
    """Events to the commune server over MQTT."""

    enabled: bool = Field(default=False, description="Bật gửi | on")
    brokers: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-\[\]:]+:\d{1,5}$")]] = Field(
        default_factory=list, max_length=8, description="Danh sách máy chủ host:port | brokers in order"
    )
    ca: str = Field(default="", description="CA | certificate authority")
    cert: str = Field(default="", description="Chứng thư máy | device certificate")
    key: str = Field(default="", description="Khóa máy | device key")
    window: int = Field(default=20, ge=1, le=20, description="Số gói chưa nhận PUBACK | unacknowledged publishes")
    keepalive_s: int = Field(default=30, ge=5, le=300, description="Nhịp giữ, giây | keepalive")
    stall_s: float = Field(
        default=30.0, ge=1, le=600, description="Mốc đứng yên bao lâu thì đổi máy chủ | stall before next broker"
    )
    keep_days: int = Field(default=30, ge=1, le=365, description="Giữ sự kiện đã gửi | days delivered events are kept")

    @model_validator(mode="after")
    def _complete(self) -> Uplink:
        if self.enabled and not self.brokers:
            raise ValueError("brokers is empty although enabled = true; give at least one host:port")
        return self


class Settings(Section):
    """One Pi: the whole of site.toml."""

    site: Site = Site()
    clock: ClockSettings = ClockSettings()
    paths: Paths = Paths()
    hub: Hub = Hub()
    services: list[Service] = Field(min_length=1, max_length=24, description="Lĩnh vực | services")
    counters: list[Counter] = Field(min_length=1, max_length=24, description="Quầy | counters")
    staff: list[Staff] = Field(default_factory=list, max_length=64, description="Cán bộ và mã PIN | officers, PINs")
    sessions: Sessions = Sessions()
    hours: Hours = Hours()
    queue: Queue = Queue()
    appointments: Appointments = Appointments()
    help_days: list[HelpDay] = Field(default_factory=list, max_length=14, description="Ngày có người giúp | help days")
    buses: list[Bus] = Field(default_factory=list, max_length=4, description="Bus serial | serial buses")
    boards: list[Board] = Field(default_factory=list, max_length=32, description="Bảng LED | boards")
    buttons: list[Button] = Field(default_factory=list, max_length=24, description="Nút lấy số | ticket buttons")
    keypads: list[Keypad] = Field(default_factory=list, max_length=24, description="Bàn phím gọi số | key pads")
    gpio: Gpio = Gpio()
    printer: Printer = Printer()
    speaker: Speaker = Speaker()
    lounges: list[Lounge] = Field(default_factory=list, max_length=4, description="Phòng chờ | waiting rooms")
    playlist: list[PlaylistItem] = Field(
        default_factory=list, max_length=60, description="Nội dung giữa các lượt gọi | what is shown between calls"
    )
    uplink: Uplink = Uplink()
    lookup: Lookup = Lookup()
    kiosk: Kiosk = Kiosk()
    scanner: Scanner = Scanner()
    payment: Payment = Payment()

    @model_validator(mode="before")
    @classmethod
    def _under_the_folders(cls, raw: Any) -> Any:
        """Another state or runtime folder takes the ledger and the socket along, unless they are named themselves."""
        paths, hub = (raw.get("paths", {}), raw.get("hub", {})) if isinstance(raw, dict) else (None, None)
        if not isinstance(paths, dict) or not isinstance(hub, dict):
            return raw
        follow = (("ledger", "state", "ledger.db"), ("socket", "runtime", "hub.sock"))
        hub = {**{key: f"{paths[at]}/{name}" for key, at, name in follow if isinstance(paths.get(at), str)}, **hub}
        return {**raw, "hub": hub} if hub else raw

    def service(self, service_id: str) -> Service:
        """The service of that id. Raises `KeyError`."""
        return next((each for each in self.services if each.id == service_id), None) or _missing(service_id)

    def counter(self, number: int) -> Counter:
        """The counter of that number. Raises `KeyError`."""
        return next((each for each in self.counters if each.id == number), None) or _missing(number)

    @property
    def source(self) -> str:
        """`source` of every event: /province/commune/device."""
        return f"/{self.site.province}/{self.site.commune}/{self.site.device}"


def _missing(key: object) -> Any:
    raise KeyError(key)
