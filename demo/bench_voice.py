"""The voice's leg of `motcua bench walk`: a call sent to the hub → its first sound handed to the device.

Measured against a raw player: a program that is started with a sound that lies ready and has its first frames in hand.
No system that plays through a program of its own can be faster than that.
"""

from __future__ import annotations

import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any

from demo.hub import NotSeen, wait_for
from demo.start import Room
from queue_display.client import HubClient

RAW_PLAYER = "cat"
"""Takes sound on its standard input as aplay does, and gives it on, so that we see when it has it."""
RAW_LIMIT_S = 10.0
FIRST_BYTES = 4096


def first_sounds(room: Room, hub: HubClient, service: str, counter: int, rounds: int) -> list[float]:
    """Seconds from sending a call (its commit is within) to its first frames at the loudspeaker's file."""
    took = []
    for _ in range(rounds):
        hub.post("/v1/tickets", {"service": service})
        wait_for("the loudspeaker and the printer are free", lambda: _idle(room, hub), 60)
        began = time.monotonic()  # one clock for all processes of this machine
        number = hub.post(f"/v1/counters/{counter}/next")["ticket"]["number"]
        spoken = wait_for(f"{number} is spoken", lambda number=number: _said(room, number), 60)  # type: ignore[misc]
        took.append(spoken["first_at"] - began)
    return took


def _idle(room: Room, hub: HubClient) -> bool | None:
    state = room.bridge.ask("state")["speaker"]
    printing = [each for each in hub.snapshot()["jobs"] if each["state"] in ("queued", "printing")]
    return not (state["queue"] or state["speaking"] or printing) or None


def _said(room: Room, number: str) -> dict[str, Any] | None:
    last = room.bridge.ask("state")["speaker"]["last"]
    row = next((each for each in reversed(last) if each.get("number") == number), None)
    if row is not None and not row.get("ok"):
        raise NotSeen(f"{number} was not spoken: {row.get('detail') or row.get('dropped')}")
    return row


def raw_player(sound: Path, rounds: int) -> list[float]:
    """Seconds a bare player needs from its start to its first frames of a sound file that lies ready."""
    took = []
    data = sound.read_bytes()[: 64 * 1024]
    for _ in range(rounds):
        began = time.monotonic()
        player = subprocess.Popen([RAW_PLAYER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert player.stdin is not None
        assert player.stdout is not None
        with player.stdin as into, player.stdout as out:
            into.write(data[:FIRST_BYTES])
            into.flush()
            if not select.select([out], [], [], RAW_LIMIT_S)[0]:
                player.kill()
                raise NotSeen(f"{RAW_PLAYER} took no sound within {RAW_LIMIT_S:.0f} s")
            os.read(out.fileno(), FIRST_BYTES)
            took.append(time.monotonic() - began)
        player.wait(RAW_LIMIT_S)
    return took


def last_sound(room: Room) -> Path:
    """The newest sound file the loudspeaker wrote."""
    return Path(room.bridge.ask("state")["speaker"]["last"][-1]["file"])
