"""The loudspeakers: announcements queue, each is spoken to its end before the next begins, and none is spoken twice.

One loudspeaker a waiting room, each with a thread, a queue (`calling.py`) and a device (`outputs.py`) of its own: one
that hangs delays nobody else.
"""

from __future__ import annotations

import logging
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from config.clock import Clock, make_clock
from config.process import LossLog
from config.settings import Lounge, Settings
from config.voice import voice_tokens
from firmware_bridge import sound
from firmware_bridge.calling import FIRST, MAX_QUEUE, CallQueue, Still, priority_of, quiet_at, rooms, volume_at
from firmware_bridge.outputs import SLOW_DEFAULT_S, Alsa, Nowhere, Output, SpeakerFailed, WaveFiles
from firmware_bridge.voice import Pieces, Voice

_LOG = logging.getLogger("speaker")

LAST = 20
KEPT = ("id", "at", "number", "counter", "ticket", "lounge", "priority")
MODES = ("none", "dead", "slow", "hang")
PlayState = Literal["ok", "degraded", "down"]


Told = Callable[[str, PlayState, str], None]
"""Hears after every announcement how a loudspeaker does: waiting room, state, why."""


def untold(room: str, state: PlayState, detail: str) -> None:
    """The `Told` of a loudspeaker that nobody asks."""


def wanted(announcement: Mapping[str, Any]) -> bool:
    """The `Still` of a loudspeaker that is told nothing: everything is spoken."""
    return True


class Speaker:
    """One loudspeaker: `say` from any thread; one thread of its own speaks."""

    def __init__(
        self,
        settings: Settings,
        lounge: Lounge | None = None,
        *,
        paced: bool = False,
        still: Still = wanted,
        told: Told = untold,
        clock: Clock | None = None,
    ) -> None:
        self._told = told
        self._settings = settings.speaker
        self._lounge = lounge
        self._still = still
        self._clock: Clock = clock or make_clock(settings.site.timezone, settings.clock.trust)
        self._voice = Voice(Path(settings.paths.voice_dir), settings.speaker.accent)
        self._output: Output = _output(settings, lounge, paced)
        self._wake = threading.Condition()
        self._queue = CallQueue()
        self._last: deque[dict[str, Any]] = deque(maxlen=LAST)
        self._speaking: dict[str, Any] | None = None
        self._stop = threading.Event()
        self._health: tuple[PlayState, str] = ("ok", "")
        self._loss = LossLog(_LOG)
        self._spoken = 0
        name = f"speaker-{lounge.id}" if lounge else "speaker"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def say(self, announcement: Mapping[str, Any]) -> bool:
        """Queue one announcement of the hub (`id`, `at`, `number`, `counter`, `text`, `tokens`, `priority`).

        False when it was queued or spoken before (the same id and time), when the queue is full, or when it makes
        no sense; the last two are logged.
        """
        heard = time.monotonic()
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
        row = {key: announcement[key] for key in KEPT if key in announcement}
        with self._wake:
            if self._stop.is_set():
                return False
            added = self._queue.add({**row, "text": text, "tokens": [str(each) for each in tokens], "heard": heard})
            if added == "full":
                self._loss.lost("queue of calls", f"{MAX_QUEUE} calls wait; further ones are shown but not spoken")
            elif added == "queued":
                self._loss.back("queue of calls")
                self._wake.notify()
        return added == "queued"

    def state(self) -> dict[str, Any]:
        """`queue` length, `speaking` (text or null), `last` (newest last: text, file, seconds, repeat, missing, volume,
        first_ms, ok, or `dropped`: stale|quiet), `spoken`, and `state` ok|degraded|down with a `detail`."""
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
        """Virtual loudspeaker only: none | dead | slow (value: seconds each) | hang. ValueError for anything else."""
        if not isinstance(self._output, WaveFiles):
            raise ValueError("only the loudspeaker of the virtual waiting room misbehaves on command")
        if mode not in MODES:
            raise ValueError(f"a loudspeaker cannot {mode!r}; allowed: {', '.join(MODES)}")
        self._output.value = SLOW_DEFAULT_S if value is None else float(value)
        self._output.mode = mode

    def stop(self) -> None:
        """Drop what waits; the current announcement is said to its end."""
        with self._wake:
            waiting = self._queue.clear()
            if waiting:
                _LOG.info("%d calls were still waiting to be spoken", waiting)
            self._stop.set()
            self._wake.notify()

    def close(self, timeout_s: float = 30.0) -> None:
        """`stop`, and wait for the thread to end."""
        self.stop()
        self._thread.join(timeout_s)

    # -- the thread

    def _run(self) -> None:
        self._warm()
        while True:
            with self._wake:
                while not len(self._queue) and not self._stop.is_set():
                    self._wake.wait()
                row = self._queue.next()
                if row is None:
                    return
                self._speaking = row
            done = self._speak(row)
            with self._wake:
                self._last.append(done)
                self._spoken += bool(done.get("ok"))
                self._speaking = None

    def _warm(self) -> None:
        """The first call of the day need not wait for what every call needs."""
        if not isinstance(self._output, Nowhere):
            self._loud(sound.silence(0.001), self._volume())

    def _volume(self) -> int:
        trusted = self._clock.trust() != "untrusted"
        return volume_at(self._settings, self._lounge, self._clock.wall(), trusted=trusted)

    def _unwanted(self, row: Mapping[str, Any]) -> str | None:
        if not self._still(row):
            return "stale"
        trusted = self._clock.trust() != "untrusted"
        if priority_of(row) != FIRST and quiet_at(self._settings, self._clock.wall(), trusted=trusted):
            return "quiet"
        return None

    def _speak(self, row: dict[str, Any]) -> dict[str, Any]:
        started = time.monotonic()
        row = dict(row)
        tokens, heard = row.pop("tokens"), row.pop("heard")
        if isinstance(self._output, Nowhere):
            return {**row, "ok": True, "file": None}
        dropped = self._unwanted(row)
        if dropped:
            _LOG.info("not spoken (%s): %s", dropped, row["text"])
            return {**row, "ok": False, "file": None, "dropped": dropped}

        def first() -> None:
            now = time.monotonic()
            row.update(first_at=round(now, 4), first_ms=round((now - heard) * 1000, 1))

        try:
            once, pieces, count = self._arranged(tokens)
            volume = self._volume()
            row |= {
                "accent": self._voice.accent,
                "repeat": self._settings.repeat,
                "seconds": round(count / sound.RATE, 2),
                "missing": list(once.missing),
                "volume": volume,
            }
            loud = (self._loud(piece, volume) for piece in pieces)
            file = self._output.play(loud, count, row, self._stop, first)
        except SpeakerFailed as error:
            self._note("down", str(error))
            return {**row, "ok": False, "file": None, "detail": str(error)}
        words = {token for token in tokens if voice_tokens()[token].kind == "word"}
        if words and words <= set(once.missing):
            # The chime still makes people look at the boards.
            detail = "there are neither clips nor espeak-ng: run `motcua voice make`"
            self._note("degraded", detail)
            return {**row, "ok": False, "file": file, "detail": detail}
        if once.missing:
            self._note("degraded", f"no sound for: {', '.join(once.missing)}")
        else:
            self._note("ok", "")
        _LOG.info("spoken in %.1f s: %s", time.monotonic() - started, row["text"])
        return {**row, "ok": True, "file": file}

    def _arranged(self, tokens: list[str]) -> tuple[Pieces, list[array[int]], int]:
        """Chime once, the words `repeat` times with the pause between: what one saying is made of, everything piece by
        piece, and its length in samples."""
        once = self._voice.pieces(tokens)
        pieces = list(once.samples)
        if self._settings.repeat > 1:
            again = self._voice.pieces([token for token in tokens if voice_tokens()[token].kind != "chime"])
            for _ in range(self._settings.repeat - 1):
                pieces += [sound.silence(self._settings.pause_s), *again.samples]
        return once, pieces, sum(len(piece) for piece in pieces)

    @staticmethod
    def _loud(piece: array[int], volume: int) -> array[int]:
        return piece if volume == 100 else sound.scale(piece, volume / 100)

    def _note(self, state: PlayState, detail: str) -> None:
        if state == "ok":
            self._loss.back("loudspeaker")
        else:
            self._loss.lost("loudspeaker", detail)
        with self._wake:
            self._health = (state, detail)
        self._told(self._lounge.id if self._lounge else "", state, detail)


def _output(settings: Settings, lounge: Lounge | None, paced: bool) -> Output:
    speaker = settings.speaker
    if speaker.backend == "alsa":
        return Alsa(lounge.device if lounge else speaker.device)
    if speaker.backend == "file":
        common = Path(speaker.folder or f"{settings.paths.runtime}/sound")
        if lounge is None:
            return WaveFiles(common, paced)
        return WaveFiles(Path(lounge.folder) if lounge.folder else common / lounge.id, paced)
    return Nowhere()


class Speakers:
    """All waiting rooms. A call is spoken in the room of its counter, what goes before all in every room."""

    def __init__(
        self,
        settings: Settings,
        *,
        paced: bool = False,
        still: Still = wanted,
        told: Told = untold,
        clock: Clock | None = None,
    ) -> None:
        self._rooms = {
            name: Speaker(settings, lounge, paced=paced, still=still, told=told, clock=clock)
            for name, lounge in rooms(settings).items()
        }

    def say(self, announcement: Mapping[str, Any]) -> bool:
        """Queue it where it belongs. False when no loudspeaker took it (`Speaker.say`)."""
        room = announcement.get("lounge") or ""
        if priority_of(announcement) == FIRST and not room:
            taken = [speaker.say(announcement) for speaker in self._rooms.values()]  # every one is told
            return any(taken)
        return self._rooms.get(room, self._rooms[""]).say(announcement)

    def state(self) -> dict[str, Any]:
        """`Speaker.state` of the common loudspeaker, and of each waiting room's in `lounges`."""
        own = {name: speaker.state() for name, speaker in self._rooms.items() if name}
        common = self._rooms[""].state()
        return {**common, "lounges": own} if own else common

    def misbehave(self, mode: str, value: float | None = None, lounge: str | None = None) -> None:
        """`Speaker.misbehave` of one waiting room, of all without `lounge`."""
        if lounge is not None and lounge not in self._rooms:
            raise ValueError(f"there is no waiting room {lounge!r}; allowed: {', '.join(self._rooms)}")
        for name, speaker in self._rooms.items():
            if lounge in (None, name):
                speaker.misbehave(mode, value)

    def close(self, timeout_s: float = 30.0) -> None:
        """Say the current announcements to their end, drop what waits, end the threads."""
        for speaker in self._rooms.values():
            speaker.stop()
        until = time.monotonic() + timeout_s
        for speaker in self._rooms.values():
            speaker.close(max(0.1, until - time.monotonic()))


def open_speaker(
    settings: Settings,
    *,
    paced: bool = False,
    still: Still = wanted,
    told: Told = untold,
    clock: Clock | None = None,
) -> Speakers:
    """The loudspeakers of `[speaker]` and `[[lounges]]`, their threads running. `paced`: the file back end takes as
    long as the sound. `still`: asked just before an announcement is spoken whether anybody needs it. `told`: hears how
    each does."""
    return Speakers(settings, paced=paced, still=still, told=told, clock=clock)
