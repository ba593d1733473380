"""Where sound leaves the machine: aplay, a WAV file, or nowhere.

A back end takes samples piece by piece and begins with the first, so that the chime is heard while the words are still
being put together. A device that takes no more is given up after `STUCK_S`, whatever it does with our process.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from firmware_bridge import sound

STUCK_S = 3.0
"""A sound card takes a second of sound in a second. One that takes none for so long is stuck."""
SLOW_DEFAULT_S = 3.0
REAP_S = 1.0

First = Callable[[], None]
"""Called once, when the first frames have been handed over."""


class SpeakerFailed(RuntimeError):
    """The sound did not leave; the text says why."""


class Output(Protocol):
    """One way out."""

    def play(
        self, pieces: Iterable[array[int]], count: int, row: dict[str, Any], stop: threading.Event, first: First
    ) -> str | None:
        """Play `count` samples to the end; the name of a file where one was written. Raises `SpeakerFailed`."""


class Nowhere:
    """For a site without a loudspeaker."""

    def play(
        self, pieces: Iterable[array[int]], count: int, row: dict[str, Any], stop: threading.Event, first: First
    ) -> str | None:
        """Nothing."""
        return None


class Alsa:
    """aplay, a process of its own for each announcement, so that a hanging sound card hangs nobody else."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._stuck: subprocess.Popen[bytes] | None = None

    def play(
        self, pieces: Iterable[array[int]], count: int, row: dict[str, Any], stop: threading.Event, first: First
    ) -> str | None:
        """As `Output`."""
        program = shutil.which("aplay")
        if program is None:
            raise SpeakerFailed("aplay is not installed (Debian package alsa-utils)")
        if self._stuck is not None and self._stuck.poll() is None:
            raise SpeakerFailed("the sound card still hangs since an earlier announcement")
        self._stuck = None
        with tempfile.TemporaryFile() as errors:
            command = [program, "-q", "-D", self._device, "-t", "wav", "-"]
            try:
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)
            except OSError as error:
                raise SpeakerFailed(f"aplay: {error}") from error
            try:
                until = time.monotonic() + count / sound.RATE + STUCK_S
                self._feed(process, pieces, count, first)
                status = process.wait(max(STUCK_S, until - time.monotonic()))
            except (subprocess.TimeoutExpired, TimeoutError) as error:
                raise SpeakerFailed(f"the sound card took nothing for {STUCK_S:.0f} s; stopped") from error
            finally:
                self._end(process)
            if status != 0:
                errors.seek(0)
                why = " ".join(errors.read(2000).decode("utf-8", "replace").split())[:200]
                raise SpeakerFailed(f"aplay ended with {status}: {why}")
        return None

    def _feed(self, process: subprocess.Popen[bytes], pieces: Iterable[array[int]], count: int, first: First) -> None:
        assert process.stdin is not None
        pipe = process.stdin.fileno()
        os.set_blocking(pipe, False)
        try:
            _write_all(pipe, sound.wave_header(count))
            for number, piece in enumerate(pieces):
                _write_all(pipe, sound.frames(piece))
                if number == 0:
                    first()
        except BrokenPipeError:
            pass  # it has ended by itself: its exit status says why
        finally:
            process.stdin.close()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.kill()
            try:
                process.wait(REAP_S)
            except subprocess.TimeoutExpired:
                self._stuck = process  # the kernel holds it in the driver: not even a kill ends it


def _write_all(pipe: int, data: bytes) -> None:
    """Raises TimeoutError when the other end takes nothing for `STUCK_S`."""
    view = memoryview(data)
    while view:
        if not select.select([], [pipe], [], STUCK_S)[1]:
            raise TimeoutError
        view = view[os.write(pipe, view[:65536]) :]


class WaveFiles:
    """Writes `call-000001.wav` … and `spoken.jsonl` into `folder`; as long as the sound lasts if `paced`.

    Can misbehave on command: `dead`, `slow` (seconds each), `hang` (takes nothing).
    """

    def __init__(self, folder: Path, paced: bool) -> None:
        self._folder = folder
        self._paced = paced
        self.mode = "none"
        self.value = 0.0

    def play(
        self, pieces: Iterable[array[int]], count: int, row: dict[str, Any], stop: threading.Event, first: First
    ) -> str | None:
        """As `Output`."""
        if self.mode == "dead":
            raise SpeakerFailed("the virtual loudspeaker is dead")
        if self.mode == "hang":
            stop.wait(STUCK_S)
            raise SpeakerFailed(f"the sound card took nothing for {STUCK_S:.0f} s; stopped")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._free()
            hidden = path.with_suffix(".part")
            with hidden.open("wb", buffering=0) as file:
                file.write(sound.wave_header(count))
                for number, piece in enumerate(pieces):
                    file.write(sound.frames(piece))
                    if number == 0:
                        first()
            if self.mode == "slow":
                stop.wait(self.value)
            hidden.rename(path)
            line = json.dumps({**row, "file": str(path)}, ensure_ascii=False)
            with (self._folder / "spoken.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(line + os.linesep)
        except OSError as error:
            raise SpeakerFailed(f"the sound cannot be written: {error}") from error
        if self._paced:
            stop.wait(count / sound.RATE)
        return str(path)

    def _free(self) -> Path:
        numbers = [int(p.stem[5:]) for p in self._folder.glob("call-*.wav") if p.stem[5:].isdigit()]
        return self._folder / f"call-{max(numbers, default=0) + 1:06d}.wav"
