"""Boards sold by others, whichever protocol their profile names. Pure."""

from __future__ import annotations

from firmware_bridge.panels import ascii as ascii_board
from firmware_bridge.panels import modbus as modbus_board
from firmware_bridge.panels.request import Request
from firmware_bridge.panels.shown import Rows
from firmware_bridge.profile import Profile


def render(profile: Profile, unit: int, place: int, rows: Rows, brightness: int) -> list[Request]:
    """Everything a board must be told so that it shows `rows`; the same rows give the same bytes."""
    if profile.protocol == "modbus-rtu":
        return modbus_board.render(profile, unit, place, rows, brightness)
    return ascii_board.render(profile, unit, place, rows, brightness)


def holes(profile: Profile, rows: Rows) -> str:
    """The characters of these rows that the board cannot show."""
    if profile.protocol == "modbus-rtu":
        return modbus_board.holes(profile, rows)
    return "".join(dict.fromkeys(c for row in rows for c in row.text if not 32 <= ord(c) < 127))
