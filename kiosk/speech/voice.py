"""The kiosk's own voice: espeak-ng speaks, the kiosk's own sound device plays; never the loudspeaker of the hall.

A thread of its own speaks what was asked for last; asking, or silence, ends what is being said at once. Clips live in
memory only. What cannot be spoken is told once, and the screen goes on without a voice.
"""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import subprocess
import threading
import time
import wave
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from config.process import LossLog

log = logging.getLogger("kiosk.voice")

ESPEAK = "espeak-ng"
WORDS_A_MINUTE = 150
"""espeak-ng's own speed is 175; older ears ask for slower speech."""
MAKING_S = 10.0
STUCK_S = 3.0
"""A sound card takes a second of sound in a second; one that is so much behind is stuck."""
REAP_S = 1.0
CLIPS_BYTES = 6 << 20
"""About two minutes of clips: the sentences of the screens people come back to."""
LONGEST = 600
"""Letters of one sentence; a longer one was not written to be heard."""


class VoiceFailed(RuntimeError):
    """Nothing can be heard; the text says why."""


@dataclass(frozen=True)
class Speech:
    """Sentences to be said one after the other. `voice`: espeak-ng's name for it; `volume`: percent; `own`: something
    of a person is in it, so that no clip of it is kept."""

    sentences: tuple[str, ...]
    voice: str
    volume: int
    own: bool = False


class Device(Protocol):
    """Where the sound goes."""

    def play(self, clip: bytes, sentence: str, speech: Speech, stopped: threading.Event) -> None:
        """Play a WAV file to its end, or until `stopped`. Raises `VoiceFailed`."""


class Alsa:
    """aplay on one ALSA device, a process for each sentence: a card that hangs hangs nobody else."""

    def __init__(self, device: str) -> None:
        self._device = device

    def play(self, clip: bytes, sentence: str, speech: Speech, stopped: threading.Event) -> None:
        """As `Device`."""
        program = shutil.which("aplay")
        if program is None:
            raise VoiceFailed("aplay is not installed (Debian package alsa-utils)")
        command = [program, "-q", "-D", self._device, "-t", "wav", "-"]
        status, why = _run(command, clip, seconds_of(clip) + STUCK_S, stopped)[::2]
        if status != 0 and not stopped.is_set():
            raise VoiceFailed(f"aplay ended with {status}: {why}")


class Files:
    """For the virtual waiting room: `kiosk-000001.wav` … and a line each in `spoken.jsonl`, as long as it sounds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def play(self, clip: bytes, sentence: str, speech: Speech, stopped: threading.Event) -> None:
        """As `Device`; the line says whether it was cut short."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._count += 1
            path = self._folder / f"kiosk-{self._count:06}.wav"
            hidden = path.with_suffix(".part")
            hidden.write_bytes(clip)
            hidden.replace(path)
            seconds = seconds_of(clip)
            cut = stopped.wait(seconds)
            row = {"text": sentence, "file": str(path), "voice": speech.voice, "volume": speech.volume}
            line = json.dumps({**row, "seconds": round(seconds, 2), "cut": cut}, ensure_ascii=False)
            with (self._folder / "spoken.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(line + os.linesep)
        except OSError as error:
            raise VoiceFailed(f"the sound cannot be written: {error}") from error


class Voice:
    """Says what it was asked for last. Every method returns at once, from any thread.

    `failed`: hears why nothing could be said, once until it works again.
    """

    def __init__(self, device: Device, failed: Callable[[str], None], program: str = ESPEAK) -> None:
        self._device = device
        self._failed = failed
        self._program = program
        self._clips: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._wake = threading.Condition()
        self._next: Speech | None = None
        self._stopped = threading.Event()
        self._closing = False
        self._loss = LossLog(log)
        self._thread = threading.Thread(target=self._speak, name="voice", daemon=True)
        self._thread.start()

    def say(self, speech: Speech) -> None:
        """Say this now, instead of whatever is being said or waits."""
        with self._wake:
            self._next = speech
            self._stopped.set()
            self._wake.notify()

    def hush(self) -> None:
        """Be silent at once."""
        with self._wake:
            self._next = None
            self._stopped.set()

    def forget(self) -> None:
        """A person is gone: be silent, and keep no sound of what they heard."""
        self.hush()
        with self._wake:
            self._clips.clear()

    def close(self) -> None:
        """Be silent and end the thread."""
        with self._wake:
            self._closing = True
            self._next = None
            self._stopped.set()
            self._wake.notify()
        self._thread.join(MAKING_S)

    # the thread -----------------------------------------------------------------------------------

    def _speak(self) -> None:
        while True:
            with self._wake:
                while self._next is None and not self._closing:
                    self._wake.wait()
                if self._next is None:
                    return
                speech, self._next = self._next, None
                self._stopped = threading.Event()  # whoever stops from now on means this speech
                stopped = self._stopped
            try:
                for sentence in speech.sentences:
                    if stopped.is_set():
                        break
                    clip = self._clip(sentence[:LONGEST], speech, stopped)
                    if clip and not stopped.is_set():
                        self._device.play(clip, sentence, speech, stopped)
                self._loss.back("voice")
            except VoiceFailed as error:
                self._loss.lost("voice", str(error))
                self._failed(str(error))

    def _clip(self, sentence: str, speech: Speech, stopped: threading.Event) -> bytes:
        key = (sentence, speech.voice, speech.volume)
        with self._wake:
            if key in self._clips:
                self._clips.move_to_end(key)
                return self._clips[key]
        clip = synthesise(sentence, speech.voice, speech.volume, self._program, stopped)
        if clip and not speech.own and not stopped.is_set():
            with self._wake:
                self._clips[key] = clip
                while sum(map(len, self._clips.values())) > CLIPS_BYTES:
                    self._clips.popitem(last=False)
        return clip


def synthesise(
    sentence: str, voice: str, volume: int, program: str = ESPEAK, stopped: threading.Event | None = None
) -> bytes:
    """A WAV file with `sentence`; empty when `stopped` came first. Raises `VoiceFailed`.

    The words go through a pipe: a command line can be read by every other program.
    """
    found = shutil.which(program)
    if found is None:
        raise VoiceFailed(f"{program} is not installed (Debian package espeak-ng)")
    known = voices(found)
    if voice not in known and not any(each.startswith(f"{voice}-") for each in known):
        raise VoiceFailed(f"{program} has no voice {voice!r}")  # it would speak another language and call it success
    loudness = str(round(volume * 1.6))  # espeak-ng: 100 is its usual, 200 the most
    command = [found, "-v", voice, "-s", str(WORDS_A_MINUTE), "-a", loudness, "-b", "1", "--stdin", "--stdout"]
    status, out, why = _run(command, sentence.encode(), MAKING_S, stopped or threading.Event())
    if stopped is not None and stopped.is_set():
        return b""
    if status != 0 or not out:
        raise VoiceFailed(f"{program} ended with {status}: {why}")
    return _whole(out)


@lru_cache(maxsize=4)
def voices(program: str) -> frozenset[str]:
    """The languages that espeak-ng speaks, as it names them. Raises `VoiceFailed`."""
    status, out, why = _run([program, "--voices"], b"", MAKING_S, threading.Event())
    if status != 0:
        raise VoiceFailed(f"{program} ended with {status}: {why}")
    rows = (line.split() for line in out.decode("utf-8", "replace").splitlines()[1:])
    return frozenset(row[1] for row in rows if len(row) > 1)


def seconds_of(clip: bytes) -> float:
    """How long a WAV file sounds."""
    with wave.open(io.BytesIO(clip)) as file:
        return float(file.getnframes() / file.getframerate())


def _whole(clip: bytes) -> bytes:
    """The same sound with its true length: through a pipe espeak-ng writes a header that says 2 GB."""
    try:
        with wave.open(io.BytesIO(clip)) as file:
            parameters, frames = file.getparams(), file.readframes(len(clip))
    except (wave.Error, EOFError) as error:
        raise VoiceFailed(f"espeak-ng gave no sound: {error}") from error
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams(parameters._replace(nframes=0))
        file.writeframes(frames)
    return out.getvalue()


def _run(command: list[str], given: bytes, limit_s: float, stopped: threading.Event) -> tuple[int, bytes, str]:
    """Status, output and words of a program that gets `given`; killed at once when `stopped` comes.

    Raises `VoiceFailed` when it takes longer than `limit_s` or cannot be started.
    """
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise VoiceFailed(f"{command[0]}: {error.strerror}") from error
    done: list[tuple[bytes, bytes]] = []

    def talk() -> None:
        done.append(process.communicate(given))
        ended.set()
        awake.set()

    ended, awake = threading.Event(), _Either(stopped)
    helper = threading.Thread(target=talk, name="voice-pipe", daemon=True)
    helper.start()
    until = time.monotonic() + limit_s
    try:
        awake.wait(until - time.monotonic())
        late = not ended.is_set() and not stopped.is_set()
    finally:
        if process.poll() is None:
            process.kill()
        helper.join(REAP_S)
    if late:
        raise VoiceFailed(f"{Path(command[0]).name} did nothing for {limit_s:.0f} s; stopped")
    out, errors = done[0] if done else (b"", b"")
    return process.returncode or 0, out, " ".join(errors.decode("utf-8", "replace").split())[:200]


class _Either:
    """Waits for an event of one's own or for another."""

    LOOK_S = 0.02

    def __init__(self, other: threading.Event) -> None:
        self._own = threading.Event()
        self._other = other

    def set(self) -> None:
        self._own.set()

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._other.is_set() and time.monotonic() < until:
            if self._own.wait(self.LOOK_S):
                return


def open_voice(speaker: str, virtual: bool, failed: Callable[[str], None]) -> Voice | None:
    """The voice on the device of the settings; None where there is none. Sound is written to files in the virtual
    waiting room alone: on a machine in use it would keep what people read."""
    if not speaker:
        return None
    if speaker.startswith("file:"):
        if not virtual:
            log.error("kiosk.speaker = %r is for the virtual waiting room; there is no voice", speaker)
            return None
        return Voice(Files(Path(speaker.removeprefix("file:"))), failed)
    return Voice(Alsa(speaker), failed)
