"""What is said about the Pi's own pins when something is wrong with them. A broken line is a sentence, not a stop."""

from __future__ import annotations

from typing import Literal

from config.settings import Button
from firmware_bridge.node import Missing
from firmware_bridge.parts import Health, ok

LineState = Literal["ok", "stuck", "chatter", "busy"]


def line_health(button: Button, state: LineState, why: str = "") -> Health:
    """The health of one button's line; part `button-<id>`."""
    part = f"button-{button.id}"
    pin = button.input
    if state == "stuck":
        return Health(
            part,
            "degraded",
            "button_stuck",
            f"Nút {button.id} (chân {pin}) bị kẹt, máy tạm bỏ qua đến khi nhả ra: xem nút và dây.",
            f"Button {button.id} (pin {pin}) is stuck and left out until it is released: check it.",
        )
    if state == "chatter":
        return Health(
            part,
            "degraded",
            "button_chatter",
            f"Nút {button.id} (chân {pin}) chập chờn, máy tạm bỏ qua đến khi yên: xem dây.",
            f"Button {button.id} (pin {pin}) chatters and is left out until it is quiet: check its cable.",
        )
    if state == "busy":
        return Health(
            part,
            "down",
            "button_pin_taken",
            f"Chân {pin} của nút {button.id} không mở được, có thể chương trình khác đang dùng: {why}",
            f"Pin {pin} of button {button.id} cannot be had, another program may hold it: {why}",
        )
    return ok(part)


def pins_health(what: Literal["lamp", "buzzer", "chain"], name: str, why: str) -> Health:
    """An output that cannot be had; `why` empty: it is there again."""
    part = f"gpio-{what}-{name}" if name else f"gpio-{what}"
    if not why:
        return ok(part)
    vi = {"lamp": f"đèn của nút {name}", "buzzer": "còi", "chain": "chuỗi bảng số"}[what]
    en = {"lamp": f"the lamp of button {name}", "buzzer": "the buzzer", "chain": "the chain of boards"}[what]
    return Health(
        part,
        "degraded",
        "gpio_output_taken",
        f"Không mở được chân của {vi}: {why}",
        f"No pin for {en}: {why}",
    )


def hole_health(missing: Missing) -> Health:
    """A number the chain has no shape for."""
    return Health(
        f"gpio-board-{missing.slot}",
        "degraded",
        "board_hole",
        f"Bảng {missing.slot} ở chân Pi không hiện được “{missing.text}”: đổi chữ của lĩnh vực.",
        f"Board {missing.slot} on the Pi's pins has no shape for '{missing.text}': give the service another letter.",
    )
