"""Pictures to hold before the camera: receipts of the server's sample, and what a scanner must refuse."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from demo.receipts import INK, PAPER, _font, held, qr, receipt
from demo.start import MOTCUA, Room

THUMB = (320, 180)
CARD = "001099012345||NGUYỄN VĂN MẪU|01011990|Nam|Thôn Mẫu, Xã Mẫu, Tỉnh Mẫu|02012022"
"""Invented: the shape of an identity card's QR, of nobody."""
STRANGER = "H38.12.25-250102-9999"
_WANTED = (
    ("come", "Đã có kết quả", "the result is ready"),
    ("act", "Cần bổ sung giấy tờ", "papers are missing"),
    ("open", "Đang giải quyết", "being handled"),
)


@dataclass(frozen=True)
class Sample:
    """One picture: what it is for people, and the second factor that goes with it, where there is one."""

    id: str
    vi: str
    en: str
    code: str
    lookup_code: str

    def facts(self) -> dict[str, str]:
        """For the page."""
        return asdict(self)


def make_samples(room: Room, folder: Path) -> list[Sample]:
    """Draw every sample into `folder` as `ID.png` and `ID-thumb.png`. Without a server's sample only the refused ones.

    Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Sample] = []
    for status, vi, en in _WANTED:
        dossier = _one(room, status)
        if dossier is None:
            continue
        picture = held(receipt(dossier["code"], dossier["field"], "Xã Đông Thạnh"))
        made.append(_save(folder, Sample(status, vi, en, dossier["code"], dossier["lookup_code"]), picture))
    picture = held(receipt(STRANGER, "Chứng thực", "Xã Đông Thạnh"), turn=4.0)
    made.append(
        _save(folder, Sample("stranger", "Hồ sơ không có ở đây", "not a dossier of ours", STRANGER, ""), picture)
    )
    made.append(
        _save(folder, Sample("card", "Thẻ căn cước (phải từ chối)", "identity card (refused)", "", ""), _card())
    )
    return made


def _one(room: Room, status: str) -> dict[str, Any] | None:
    command = [
        *MOTCUA, "server", "samples", "--config", str(room.site.server_config), "--status", status, "--n", "1",
        "--json",
    ]  # fmt: skip
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    found = json.loads(told.stdout)["samples"] if told.returncode == 0 else []
    return dict(found[0]) if found else None


def _save(folder: Path, sample: Sample, picture: Image.Image) -> Sample:
    picture.save(folder / f"{sample.id}.png")
    picture.resize(THUMB, Image.Resampling.LANCZOS).save(folder / f"{sample.id}-thumb.png")
    return sample


def _card() -> Image.Image:
    image = Image.new("RGB", (856, 540), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((428, 40), "THẺ CĂN CƯỚC – MẪU VẼ", font=_font(34, 700), fill=INK, anchor="ma")
    draw.text((428, 92), "(không phải giấy tờ thật)", font=_font(24), fill=INK, anchor="ma")
    draw.rectangle((50, 160, 290, 480), outline=INK, width=3)
    square = qr(CARD, 6)
    image.paste(square.convert("RGB"), (806 - square.width, 150))
    return held(image, turn=2.0)
