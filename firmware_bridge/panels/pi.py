"""From the settings to what hangs on the Pi's own pins; None where nothing does, a sentence where nothing can."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings
from firmware_bridge import contract
from firmware_bridge.node import Pressed
from firmware_bridge.parts import Health, no_pins, ok

if TYPE_CHECKING:
    from firmware_bridge.panels.gpio import GpioPanel


def open_panel(
    settings: Settings, on_press: Callable[[Pressed], None], on_health: Callable[[Health], None]
) -> GpioPanel | None:
    """The panel of `[gpio]`, `[[buttons]]` and `[[boards]]` on bus "gpio", not started yet.

    Without pins, or without a place for the boot counter (two presses could get one identity: better no button than
    somebody else's ticket), `on_health` gets the sentence and the rest of the bridge works on.
    """
    buttons = [each for each in settings.buttons if each.bus == "gpio"]
    boards = [each for each in settings.boards if each.bus == "gpio"]
    if not buttons and not boards:
        return None
    from firmware_bridge.panels.gpio import GpioPanel, GpioUnavailable, open_pins, pi_uid
    from firmware_bridge.panels.presses import PressBook

    timing = contract.dictionary().timing
    try:
        pins = open_pins(settings.gpio.factory)
        folder = Path(settings.paths.state) / "pins"  # the bridge's own; the rest of the state folder is the hub's
        folder.mkdir(exist_ok=True)
        book = PressBook(folder, pi_uid(), timing["fold_ms"], time.monotonic_ns() // 1_000_000)
    except GpioUnavailable as error:
        on_health(no_pins(str(error)))
        return None
    except OSError as error:
        on_health(no_pins(f"boot counter: {error}"))
        return None
    on_health(ok("gpio"))
    return GpioPanel(settings.gpio, buttons, boards, pins, book, timing, on_press, on_health)
