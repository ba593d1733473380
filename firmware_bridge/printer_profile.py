"""A printer profile: one TOML file that says what a kind of ticket printer can do. docs/printers.md tells every key.

Shipped ones stand in `assets/printers/`; `printer.profile` names one, or a file of one's own. Read as strictly as
site.toml: a mistake is one line with file, line, key and the nearest known name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.load import Problem, SettingsError, load_file
from config.settings import Printer as PrinterSettings
from config.settings_base import Section
from firmware_bridge.rows import PaperKind

FOLDER = Path(__file__).parent / "assets" / "printers"
DOTS_PER_MM = 8
"""203 dpi; the drawing knows no other, and neither do ticket printers of this class."""


class Cut(Section):
    """How a ticket gets off the roll."""

    kind: Literal["partial", "full", "none"] = Field(
        default="partial", description="Dao cắt: gần đứt, đứt hẳn, không có | cutter: leaves a bridge, through, none"
    )
    command: Literal["gs-v-feed", "gs-v", "esc"] = Field(
        default="gs-v-feed",
        description="Lệnh cắt: GS V 66/65 n (tự đẩy giấy), GS V 1/0, ESC m/i | which command cuts",
    )
    feed_mm: int = Field(
        default=0, ge=0, le=60, description="Đẩy giấy trước khi cắt hoặc xé, mm | feed before cut or tear, mm"
    )


class Status(Section):
    """How the printer says how it is."""

    ask: Literal["dle-eot", "gs-a", "none"] = Field(
        default="dle-eot", description="Hỏi bằng lệnh nào; none: không trả lời | which question; none: it answers none"
    )
    questions: list[Annotated[int, Field(ge=1, le=4)]] = Field(
        default=[1, 2, 3, 4], min_length=1, max_length=4, description="Các câu DLE EOT n | which DLE EOT n"
    )
    fence: bool = Field(
        default=True,
        description="Trả lời GS r 1 sau khi in xong; máy tự thử lần đầu | answers GS r 1 when all is done; tried first",
    )
    recover: bool = Field(
        default=False, description="DLE ENQ 2 sau khi kẹt dao | DLE ENQ 2 mends a jammed cutter once it is free"
    )


class Line(Section):
    """The way the picture takes."""

    dots: Literal["full", "half"] = Field(
        default="full",
        description="half: ít dữ liệu, chữ to hơn, cho dây chậm | half: few bytes, larger type, for slow cables",
    )
    band_rows: int = Field(
        default=64, ge=8, le=255, multiple_of=8, description="Số hàng chấm một lệnh | dot rows a command"
    )
    bytes_per_s: int = Field(
        default=0, ge=0, le=1_000_000, description="Gửi chậm lại, byte/giây; 0 = không | pace, bytes a second; 0 = none"
    )
    native_qr: bool = Field(
        default=False,
        description="Máy in tự vẽ được mã QR (GS ( k); dùng khi QR đứng riêng | the printer draws a QR standing alone",
    )


class PrinterProfile(Section):
    """One kind of ticket printer."""

    name: str = Field(min_length=1, max_length=60, description="Tên để chọn | name")
    name_en: str = Field(default="", max_length=60, description="Tên tiếng Anh | English name")
    paper_mm: Literal[58, 80] = Field(description="Khổ giấy, mm | paper width, mm")
    width_dots: Literal[384, 576] = Field(description="Số chấm bề ngang | dots across")
    dpi: Literal[203] = Field(default=203, description="Chấm một inch | dots an inch")
    cut: Cut = Cut()
    status: Status = Status()
    line: Line = Line()

    @model_validator(mode="after")
    def _fits(self) -> PrinterProfile:
        if self.width_dots > (384 if self.paper_mm == 58 else 576):
            raise ValueError(f"{self.width_dots} dots do not fit on {self.paper_mm} mm paper; 58 mm has 384")
        if self.cut.kind == "none" and self.cut.feed_mm < 5:
            raise ValueError("without a cutter feed_mm must be at least 5, or the last line stays under the tear bar")
        return self

    def paper(self) -> PaperKind:
        """What the drawing must know of it."""
        return PaperKind(
            self.width_dots,
            self.line.dots == "half",
            self.line.band_rows,
            self.line.native_qr,
            self.cut.kind,
            self.cut.command,
            self.cut.feed_mm * DOTS_PER_MM,
        )


def shipped() -> dict[str, Path]:
    """Name → file of every shipped profile."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def load_profile(name: str) -> PrinterProfile:
    """A shipped profile by name, or one's own file (an absolute path ending in .toml). Raises `SettingsError`."""
    path = Path(name) if name.endswith(".toml") else shipped().get(name)
    if path is None:
        import difflib

        known = list(shipped())
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        text = f"không có loại máy in '{name}'/no printer profile of that name"
        problem = Problem("printer", None, "printer.profile", text, ", ".join(known), near[0] if near else "")
        raise SettingsError([problem])
    return load_file(path, PrinterProfile, "motcua printers")[0]


def profile_of(settings: PrinterSettings) -> PrinterProfile:
    """The profile of `[printer]`, with `width_dots` and `status` of the settings before its own. `SettingsError`."""
    profile = load_profile(settings.profile)
    if settings.width_dots is not None and settings.width_dots != profile.width_dots:
        paper = 80 if settings.width_dots > 384 else 58
        profile = profile.model_copy(update={"width_dots": settings.width_dots, "paper_mm": paper})
    if settings.status is not None:
        ask = ("dle-eot" if profile.status.ask == "none" else profile.status.ask) if settings.status else "none"
        profile = profile.model_copy(update={"status": profile.status.model_copy(update={"ask": ask})})
    return profile
