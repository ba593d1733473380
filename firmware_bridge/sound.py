"""Sound as numbers: WAV in and out, silence, loudness, the chime. Pure, in plain Python: numpy would cost the bridge
more memory than everything else it does."""

from __future__ import annotations

import io
import math
import struct
import sys
import wave
from array import array
from collections.abc import Sequence
from functools import lru_cache

RATE = 22_050
"""Samples a second of every clip and everything played; mono, 16 bit."""
TARGET_LUFS = -16.0
PEAK = 0.89
"""-1 dBFS: cheap amplifiers crackle above it."""


class NotAWave(ValueError):
    """The file is no WAV this product can join; the text says why."""


def silence(seconds: float) -> array[int]:
    """Nothing, for a while."""
    return array("h", bytes(2 * round(seconds * RATE)))


def read_wave(data: bytes) -> array[int]:
    """Samples of a 16-bit PCM WAV, mixed to mono and brought to `RATE`: a recording may come as the studio made it.

    Raises `NotAWave`.
    """
    try:
        with wave.open(io.BytesIO(data)) as clip:
            if clip.getsampwidth() != 2 or clip.getnchannels() not in (1, 2):
                raise NotAWave(
                    f"{clip.getsampwidth() * 8} bit, {clip.getnchannels()} channels; allowed: 16 bit, 1 or 2"
                )
            channels, rate = clip.getnchannels(), clip.getframerate()
            raw = clip.readframes(clip.getnframes())
    except (wave.Error, EOFError) as error:
        raise NotAWave(str(error) or "cut short") from error
    samples = array("h")
    samples.frombytes(raw[: len(raw) // (2 * channels) * 2 * channels])
    if sys.byteorder == "big":
        samples.byteswap()
    if channels == 2:
        samples = array("h", ((a + b) // 2 for a, b in zip(samples[::2], samples[1::2], strict=True)))
    return samples if rate == RATE else _resample(samples, rate)


def _resample(samples: array[int], rate: int) -> array[int]:
    """Straight lines between samples: good enough for speech, and only for clips nobody brought to `RATE`."""
    if not samples or rate <= 0:
        return array("h")
    count = max(1, len(samples) * RATE // rate)
    step = rate / RATE
    last = len(samples) - 1
    out = array("h")
    for n in range(count):
        at = n * step
        left = min(int(at), last)
        right = min(left + 1, last)
        out.append(round(samples[left] + (samples[right] - samples[left]) * (at - left)))
    return out


def write_wave(samples: array[int]) -> bytes:
    """A WAV file: `RATE`, mono, 16 bit."""
    return wave_header(len(samples)) + frames(samples)


def wave_header(count: int) -> bytes:
    """What stands before `count` samples in a WAV file: `RATE`, mono, 16 bit."""
    size = 2 * count
    fields = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + fields + b"data" + struct.pack("<I", size)


def frames(samples: array[int]) -> bytes:
    """Samples as bytes, low byte first."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples.tobytes()


def trim(samples: array[int], floor: int = 260, keep_s: float = 0.02) -> array[int]:
    """Without the silence (below `floor`, -42 dBFS) at both ends, but for `keep_s`, so that no sound is clipped."""
    first = next((n for n, value in enumerate(samples) if abs(value) > floor), None)
    if first is None:
        return array("h")
    last = next(n for n in range(len(samples) - 1, -1, -1) if abs(samples[n]) > floor)
    keep = round(keep_s * RATE)
    return samples[max(0, first - keep) : last + keep + 1]


def scale(samples: array[int], gain: float) -> array[int]:
    """Louder or quieter, held within 16 bits."""
    return array("h", map(_scaled(gain).__getitem__, samples))


@lru_cache(maxsize=4)
def _scaled(gain: float) -> array[int]:
    """Every sample value at that gain, by the value itself (negative ones count from the end): eight times as fast as
    reckoning each, and the first sound of a call waits for it."""
    values = [*range(32768), *range(-32768, 0)]
    return array("h", (max(-32768, min(32767, round(value * gain))) for value in values))


def level(samples: array[int], target: float = TARGET_LUFS) -> array[int]:
    """Brought to `target` LUFS. Peaks above -1 dBFS are bent, not cut: all words stay equally loud."""
    now = loudness(samples)
    if now == -math.inf:
        return samples
    gain = 10 ** ((target - now) / 20) / 32768
    knee = PEAK * 0.7
    room = PEAK - knee
    out = array("h")
    for value in samples:
        x = value * gain
        size = abs(x)
        if size > knee:
            x = math.copysign(knee + room * math.tanh((size - knee) / room), x)
        out.append(round(x * 32767))
    return out


def loudness(samples: Sequence[int]) -> float:
    """Integrated loudness in LUFS after ITU-R BS.1770 (K weighting, 400 ms blocks, both gates); -inf for silence.

    A clip shorter than a block counts as one block of its own length.
    """
    weighted = _biquad(_biquad([value / 32768 for value in samples], _shelf()), _highpass())
    size, hop = round(0.4 * RATE), round(0.1 * RATE)
    starts = range(0, max(1, len(weighted) - size + 1), hop)
    powers = [sum(v * v for v in weighted[s : s + size]) / max(1, min(size, len(weighted) - s)) for s in starts]

    def lufs(power: float) -> float:
        return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf

    loud = [p for p in powers if lufs(p) > -70]
    if not loud:
        return -math.inf
    gate = lufs(sum(loud) / len(loud)) - 10
    kept = [p for p in loud if lufs(p) > gate]
    return lufs(sum(kept) / len(kept))


_Filter = tuple[float, float, float, float, float]


def _shelf() -> _Filter:
    """First stage of K weighting at `RATE`: the head, a high shelf of 4 dB (analogue prototype of BS.1770)."""
    k = math.tan(math.pi * 1681.974450955533 / RATE)
    q, gain = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    bend = gain**0.4996667741545416
    a0 = 1 + k / q + k * k
    return (
        (gain + bend * k / q + k * k) / a0,
        2 * (k * k - gain) / a0,
        (gain - bend * k / q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    )


def _highpass() -> _Filter:
    """Second stage: what is below the voice."""
    k = math.tan(math.pi * 38.13547087602444 / RATE)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    return (1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)


def _biquad(values: list[float], coefficients: _Filter) -> list[float]:
    b0, b1, b2, a1, a2 = coefficients
    x1 = x2 = y1 = y2 = 0.0
    out = []
    for x in values:
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x2, x1, y2, y1 = x1, x, y1, y
        out.append(y)
    return out


def chime() -> array[int]:
    """Two soft bells, a third apart, falling: 1.3 s. Heard over talk without startling anyone."""
    notes = ((0.0, 783.99), (0.42, 659.26))  # G5, E5
    overtones = ((1.0, 1.0, 3.2), (2.0, 0.35, 5.0), (3.01, 0.12, 8.0))  # times the pitch, how strong, how fast it fades
    count = round(1.3 * RATE)
    mixed = [0.0] * count
    for start, pitch in notes:
        first = round(start * RATE)
        for n in range(first, count):
            t = (n - first) / RATE
            attack = min(1.0, t / 0.008)
            mixed[n] += attack * sum(
                strong * math.exp(-fade * t) * math.sin(2 * math.pi * pitch * times * t)
                for times, strong, fade in overtones
            )
    # The end fades to nothing: a bell that is cut clicks.
    tail = round(0.12 * RATE)
    for n in range(tail):
        mixed[count - 1 - n] *= n / tail
    top = max(abs(v) for v in mixed)
    return array("h", (round(v / top * 0.5 * 32767) for v in mixed))
