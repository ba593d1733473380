"""What the entries of officers say that does not fit: counters that are not there, codes that stand twice, no PIN."""

from __future__ import annotations

from config.settings import Settings
from config.settings_kiosk import NO_HASH
from config.settings_staff import PIN_COMMAND

Found = tuple[str, str, list[str]]


def staff_relations(settings: Settings) -> list[Found]:
    """(place, sentence, known names). No sentence ever shows what stands under `pin`: it may be a PIN."""
    found: list[Found] = []
    counters = [each.id for each in settings.counters]
    codes = [each.id for each in settings.staff]
    for at, one in enumerate(settings.staff):
        if one.id in codes[:at]:
            found.append((f"staff.{at}.id", f"mã {one.id!r} có hai lần/stands twice in [[staff]]", []))
        for number in one.counters:
            if number not in counters:
                known = [str(each) for each in counters]
                found.append((f"staff.{at}.counters", f"không có quầy {number}/there is no counter {number}", known))
        if one.role == "clerk" and not one.counters:
            text = f"cán bộ quầy {one.id} cần ít nhất một quầy/a clerk needs at least one counter"
            found.append((f"staff.{at}.counters", text, []))
        if not one.pin:
            text = (
                f"{one.id}: pin phải là chuỗi argon2id, không phải mã PIN; chạy {PIN_COMMAND} rồi chép dòng in ra"
                f"/must be an argon2id hash, not the PIN; run {PIN_COMMAND} and copy the line it prints"
            )
            found.append((f"staff.{at}.pin", text, []))
    if settings.kiosk.staff_pin == NO_HASH:
        text = (
            f"phải là chuỗi argon2id, không phải mã PIN; chạy {PIN_COMMAND} rồi chép dòng in ra"
            f"/must be an argon2id hash, not the PIN; run {PIN_COMMAND} and copy the line it prints"
        )
        found.append(("kiosk.staff_pin", text, []))
    return found
