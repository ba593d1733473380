"""A finger: a multi-touch panel made by the kernel's uinput, as a Pi's touchscreen driver would make one."""

from __future__ import annotations

import fcntl
import os
import struct
import time

WIDE, HIGH = 4095, 4095
"""Steps of the panel, not pixels: a real one has steps of its own too."""

EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
BTN_TOUCH = 0x14A
ABS_X, ABS_Y, ABS_MT_SLOT, ABS_MT_POSITION_X, ABS_MT_POSITION_Y, ABS_MT_TRACKING_ID = 0x00, 0x01, 0x2F, 0x35, 0x36, 0x39
INPUT_PROP_DIRECT = 1
UI_SET_EVBIT, UI_SET_KEYBIT, UI_SET_ABSBIT, UI_SET_PROPBIT = 0x40045564, 0x40045565, 0x40045567, 0x4004556E
UI_DEV_SETUP, UI_ABS_SETUP, UI_DEV_CREATE = 0x405C5503, 0x401C5504, 0x5501
DOWN_S = 0.12


class Panel:
    """Plugged in from its making until `pull()`."""

    def __init__(self, name: str = "Rig touch panel") -> None:
        self._device = os.open("/dev/uinput", os.O_WRONLY | os.O_NONBLOCK)
        for kind in (EV_KEY, EV_ABS):
            fcntl.ioctl(self._device, UI_SET_EVBIT, kind)
        fcntl.ioctl(self._device, UI_SET_KEYBIT, BTN_TOUCH)
        fcntl.ioctl(self._device, UI_SET_PROPBIT, INPUT_PROP_DIRECT)
        for axis, most in (
            (ABS_X, WIDE),
            (ABS_Y, HIGH),
            (ABS_MT_SLOT, 9),
            (ABS_MT_POSITION_X, WIDE),
            (ABS_MT_POSITION_Y, HIGH),
            (ABS_MT_TRACKING_ID, 65535),
        ):
            fcntl.ioctl(self._device, UI_SET_ABSBIT, axis)
            fcntl.ioctl(self._device, UI_ABS_SETUP, struct.pack("<H2x6i", axis, 0, 0, most, 0, 0, 0))
        usb = struct.pack("<4H", 3, 0x1D6B, 0x0104, 1)
        fcntl.ioctl(self._device, UI_DEV_SETUP, usb + name.encode().ljust(80, b"\0") + struct.pack("<I", 0))
        fcntl.ioctl(self._device, UI_DEV_CREATE)
        self._contacts = 0

    def pull(self) -> None:
        """Out of its socket."""
        os.close(self._device)

    def down(self, x: float, y: float) -> float:
        """A finger comes down at shares of the panel's width and height. Gives the monotonic second it did."""
        self._contacts += 1
        at = round(x * WIDE), round(y * HIGH)
        began = time.monotonic()
        self._say(
            (EV_ABS, ABS_MT_SLOT, 0),
            (EV_ABS, ABS_MT_TRACKING_ID, self._contacts),
            (EV_ABS, ABS_MT_POSITION_X, at[0]),
            (EV_ABS, ABS_MT_POSITION_Y, at[1]),
            (EV_KEY, BTN_TOUCH, 1),
            (EV_ABS, ABS_X, at[0]),
            (EV_ABS, ABS_Y, at[1]),
        )
        return began

    def move(self, x: float, y: float) -> None:
        """It slides there."""
        at = round(x * WIDE), round(y * HIGH)
        self._say(
            (EV_ABS, ABS_MT_POSITION_X, at[0]),
            (EV_ABS, ABS_MT_POSITION_Y, at[1]),
            (EV_ABS, ABS_X, at[0]),
            (EV_ABS, ABS_Y, at[1]),
        )

    def up(self) -> None:
        """It leaves."""
        self._say((EV_ABS, ABS_MT_TRACKING_ID, -1), (EV_KEY, BTN_TOUCH, 0))

    def tap(self, x: float, y: float) -> None:
        """One short touch."""
        self.down(x, y)
        time.sleep(DOWN_S)
        self.up()
        time.sleep(DOWN_S)  # a resting finger is not a bouncing one

    def _say(self, *what: tuple[int, int, int]) -> None:
        for kind, code, value in (*what, (EV_SYN, 0, 0)):
            os.write(self._device, struct.pack("<qqHHi", 0, 0, kind, code, value))
