"""Sound as numbers: loudness, silence, the chime, WAV in and out."""

from __future__ import annotations

import io
import math
import wave
from array import array

import pytest

from firmware_bridge import sound


def tone(seconds: float, hertz: float, amplitude: float, rate: int = sound.RATE) -> array[int]:
    count = round(seconds * rate)
    return array("h", (round(amplitude * 32767 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(count)))


def studio_wave(samples: array[int], rate: int, channels: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as clip:
        clip.setnchannels(channels)
        clip.setsampwidth(2)
        clip.setframerate(rate)
        clip.writeframes(array("h", (v for v in samples for _ in range(channels))).tobytes())
    return out.getvalue()


def test_loudness_of_the_reference_tone() -> None:
    """BS.1770: a full-scale 997 Hz sine in one channel reads -3.01 LUFS."""
    assert sound.loudness(tone(2, 997, 1.0)) == pytest.approx(-3.01, abs=0.1)
    assert sound.loudness(tone(2, 997, 0.1)) == pytest.approx(-23.01, abs=0.1)
    assert sound.loudness(sound.silence(1)) == -math.inf


def test_levelled_sounds_are_equally_loud_and_never_clip() -> None:
    for amplitude in (0.02, 0.3, 1.0):
        levelled = sound.level(tone(0.3, 300, amplitude))
        assert sound.loudness(levelled) == pytest.approx(sound.TARGET_LUFS, abs=1.0)
        assert max(map(abs, levelled)) <= sound.PEAK * 32768
    assert sound.level(sound.silence(0.1)) == sound.silence(0.1)


def test_trim_takes_the_silence_and_leaves_the_sound() -> None:
    word = tone(0.4, 200, 0.5)
    trimmed = sound.trim(sound.silence(0.7) + word + sound.silence(1.1))
    assert len(word) - 50 <= len(trimmed) <= len(word) + 2 * 0.021 * sound.RATE
    assert len(sound.trim(sound.silence(1))) == 0


@pytest.mark.parametrize(("rate", "channels"), [(22050, 1), (44100, 2), (48000, 1), (16000, 2)])
def test_a_recording_may_come_as_the_studio_made_it(rate: int, channels: int) -> None:
    samples = sound.read_wave(studio_wave(tone(0.5, 300, 0.5, rate), rate, channels))
    assert len(samples) / sound.RATE == pytest.approx(0.5, abs=0.01)
    assert max(samples) == pytest.approx(0.5 * 32767, rel=0.05)


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"\x00" * 200, b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00" + b"\xff" * 16]
)
def test_what_is_no_wave_is_refused(data: bytes) -> None:
    with pytest.raises(sound.NotAWave):
        sound.read_wave(data)


def test_chime() -> None:
    bell = sound.chime()
    assert 1.0 <= len(bell) / sound.RATE <= 1.6
    assert bell == sound.chime()
    assert abs(bell[0]) < 200
    assert abs(bell[-1]) < 200
    assert -24 < sound.loudness(bell) < -14


def test_round_trip() -> None:
    samples = tone(0.1, 500, 0.3)
    assert sound.read_wave(sound.write_wave(samples)) == samples
