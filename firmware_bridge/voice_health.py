"""The loudspeaker's state as sentences: for the hub's notices while it works, and for `motcua doctor` before."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from config.doctor import Check
from config.settings import Settings
from firmware_bridge.calling import rooms
from firmware_bridge.parts import Health, ok
from firmware_bridge.voice import ESPEAK, Voice

DO_VI, DO_EN = "Chạy: motcua voice make", "Run: motcua voice make"


def health(room: str, state: Literal["ok", "degraded", "down"], detail: str) -> Health:
    """What staff and public are told of the loudspeaker of a waiting room ("" is the common one)."""
    part = f"speaker-{room}" if room else "speaker"
    if state == "ok":
        return ok(part)
    if state == "degraded":
        return Health(
            part,
            "degraded",
            "speaker_words",
            "Loa thiếu tiếng của vài từ, số vẫn hiện trên bảng. Chạy: motcua voice make",
            "The voice lacks some words; boards show the numbers. Run: motcua voice make",
        )
    return Health(
        part,
        "down",
        "speaker_down",
        f"Loa không phát được, số vẫn hiện trên bảng: xem dây và nguồn loa. ({detail})",
        f"The loudspeaker does not play; boards show the numbers: check its cable and power. ({detail})",
        "Loa đang tạm hỏng. Mời ông/bà nhìn bảng số.",
        "The loudspeaker is out of order. Please watch the boards.",
    )


def checks(settings: Settings) -> list[Check]:
    """Is there a player, and a sound for every word."""
    speaker = settings.speaker
    if speaker.backend == "none":
        return [Check("speaker", "ok", "Không có loa trong cấu hình.", "The settings have no loudspeaker.")]
    if speaker.backend == "alsa" and shutil.which("aplay") is None:
        return [
            Check(
                "speaker",
                "fail",
                "Chưa có chương trình phát tiếng aplay.",
                "There is no player, aplay.",
                "Cài: sudo apt install alsa-utils",
                "Install it: sudo apt install alsa-utils",
            )
        ]
    missing = [
        clip.token for clip in Voice(Path(settings.paths.voice_dir), speaker.accent).clips() if clip.origin == "missing"
    ]
    count = len(rooms(settings))
    if missing:
        some = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
        worst: Literal["warn", "fail"] = "warn" if shutil.which(ESPEAK) else "fail"
        return [
            Check(
                "speaker",
                worst,
                f"Thiếu {len(missing)} tiếng: {some}.",
                f"{len(missing)} clips are missing: {some}.",
                DO_VI,
                DO_EN,
            )
        ]
    return [
        Check(
            "speaker",
            "ok",
            f"{count} loa, giọng {speaker.accent}, đủ tiếng.",
            f"{count} loudspeaker(s), accent {speaker.accent}, every clip is there.",
        )
    ]
