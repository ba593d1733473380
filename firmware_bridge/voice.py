"""The voice: one clip a token, `{folder}/{accent}/{token}.wav`, made by espeak-ng at set-up, replaced one by one by
recordings, joined by code.

A file beside the clips, `generated.json`, holds the hash of every clip this program wrote. A clip whose hash is not
there is somebody's recording and is never written over.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import tempfile
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from config.voice import ACCENTS, Accent, Token, as_accent, voice_tokens
from firmware_bridge import sound

_LOG = logging.getLogger("voice")

ESPEAK = "espeak-ng"
ESPEAK_LIMIT_S = 10.0
VOICES: dict[Accent, str] = {"north": "vi", "central": "vi-vn-x-central", "south": "vi-vn-x-south"}
WORDS_A_MINUTE = 145
"""espeak-ng's own speed is 175; domain notes, section 10: 0.85 of it is understood in a hall."""
MARKER = "generated.json"
GAP_S = 0.03
_GAPS_AFTER = {"chime": 0.15, "moi_cong_dan_so": 0.14}
_GAPS_BEFORE = {"den_quay_so": 0.22}

Origin = Literal["recording", "generated", "missing"]


class VoiceMissing(RuntimeError):
    """espeak-ng is not installed or cannot speak; the text says which."""


@dataclass(frozen=True)
class Joined:
    """`missing`: tokens nobody could say. `synthesised`: tokens that had no clip and were made on the spot."""

    samples: array[int]
    missing: tuple[str, ...]
    synthesised: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.samples) / sound.RATE


@dataclass(frozen=True)
class Pieces:
    """Clips and silences in order; `missing` and `synthesised` as in `Joined`."""

    samples: tuple[array[int], ...]
    missing: tuple[str, ...]
    synthesised: tuple[str, ...]


@dataclass(frozen=True)
class ClipInfo:
    """One line of `motcua voice list`."""

    accent: Accent
    token: str
    words: str
    origin: Origin
    file: Path


def synthesise(words: str, accent: Accent, program: str = ESPEAK) -> array[int]:
    """`words` spoken by espeak-ng: trimmed and levelled. Raises `VoiceMissing`."""
    found = shutil.which(program)
    if found is None:
        raise VoiceMissing(f"{program} is not installed (Debian package espeak-ng)")
    with tempfile.TemporaryDirectory(prefix="motcua-voice-") as folder:
        out = Path(folder) / "clip.wav"
        command = [found, "-v", VOICES[accent], "-s", str(WORDS_A_MINUTE), "-w", str(out), "--", words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=ESPEAK_LIMIT_S, check=False)
            if done.returncode != 0:
                raise VoiceMissing(f"{program} failed: {' '.join(done.stderr.split())[:200]}")
            samples = sound.read_wave(out.read_bytes())
        except (OSError, subprocess.TimeoutExpired, sound.NotAWave) as error:
            raise VoiceMissing(f"{program} failed: {error}") from error
    return sound.level(sound.trim(samples))


def _sound_of(token: Token, accent: Accent, program: str) -> array[int]:
    if token.kind == "chime":
        return sound.chime()
    return synthesise(token.words[accent], accent, program)


class Voice:
    """The clips of one accent in `folder`."""

    def __init__(self, folder: Path, accent: str, program: str = ESPEAK) -> None:
        self.accent = as_accent(accent)
        self.folder = folder / self.accent
        self._program = program
        self._made: dict[str, array[int]] = {}

    def file(self, token: str) -> Path:
        """Where the clip of `token` lies or would lie."""
        return self.folder / f"{token}.wav"

    def clips(self) -> list[ClipInfo]:
        """Every token that has a sound, and where its clip comes from."""
        marks = self._marks()
        return [
            ClipInfo(self.accent, name, token.words.get(self.accent, ""), self._origin(name, marks), self.file(name))
            for name, token in voice_tokens().items()
            if token.kind != "pause"
        ]

    def make(self) -> tuple[list[str], list[str]]:
        """Write every clip that is missing or was generated before; recordings stay. Returns (written, kept).

        Raises `VoiceMissing` at the first word espeak-ng cannot speak, `OSError` when the folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        marks = self._marks()
        written: list[str] = []
        kept: list[str] = []
        for name, token in voice_tokens().items():
            if token.kind == "pause":
                continue
            if self._origin(name, marks) == "recording":
                kept.append(name)
                continue
            data = sound.write_wave(_sound_of(token, self.accent, self._program))
            # The mark first: killed between the two, the clip is made again instead of passing for a recording.
            marks[name] = hashlib.sha256(data).hexdigest()
            self._write(self.folder / MARKER, json.dumps(marks, indent=0, sort_keys=True).encode())
            self._write(self.file(name), data)
            written.append(name)
        return written, kept

    def join(self, tokens: Sequence[str]) -> Joined:
        """The tokens one after the other with short gaps. A token without a sound is left out and named; never raises
        for a missing, broken or unreadable clip. Raises `KeyError` for a token that `voice.toml` does not know."""
        pieces = self.pieces(tokens)
        out = array("h")
        for piece in pieces.samples:
            out.extend(piece)
        return Joined(out, pieces.missing, pieces.synthesised)

    def pieces(self, tokens: Sequence[str]) -> Pieces:
        """As `join`, clip by clip, so that the first can be played while the others are made ready."""
        out: list[array[int]] = []
        missing: list[str] = []
        made: list[str] = []
        for name in tokens:
            token = voice_tokens()[name]
            if token.kind == "pause":
                out.append(sound.silence(token.seconds))
                continue
            clip = self._clip(token, made, missing)
            if clip is None:
                continue
            if out and name in _GAPS_BEFORE:
                out.append(sound.silence(_GAPS_BEFORE[name]))
            out += [clip, sound.silence(_GAPS_AFTER.get(name, GAP_S))]
        return Pieces(tuple(out), tuple(missing), tuple(made))

    def _clip(self, token: Token, made: list[str], missing: list[str]) -> array[int] | None:
        try:
            return sound.read_wave(self.file(token.name).read_bytes())
        except FileNotFoundError:
            pass
        except (OSError, sound.NotAWave) as error:
            _LOG.warning("clip %s cannot be used: %s", self.file(token.name), error)
        if token.kind != "chime":
            made.append(token.name)
        if token.name not in self._made:
            try:
                self._made[token.name] = _sound_of(token, self.accent, self._program)
            except VoiceMissing as error:
                _LOG.warning("no sound for %r: %s", token.name, error)
                missing.append(token.name)
                if token.name in made:
                    made.remove(token.name)
                return None
        return self._made[token.name]

    def _marks(self) -> dict[str, str]:
        try:
            marks = json.loads((self.folder / MARKER).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            # Without its marks every clip counts as a recording: nothing is lost, and `list` shows it.
            _LOG.warning("%s is damaged; all clips of this accent count as recordings", self.folder / MARKER)
            return {}
        return {str(k): str(v) for k, v in marks.items()} if isinstance(marks, dict) else {}

    def _origin(self, name: str, marks: dict[str, str]) -> Origin:
        try:
            data = self.file(name).read_bytes()
        except FileNotFoundError:
            return "missing"
        return "generated" if marks.get(name) == hashlib.sha256(data).hexdigest() else "recording"

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        hidden = path.with_name(path.name + ".part")
        hidden.write_bytes(data)
        hidden.replace(path)


def all_voices(folder: Path, accent: str = "all") -> list[Voice]:
    """One accent or, for "all", the three."""
    return [Voice(folder, each) for each in (ACCENTS if accent == "all" else (as_accent(accent),))]
