"""Time: steerable by tests through a file, monotonic whatever happens, honest about its trust."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.clock import FakeClock, SystemClock, make_clock

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def steer(path: Path, **values: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(values), encoding="utf-8")
    fresh.rename(path)


def test_offset_moves_the_wall_clock_and_never_the_monotonic(tmp_path: Path) -> None:
    plain = SystemClock(ZONE)
    path = tmp_path / "clock.json"
    steer(path, offset_s=0)
    clock = SystemClock(ZONE, steering=path)
    before = clock.monotonic()
    steer(path, offset_s=-14 * 86400)
    assert -14 * 86400 - 5 < (clock.wall() - plain.wall()).total_seconds() < -14 * 86400 + 5
    assert 0 <= clock.monotonic() - before < 5


def test_scale_change_never_turns_monotonic_back(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    steer(path, scale=1000)
    clock = SystemClock(ZONE, steering=path)
    clock.sleep(5)  # 5 ms of real time
    fast, wall = clock.monotonic(), clock.wall()
    steer(path, scale=1)
    assert clock.monotonic() >= fast
    assert (clock.wall() - wall).total_seconds() >= 0


def test_trust(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    steer(path, offset_s=-40 * 365 * 86400)
    assert SystemClock(ZONE, vouched=True, steering=path).trust() == "untrusted"
    steer(path, trust="holdover")
    assert SystemClock(ZONE, vouched=True, steering=path).trust() == "holdover"
    assert SystemClock(ZONE, vouched=True).trust() == "trusted"


@pytest.mark.parametrize("text", ["", "[]", '{"scale": 0}', '{"trust": "yes"}', '{"offset_s": "x"}'])
def test_bad_steering_file_is_named(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "clock.json"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("MOTCUA_CLOCK_FILE", str(path))
    with pytest.raises(ValueError, match="clock.json"):
        make_clock("Asia/Ho_Chi_Minh")


def test_fake_clock_jumps_the_wall_alone() -> None:
    clock = FakeClock()
    wall, mono = clock.wall(), clock.monotonic()
    clock.jump(-3600)
    assert clock.monotonic() == mono
    assert (clock.wall() - wall).total_seconds() == -3600
    clock.sleep(2)
    assert clock.slept == [2]
    assert clock.monotonic() == mono + 2
