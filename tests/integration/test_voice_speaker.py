"""Real clips by espeak-ng, joined and spoken: whole, in order, once; recordings win and are never written over."""

from __future__ import annotations

import json
import math
import stat
import subprocess
import sys
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.load import load_settings
from config.settings import Settings
from config.voice import ACCENTS, voice_tokens
from firmware_bridge import sound
from firmware_bridge.speaker import Speakers, open_speaker
from firmware_bridge.voice import Voice, VoiceMissing
from queue_display.phrase import call_phrase

SITE = Path(__file__).parents[2] / "config" / "sites" / "one-pi.toml"


def eventually(true: Callable[[], bool], what: str, limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def call(number: str, counter: int, id: int = 1) -> dict[str, Any]:
    phrase = call_phrase(number, counter)
    at = "2026-11-23T08:42:10+07:00"
    return {"id": id, "at": at, "number": number, "counter": counter, "text": phrase.text, "tokens": phrase.tokens}


def seconds(path: Path | str) -> float:
    with wave.open(str(path)) as clip:
        assert (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) == (1, 2, sound.RATE)
        return clip.getnframes() / clip.getframerate()


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice")
    for accent in ACCENTS:
        Voice(folder, accent).make()
    return folder


@pytest.fixture
def settings(tmp_path: Path, clips: Path) -> Settings:
    whole = load_settings(SITE)
    return whole.model_copy(
        update={
            "paths": whole.paths.model_copy(update={"voice": str(clips), "runtime": str(tmp_path)}),
            "speaker": whole.speaker.model_copy(update={"backend": "file", "folder": str(tmp_path / "sound")}),
        }
    )


@pytest.fixture
def speaker(settings: Settings) -> Iterator[Speakers]:
    made = open_speaker(settings)
    yield made
    made.close()


def test_every_token_has_a_clip_in_every_accent_equally_loud(clips: Path) -> None:
    for accent in ACCENTS:
        for clip in Voice(clips, accent).clips():
            assert clip.origin == "generated"
            samples = sound.read_wave(clip.file.read_bytes())
            assert 0.08 < len(samples) / sound.RATE < 3, clip
            if clip.words:
                assert -19 < sound.loudness(samples) < -14, clip
    assert Voice(clips, "north").file("linh").read_bytes() != Voice(clips, "south").file("linh").read_bytes()


def test_a_call_is_longer_than_two_seconds_and_said_twice(speaker: Speakers, tmp_path: Path) -> None:
    assert speaker.say(call("A105", 3))
    eventually(lambda: speaker.state()["spoken"] == 1, "the call")
    (last,) = speaker.state()["last"]
    assert last["text"] == "Mời công dân số A một trăm linh năm đến quầy số ba."
    assert (last["ok"], last["missing"], last["repeat"]) == (True, [], 2)
    assert seconds(last["file"]) > 6
    assert seconds(last["file"]) == pytest.approx(last["seconds"], abs=0.01)
    (line,) = (tmp_path / "sound" / "spoken.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["text"] == last["text"]
    assert json.loads(line)["file"] == last["file"]


def test_calls_wait_for_each_other_and_none_is_cut(settings: Settings) -> None:
    speaker = open_speaker(settings)
    speaker.misbehave("slow", 0.2)
    calls = [call(f"A{n:03d}", n % 6 + 1, id=n) for n in range(1, 9)]
    for each in calls:
        assert speaker.say(each)
        assert not speaker.say(each), "the same announcement twice"
    eventually(lambda: speaker.state()["spoken"] == len(calls), "all calls")
    last = speaker.state()["last"]
    speaker.close()
    assert [each["text"] for each in last] == [each["text"] for each in calls]
    alone = Voice(Path(settings.paths.voice_dir), "north")
    for each, row in zip(calls, last, strict=True):
        words = [t for t in each["tokens"] if t != "chime"]
        whole = alone.join(each["tokens"]).seconds + settings.speaker.pause_s + alone.join(words).seconds
        assert seconds(row["file"]) == pytest.approx(whole, abs=0.02), "cut"


def test_closing_lets_the_present_call_end(settings: Settings) -> None:
    speaker = open_speaker(settings)
    speaker.misbehave("slow", 0.3)
    speaker.say(call("A001", 1, id=1))
    eventually(lambda: speaker.state()["speaking"] is not None, "the first call")
    speaker.say(call("A002", 1, id=2))
    speaker.close()
    state = speaker.state()
    assert (state["spoken"], state["queue"]) == (1, 0)
    assert seconds(state["last"][0]["file"]) > 6


def test_dead_loudspeaker_is_a_sentence_and_the_next_call_is_heard(speaker: Speakers) -> None:
    speaker.misbehave("dead")
    speaker.say(call("A001", 1, id=1))
    eventually(lambda: len(speaker.state()["last"]) == 1, "the failed call")
    assert speaker.state()["state"] == "down"
    assert "dead" in speaker.state()["detail"]
    speaker.misbehave("none")
    speaker.say(call("A002", 1, id=2))
    eventually(lambda: speaker.state()["spoken"] == 1, "the next call")
    assert speaker.state()["state"] == "ok"


def test_a_recording_is_used_and_never_written_over(tmp_path: Path) -> None:
    voice = Voice(tmp_path, "north")
    voice.make()
    before = voice.join(["nam"]).seconds
    count = round(1.7 * 44_100)
    tone = array("h", (round(9000 * math.sin(n / 20)) for n in range(count)))
    with wave.open(str(voice.file("nam")), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(44_100)
        clip.writeframes(tone.tobytes())
    recording = voice.file("nam").read_bytes()
    assert voice.join(["nam"]).seconds == pytest.approx(1.73, abs=0.02)
    assert voice.join(["nam"]).seconds > before
    written, kept = voice.make()
    assert kept == ["nam"]
    assert "nam" not in written
    assert voice.file("nam").read_bytes() == recording
    assert {clip.token: clip.origin for clip in voice.clips()}["nam"] == "recording"
    voice.file("nam").unlink()
    assert voice.make()[1] == []
    assert voice.join(["nam"]).seconds == pytest.approx(before, abs=0.01)


def test_missing_and_broken_clips_are_made_on_the_spot(tmp_path: Path) -> None:
    voice = Voice(tmp_path, "south")
    joined = voice.join(call_phrase("A015", 2).tokens)
    assert joined.missing == ()
    assert joined.seconds > 2
    voice.folder.mkdir(parents=True)
    voice.file("lam").write_bytes(b"RIFF rubbish")
    assert voice.join(["lam"]).synthesised == ("lam",)


def test_without_espeak_and_clips_the_part_is_degraded_with_a_plain_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(VoiceMissing, match="not installed"):
        Voice(tmp_path / "none", "north").make()
    bare = settings.model_copy(update={"paths": settings.paths.model_copy(update={"voice": str(tmp_path / "none")})})
    speaker = open_speaker(bare)
    speaker.say(call("A001", 1))
    eventually(lambda: len(speaker.state()["last"]) == 1, "the call")
    state = speaker.state()
    speaker.close()
    assert state["state"] == "degraded"
    assert "voice make" in state["detail"]
    assert state["last"][0]["ok"] is False


def test_alsa_plays_the_whole_sound_and_a_failing_card_is_a_sentence(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for the program aplay at the end of the pipe; everything before it is real."""
    import os

    folder = tmp_path / "bin"
    folder.mkdir()
    card = folder / "aplay"
    card.write_text(f'#!/bin/sh\nprintf "%s " "$@" > {tmp_path}/args\ncat > {tmp_path}/played.wav\n')
    card.chmod(card.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    update = {"backend": "alsa", "device": "plughw:1,0"}
    speaker = open_speaker(settings.model_copy(update={"speaker": settings.speaker.model_copy(update=update)}))
    speaker.say(call("A001", 1, id=1))
    eventually(lambda: speaker.state()["spoken"] == 1, "the call")
    assert seconds(tmp_path / "played.wav") > 6
    assert "-D plughw:1,0" in (tmp_path / "args").read_text()
    card.write_text("#!/bin/sh\ncat > /dev/null\necho 'audio open error: No such device' >&2\nexit 1\n")
    speaker.say(call("A002", 1, id=2))
    eventually(lambda: speaker.state()["state"] == "down", "the failing card")
    assert "No such device" in speaker.state()["detail"]
    speaker.close()


def test_a_sound_card_that_takes_nothing_is_given_up_and_the_next_call_is_heard(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for aplay that never reads, as one does whose driver hangs, and then one that works."""
    import os

    folder = tmp_path / "bin"
    folder.mkdir()
    card = folder / "aplay"
    card.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    card.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    told: list[tuple[str, str]] = []
    speaker = open_speaker(
        settings.model_copy(update={"speaker": settings.speaker.model_copy(update={"backend": "alsa"})}),
        told=lambda room, state, detail: told.append((room, state)),
    )
    speaker.say(call("A001", 1, id=1))
    eventually(lambda: speaker.state()["state"] == "down", "the stuck card")
    assert "took nothing" in speaker.state()["detail"]
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    card.write_text(f"#!/bin/sh\nhead -c 5000 > {tmp_path}/first; cat > {tmp_path}/rest\n")
    speaker.say(call("A002", 1, id=2))
    eventually(lambda: speaker.state()["spoken"] == 1, "the next call")
    assert (tmp_path / "first").read_bytes()[:4] == b"RIFF"
    assert speaker.state()["state"] == "ok"
    assert told == [("", "down"), ("", "ok")]
    speaker.close()


def motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_commands_make_list_join_and_preview(tmp_path: Path) -> None:
    folder = str(tmp_path / "voice")
    assert motcua("voice", "make", "--dir", folder, "--accent", "south").returncode == 0
    listed = motcua("voice", "list", "--dir", folder, "--accent", "south", "--json").stdout.splitlines()
    assert {json.loads(line)["token"] for line in listed} == {n for n, t in voice_tokens().items() if t.kind != "pause"}
    out = tmp_path / "out.wav"
    done = motcua("voice", "join", "chime", "letter_a", "lam", "--dir", folder, "--accent", "south", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert seconds(out) > 1.5
    assert motcua("voice", "join", "nonsense", "--dir", folder, "--out", str(out)).returncode == 2
    assert motcua("voice", "make", "--dir", folder, "--accent", "west").returncode == 2
    png = tmp_path / "ticket.png"
    assert motcua("ticket", "preview", "--png", str(png), "--config", str(SITE)).returncode == 0
    assert png.read_bytes().startswith(b"\x89PNG")


def test_commands_line_and_playlist_show_what_boards_will_show(tmp_path: Path) -> None:
    png = tmp_path / "line.png"
    still = motcua("line", "Mời số A042 đến Quầy 3", "--width", "192", "--png", str(png))
    assert still.returncode == 0, still.stderr
    assert "Đứng yên" in still.stdout
    assert png.read_bytes().startswith(b"\x89PNG")
    assert "Chạy" in motcua("line", "Mời số A042 đến Quầy 3", "--width", "96").stdout
    assert motcua("line", "x", "--width", "2").returncode == 2
    site = tmp_path / "site.toml"
    fridays = '[[playlist]]\nid = "t"\nvi = "{team} trực"\nteams = ["Tổ 1", "Tổ 2"]\nshowings = 3\nweekdays = ["fri"]\n'
    site.write_text(SITE.read_text("utf-8") + fridays + 'from = "2026-11-20"\n', encoding="utf-8")
    made = motcua("playlist", "--config", str(site), "--day", "2026-11-27", "--hour", "9", "--json")
    assert made.returncode == 0, made.stderr
    showings = json.loads(made.stdout)["showings"]
    assert [each["vi"] for each in showings] == ["Tổ 2 trực"] * 3
    assert "3 lần" in motcua("playlist", "--config", str(site), "--day", "2026-11-27", "--hour", "9").stdout
    assert "Không có" in motcua("playlist", "--config", str(site), "--day", "2026-11-26", "--hour", "9").stdout
    assert motcua("playlist", "--config", str(site), "--day", "27/11/2026").returncode == 2
    assert motcua("playlist", "--config", str(site), "--hour", "24").returncode == 2


def test_say_prints_the_sentence_and_writes_the_sound(tmp_path: Path) -> None:
    out = tmp_path / "call.wav"
    done = motcua("say", "A105", "3", "--wav", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Mời công dân số A một trăm linh năm đến quầy số ba.\n"
    assert seconds(out) > 2
    south = json.loads(motcua("say", "a105", "3", "--accent", "south", "--json").stdout)
    assert south["text"] == "Mời công dân số A một trăm lẻ năm đến quầy số ba."
    assert south["tokens"][0] == "chime"
    for wrong in (["A", "3"], ["A105", "0"], ["A105", "ba"], ["A105", "3", "--accent", "west"], ["../x", "1"]):
        bad = motcua("say", *wrong)
        assert bad.returncode == 2
        assert bad.stdout == ""
        assert bad.stderr
