"""The loudspeaker: announcements queue, each is spoken to its end before the next begins, and none is spoken twice.

Back ends: `alsa` (aplay, a process of its own, so that a hanging sound card hangs nobody else), `file` (a WAV and a
line in `spoken.jsonl`, for the virtual waiting room) and `none`.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import threading
import time
from array import array
from collections import OrderedDict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

from config.process import LossLog
from config.settings import Settings
from config.voice import voice_tokens
from firmware_bridge import sound
from firmware_bridge.voice import Joined, Voice

_LOG = logging.getLogger("speaker")

MAX_QUEUE = 100
"""Ten minutes of calls. More than that is no queue but a fault, and memory has an end."""
REMEMBERED = 256
LAST = 20
SLOW_DEFAULT_S = 3.0
PlayState = Literal["ok", "degraded", "down"]


class SpeakerFailed(RuntimeError):
    """The sound did not leave; the text says why."""


class _Backend(Protocol):
    def play(self, samples: array[int], row: dict[str, Any], stop: threading.Event) -> str | None:
        """Play to the end; the name of a file where one was written. Raises `SpeakerFailed`."""


class _None:
    def play(self, samples: array[int], row: dict[str, Any], stop: threading.Event) -> str | None:
        return None


class _Alsa:
    def __init__(self, device: str) -> None:
        self._device = device

    def play(self, samples: array[int], row: dict[str, Any], stop: threading.Event) -> str | None:
        program = shutil.which("aplay")
        if program is None:
            raise SpeakerFailed("aplay is not installed (Debian package alsa-utils)")
        limit = len(samples) / sound.RATE + 8.0
        command = [program, "-q", "-D", self._device, "-t", "wav", "-"]
        try:
            done = subprocess.run(
                command, input=sound.write_wave(samples), capture_output=True, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise SpeakerFailed(f"aplay did not end within {limit:.0f} s; stopped") from error
        except OSError as error:
            raise SpeakerFailed(f"aplay: {error}") from error
        if done.returncode != 0:
            why = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
            raise SpeakerFailed(f"aplay ended with {done.returncode}: {why}")
        return None


class _File:
    """Writes `call-000001.wav` … and `spoken.jsonl` into `folder`; as long as the sound lasts if `paced`."""

    def __init__(self, folder: Path, paced: bool) -> None:
        self._folder = folder
        self._paced = paced
        self.mode = "none"
        self.value = 0.0

    def play(self, samples: array[int], row: dict[str, Any], stop: threading.Event) -> str | None:
        if self.mode == "dead":
            raise SpeakerFailed("the virtual loudspeaker is dead")
        if self.mode == "slow":
            stop.wait(self.value)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._free()
            hidden = path.with_suffix(".part")
            hidden.write_bytes(sound.write_wave(samples))
            hidden.rename(path)
            line = json.dumps({**row, "file": str(path)}, ensure_ascii=False)
            with (self._folder / "spoken.jsonl").open("a", encoding="utf-8") as journal:
                journal.write(line + os.linesep)
        except OSError as error:
            raise SpeakerFailed(f"the sound cannot be written: {error}") from error
        if self._paced:
            stop.wait(len(samples) / sound.RATE)
        return str(path)

    def _free(self) -> Path:
        numbers = [int(p.stem[5:]) for p in self._folder.glob("call-*.wav") if p.stem[5:].isdigit()]
        return self._folder / f"call-{max(numbers, default=0) + 1:06d}.wav"


class Speaker:
    """`say` from any thread; one thread of its own speaks."""

    def __init__(self, settings: Settings, *, paced: bool = False) -> None:
        speaker = settings.speaker
        self._settings = speaker
        self._voice = Voice(Path(settings.paths.voice_dir), speaker.accent)
        self._backend: _Backend
        if speaker.backend == "alsa":
            self._backend = _Alsa(speaker.device)
        elif speaker.backend == "file":
            self._backend = _File(Path(speaker.folder or f"{settings.paths.runtime}/sound"), paced)
        else:
            self._backend = _None()
        self._wake = threading.Condition()
        self._queue: deque[dict[str, Any]] = deque()
        self._known: OrderedDict[tuple[Any, ...], None] = OrderedDict()
        self._last: deque[dict[str, Any]] = deque(maxlen=LAST)
        self._speaking: dict[str, Any] | None = None
        self._stop = threading.Event()
        self._health: tuple[PlayState, str] = ("ok", "")
        self._loss = LossLog(_LOG)
        self._spoken = 0
        self._thread = threading.Thread(target=self._run, name="speaker", daemon=True)
        self._thread.start()

    def say(self, announcement: Mapping[str, Any]) -> bool:
        """Queue one announcement of the hub (`id`, `at`, `number`, `counter`, `text`, `tokens`).

        False when it was queued or spoken before (the same id and time), when the queue is full, or when it makes
        no sense; the last two are logged.
        """
        tokens = announcement.get("tokens")
        text = announcement.get("text")
        known = voice_tokens()
        if not isinstance(text, str) or not isinstance(tokens, (list, tuple)) or not tokens:
            _LOG.warning("announcement %r has no text or no tokens", announcement.get("id"))
            return False
        if any(token not in known for token in tokens):
            strange = [str(token)[:40] for token in tokens if token not in known]
            _LOG.warning("announcement %r has unknown tokens: %s", announcement.get("id"), ", ".join(strange))
            return False
        # A new ledger counts its announcements from one again: the time tells them apart.
        key = (announcement.get("id"), announcement.get("at"), announcement.get("number"))
        row = {key: announcement.get(key) for key in ("id", "at", "number", "counter")}
        with self._wake:
            if self._stop.is_set() or key in self._known:
                return False
            if len(self._queue) >= MAX_QUEUE:
                self._loss.lost("queue of calls", f"{MAX_QUEUE} calls wait; further ones are shown but not spoken")
                return False
            self._loss.back("queue of calls")
            self._known[key] = None
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            self._queue.append({**row, "text": text, "tokens": [str(token) for token in tokens]})
            self._wake.notify()
        return True

    def state(self) -> dict[str, Any]:
        """`queue` length, `speaking` (text or null), `last` (newest last: text, file, seconds, repeat, missing, ok),
        `spoken`, and `state` ok|degraded|down with a `detail`."""
        with self._wake:
            state, detail = self._health
            return {
                "backend": self._settings.backend,
                "queue": len(self._queue),
                "speaking": self._speaking["text"] if self._speaking else None,
                "spoken": self._spoken,
                "last": [dict(each) for each in self._last],
                "state": state,
                "detail": detail,
            }

    def misbehave(self, mode: str, value: float | None = None) -> None:
        """Virtual loudspeaker only: none | dead | slow (value: seconds each). ValueError for anything else."""
        if not isinstance(self._backend, _File):
            raise ValueError("only the loudspeaker of the virtual waiting room misbehaves on command")
        if mode not in ("none", "dead", "slow"):
            raise ValueError(f"a loudspeaker cannot {mode!r}; allowed: none, dead, slow")
        self._backend.value = SLOW_DEFAULT_S if value is None else float(value)
        self._backend.mode = mode

    def close(self, timeout_s: float = 30.0) -> None:
        """Say the current announcement to its end, drop what waits, end the thread."""
        with self._wake:
            if self._queue:
                _LOG.info("%d calls were still waiting to be spoken", len(self._queue))
            self._queue.clear()
            self._stop.set()
            self._wake.notify()
        self._thread.join(timeout_s)

    # -- the thread

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._stop.is_set():
                    self._wake.wait()
                if not self._queue:
                    return
                self._speaking = self._queue.popleft()
                row = self._speaking
            done = self._speak(row)
            with self._wake:
                self._last.append(done)
                self._spoken += bool(done["ok"])
                self._speaking = None

    def _speak(self, row: dict[str, Any]) -> dict[str, Any]:
        started = time.monotonic()
        row = dict(row)
        tokens = row.pop("tokens")
        if isinstance(self._backend, _None):
            return {**row, "ok": True, "file": None}
        try:
            samples, joined = self._samples(tokens)
            row |= {
                "accent": self._voice.accent,
                "repeat": self._settings.repeat,
                "seconds": round(len(samples) / sound.RATE, 2),
                "missing": list(joined.missing),
            }
            file = self._backend.play(samples, row, self._stop)
        except SpeakerFailed as error:
            self._note("down", str(error))
            return {**row, "ok": False, "file": None, "detail": str(error)}
        words = {token for token in tokens if voice_tokens()[token].kind == "word"}
        if words and words <= set(joined.missing):
            # The chime still makes people look at the boards.
            detail = "there are neither clips nor espeak-ng: run `motcua voice make`"
            self._note("degraded", detail)
            return {**row, "ok": False, "file": file, "detail": detail}
        if joined.missing:
            self._note("degraded", f"no sound for: {', '.join(joined.missing)}")
        else:
            self._note("ok", "")
        _LOG.info("spoken in %.1f s: %s", time.monotonic() - started, row["text"])
        return {**row, "ok": True, "file": file}

    def _samples(self, tokens: list[str]) -> tuple[array[int], Joined]:
        """Chime once, the words `repeat` times with the pause between, at the set volume."""
        first = self._voice.join(tokens)
        again = [token for token in tokens if voice_tokens()[token].kind != "chime"]
        samples = array("h", first.samples)
        repeated = self._voice.join(again) if self._settings.repeat > 1 else first
        for _ in range(self._settings.repeat - 1):
            samples.extend(sound.silence(self._settings.pause_s))
            samples.extend(repeated.samples)
        if self._settings.volume != 100:
            samples = sound.scale(samples, self._settings.volume / 100)
        return samples, first

    def _note(self, state: PlayState, detail: str) -> None:
        if state == "ok":
            self._loss.back("loudspeaker")
        else:
            self._loss.lost("loudspeaker", detail)
        with self._wake:
            self._health = (state, detail)


def open_speaker(settings: Settings, *, paced: bool = False) -> Speaker:
    """The loudspeaker of `[speaker]`, its thread running. `paced`: the file back end takes as long as the sound."""
    return Speaker(settings, paced=paced)
