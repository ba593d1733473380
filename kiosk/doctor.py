"""What `motcua doctor` asks of the kiosk: fonts, catalogue, screen, touch device, certificate."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from config.doctor import Check
from config.fonts import FontMissing, fallback_file, font_file
from config.settings import Settings


def checks(settings: Settings) -> list[Check]:
    """Findings about the person's screen; where there is one, it is opened for a moment."""
    if not settings.kiosk.enabled:
        return [Check("kiosk", "ok", "Không lắp màn hình chạm.", "No touchscreen is set up.")]
    found = [_fonts(), _catalogue(settings), *_screens(settings), *_touch(settings)]
    return [*found, _lookup(settings), *_voice(settings)]


def _fonts() -> Check:
    try:
        font_file(400)
    except FontMissing as error:
        return Check("fonts", "fail", "Thiếu phông chữ Be Vietnam Pro.", str(error), "Cài lại gói.", "Reinstall it.")
    if fallback_file() is None:
        return Check(
            "fonts",
            "warn",
            "Thiếu phông Noto Sans: chữ dân tộc ít người có thể không hiện.",
            "Noto Sans is missing: letters of minority languages may not show.",
            "apt install fonts-noto-core",
            "apt install fonts-noto-core",
        )
    return Check("fonts", "ok", "Đủ phông chữ.", "All typefaces are there.")


def _catalogue(settings: Settings) -> Check:
    from kiosk.catalogue import CatalogueError, catalogue_of

    try:
        found = catalogue_of(settings)
    except CatalogueError as error:
        return Check(
            "catalogue",
            "fail",
            "Danh mục thủ tục chưa dùng được.",
            "The catalogue cannot be used.",
            error.problems[0],
            error.problems[0],
        )
    count = len(found.procedures)
    if not settings.kiosk.catalogue:
        return Check(
            "catalogue",
            "warn",
            f"Đang dùng {count} thủ tục mẫu (đến {found.valid_on}).",
            f"The {count} sample procedures (as of {found.valid_on}) are in use.",
            "Đặt kiosk.catalogue là danh mục xã đã công bố.",
            "Set kiosk.catalogue to the commune's published list.",
        )
    return Check("catalogue", "ok", f"{count} thủ tục, đến {found.valid_on}.", f"{count}, as of {found.valid_on}.")


def _screens(settings: Settings) -> list[Check]:
    """Whether there is a screen, and what happens when it is opened."""
    there = _screen(settings)
    return [there, _opened(settings)] if there.level == "ok" else [there]


def _opened(settings: Settings) -> Check:
    from kiosk.screen_test import try_screen

    wide, _, high = settings.kiosk.panel.partition("x")
    size = (int(wide), int(high)) if settings.kiosk.rotate in (0, 180) else (int(high), int(wide))
    found = try_screen(settings.kiosk.video, size)
    if found.error:
        return Check(
            "display",
            "warn",
            f"Chưa thử được màn hình: {found.error}",
            f"The screen could not be opened: {found.error}",
            "Nếu kiosk đang chạy thì nó đang giữ màn hình: systemctl stop motcua-kiosk, rồi chạy lại lệnh này.",
            "A running kiosk holds the screen: systemctl stop motcua-kiosk, then run this again.",
        )
    sizes = ", ".join(f"{w}x{h}" for w, h in found.displays)
    told = f"{found.driver}, {sizes}, {found.flip_ms:.0f} ms"
    if found.driver == "KMSDRM" and size not in found.displays:
        return Check(
            "display",
            "warn",
            f"Màn hình là {sizes}, thiết lập chờ {size[0]}x{size[1]}.",
            f"The display is {sizes}, the settings expect {size[0]}x{size[1]}.",
            "Sửa kiosk.panel, kiosk.rotate cho đúng màn hình.",
            "Set kiosk.panel and kiosk.rotate to what the display is.",
        )
    return Check("display", "ok", f"Đã mở màn hình và vẽ một hình: {told}.", f"Opened, one picture shown: {told}.")


def _screen(settings: Settings) -> Check:
    wanted = settings.kiosk.video
    if wanted == "dummy":
        return Check("screen", "warn", "kiosk.video = dummy: không hiện lên màn hình nào.", "Nothing is shown (dummy).")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return Check("screen", "ok", "Có màn hình đồ họa.", "A graphical display is there.")
    if not any(Path("/dev/dri").glob("card*")):
        return Check(
            "screen",
            "fail",
            "Không thấy màn hình nào (/dev/dri trống).",
            "No display was found (/dev/dri is empty).",
            "Cắm màn hình HDMI hoặc DSI rồi khởi động lại.",
            "Plug the HDMI or DSI display in and restart.",
        )
    return Check("screen", "ok", "Có thiết bị màn hình /dev/dri.", "A display device is there (/dev/dri).")


def _touch(settings: Settings) -> list[Check]:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from kiosk.touch import touch_device

    device = touch_device(settings.kiosk.touch)
    if device is None:
        return [
            Check(
                "touch",
                "warn",
                "Không thấy màn hình cảm ứng; chuột vẫn dùng được.",
                "No touch device was found; a mouse still works.",
                "Cắm cáp USB của màn hình cảm ứng.",
                "Plug the touch panel's USB cable in.",
            )
        ]
    if not os.access(device, os.R_OK):
        return [
            Check(
                "touch",
                "fail",
                f"Không được quyền đọc {device}.",
                f"{device} may not be read.",
                "Thêm người dùng motcua-kiosk vào nhóm input.",
                "Add the user motcua-kiosk to the group input.",
            )
        ]
    return [Check("touch", "ok", f"Màn hình cảm ứng {device}.", f"Touch device {device}.")]


def _lookup(settings: Settings) -> Check:
    given = settings.lookup
    if not given.base_url:
        return Check(
            "lookup",
            "warn",
            "Chưa đặt máy chủ tra cứu hồ sơ (lookup.base_url).",
            "No look-up server is set.",
            "Đặt lookup.base_url, ca, cert, key.",
            "Set lookup.base_url, ca, cert, key.",
        )
    for name in ("ca", "cert", "key"):
        path = getattr(given, name)
        if path and not os.access(path, os.R_OK):
            return Check(
                "lookup",
                "fail",
                f"Không đọc được lookup.{name}: {path}.",
                f"lookup.{name} cannot be read: {path}.",
                "Chạy lại install.sh hoặc chép chứng thư.",
                "Run install.sh again or copy the certificate.",
            )
    return Check("lookup", "ok", f"Tra cứu tại {given.base_url}.", f"Looks up at {given.base_url}.")


def _voice(settings: Settings) -> list[Check]:
    speaker = settings.kiosk.speaker
    if not speaker or speaker.startswith("file:"):
        return []
    for program, package in (("espeak-ng", "espeak-ng"), ("aplay", "alsa-utils")):
        if shutil.which(program) is None:
            fix = f"apt install {package}"
            vi, en = f"Kiosk không đọc to được: thiếu {program}.", f"The kiosk cannot read aloud: {program} is missing."
            return [Check("voice", "fail", vi, en, fix, fix)]
    if speaker == settings.speaker.device and settings.speaker.backend == "alsa":
        return [
            Check(
                "voice",
                "warn",
                "kiosk.speaker trùng loa của phòng chờ.",
                "kiosk.speaker is the loudspeaker of the hall.",
                "Chọn thiết bị khác cho kiosk, hoặc bỏ trống.",
                "Choose another device for the kiosk, or none.",
            )
        ]
    return [Check("voice", "ok", f"Kiosk đọc to qua {speaker}.", f"The kiosk reads aloud on {speaker}.")]
