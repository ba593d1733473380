"""Sample receipts as a camera sees them: invented data, a Code 128 and a QR with the dossier's code.

The layout follows the fields of form BM.01 (docs: domain notes §4.2); nothing on it is of a real person.
"""

from __future__ import annotations

from pathlib import Path

import qrcode
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from config.fonts import font_file

INK, PAPER, DESK = (22, 36, 43), (250, 249, 245), (96, 88, 78)
FRAME = (1280, 720)


def _font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(weight)), size)  # type: ignore[arg-type]


def code128(text: str, module: int, height: int) -> Image.Image:
    """A Code 128 as a grey image, `module` pixels a bar unit, with its quiet zones."""
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    drawn = Image.fromarray(zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=True)).convert("L")
    one_row = drawn.crop((0, drawn.height // 2, drawn.width, drawn.height // 2 + 1))
    return one_row.resize((one_row.width * module, height), Image.Resampling.NEAREST)


def qr(text: str, module: int) -> Image.Image:
    """A QR code as a grey image with its quiet zone."""
    made = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=module, border=4)
    made.add_data(text)
    made.make(fit=True)
    return made.make_image().get_image().convert("L")


def receipt(code: str, field: str, place: str, *, symbol: str = "both") -> Image.Image:
    """The upper half of an A5 receipt, straight, as paper: about 1000 x 560 pixels. `symbol`: both, code128, qr."""
    image = Image.new("RGB", (1020, 600), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((40, 26), "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", font=_font(20, 600), fill=INK)
    draw.text((40, 54), place.upper(), font=_font(20, 600), fill=INK)
    draw.text((510, 104), "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", font=_font(28, 700), fill=INK, anchor="ma")
    draw.text((40, 176), "Mã hồ sơ:", font=_font(24), fill=INK)
    draw.text((170, 172), code, font=_font(30, 700), fill=INK)
    rows = [
        "Tiếp nhận hồ sơ của: (dữ liệu mẫu, không phải người thật)",
        f"Nội dung yêu cầu giải quyết: {field}",
        "Thành phần hồ sơ nộp gồm: 1. Tờ khai   2. Giấy tờ kèm theo",
        "Nơi nhận kết quả: tại quầy",
    ]
    for at, row in enumerate(rows):
        draw.text((40, 224 + at * 36), row, font=_font(20), fill=INK)
    if symbol in ("both", "code128"):
        bars = code128(code, 2, 96)
        image.paste(bars.convert("RGB"), (40, 400))
        draw.text((40 + bars.width // 2, 502), code, font=_font(20, 500), fill=INK, anchor="ma")
    if symbol in ("both", "qr"):
        square = qr(code, 6)
        image.paste(square.convert("RGB"), (1020 - square.width - 30, 590 - square.height))
    return image


def held(paper: Image.Image, *, turn: float = -3.0, scale: float = 1.0) -> Image.Image:
    """Paper on a desk before the camera: `FRAME` pixels, turned by `turn` degrees."""
    grown = paper.resize((int(paper.width * scale), int(paper.height * scale)), Image.Resampling.LANCZOS)
    mask = Image.new("L", grown.size, 255)
    frame = Image.new("RGB", FRAME, DESK)
    turned = grown.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC, fillcolor=DESK)
    shape = mask.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
    frame.paste(turned, ((FRAME[0] - turned.width) // 2, (FRAME[1] - turned.height) // 2), shape)
    return frame


def hold(camera: Path, picture: Image.Image | Path, name: str = "held.png") -> Path:
    """Put a picture before the camera: written beside and moved in, so that no half picture is ever seen."""
    target = camera / name
    fresh = camera / f".{name}.part"
    if isinstance(picture, Path):
        fresh.write_bytes(picture.read_bytes())
    else:
        picture.save(fresh, format="PNG")
    fresh.replace(target)
    return target


def take_away(camera: Path) -> None:
    """Nothing before the camera any more."""
    for path in camera.iterdir():
        path.unlink(missing_ok=True)
