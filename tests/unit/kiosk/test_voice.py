"""The kiosk's own voice: real espeak-ng into files, silence at once, at most one thing waits, failing is a sentence."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import config
from config.load import load_settings
from kiosk.catalogue import load_catalogue
from kiosk.flow import Flow
from kiosk.model import Model, Tap, VoiceLost
from kiosk.moves import Env
from kiosk.samples import samples
from kiosk.speech.narrator import Narrator
from kiosk.speech.voice import Alsa, Files, Speech, Voice, VoiceFailed, open_voice, seconds_of, synthesise
from kiosk.stage import Stage, panel_of

SETTINGS = load_settings(
    Path(config.__file__).parent / "sites" / "six-counters.toml", {"MOTCUA_KIOSK__SPEAKER": "file:/nowhere"}
)
LONG = "Mời ông bà chờ một chút, chúng tôi đang tìm hồ sơ của ông bà ở máy chủ của xã, xin đừng rời khỏi máy này."


def until(check: Callable[[], Any], seconds: float = 20.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.01)
    return found


def lines(folder: Path) -> list[dict[str, Any]]:
    path = folder / "spoken.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


class Said:
    """A device that only remembers, and holds each sentence until it is stopped or let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cut: list[bool] = []
        self.go_on = threading.Event()

    def play(self, clip: bytes, sentence: str, speech: Speech, stopped: threading.Event) -> None:
        self.begun.append(sentence)
        while not stopped.is_set() and not self.go_on.is_set():
            stopped.wait(0.005)
        self.cut.append(stopped.is_set())


@pytest.fixture
def lost() -> list[str]:
    return []


@pytest.fixture
def said(lost: list[str]) -> Iterator[tuple[Said, Voice]]:
    device = Said()
    voice = Voice(device, lost.append)
    yield device, voice
    voice.close()


def test_every_language_has_a_voice_that_espeak_knows() -> None:
    for voice in ("vi", "vi-vn-x-central", "vi-vn-x-south", "en", "fr"):
        clip = synthesise("A 42", voice, 70)
        assert 0.3 < seconds_of(clip) < 4.0, voice
    quiet, loud = synthesise("Xin chào", "vi", 20), synthesise("Xin chào", "vi", 100)
    assert max(abs(b - 128) for b in quiet[44:]) <= max(abs(b - 128) for b in loud[44:]) and quiet != loud


def test_the_virtual_room_gets_files_and_a_journal(tmp_path: Path, lost: list[str]) -> None:
    voice = Voice(Files(tmp_path), lost.append)
    try:
        voice.say(Speech(("Xin chào.", "Mời bấm."), "vi", 70))
        rows = until(lambda: len(lines(tmp_path)) == 2 and lines(tmp_path))
    finally:
        voice.close()
    assert [row["text"] for row in rows] == ["Xin chào.", "Mời bấm."] and not any(row["cut"] for row in rows)
    with wave.open(rows[0]["file"]) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(rows[0]["seconds"], abs=0.01)
    assert lost == []


def test_what_comes_next_cuts_what_is_said_and_only_the_last_waits(said: tuple[Said, Voice]) -> None:
    device, voice = said
    voice.say(Speech((LONG, "Câu sau."), "vi", 70))
    until(lambda: device.begun == [LONG])
    for name in ("một", "hai", "ba"):
        voice.say(Speech((name,), "vi", 70))
    until(lambda: device.begun[-1:] == ["ba"])
    assert "Câu sau." not in device.begun and device.cut[0] and len(device.begun) <= 3
    voice.hush()
    until(lambda: device.cut[-1:] == [True] and len(device.cut) == len(device.begun))


def test_a_real_program_is_killed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: list[str]) -> None:
    player = tmp_path / "aplay"
    player.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    player.chmod(player.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    voice = Voice(Alsa("plughw:1,0"), lost.append)
    try:
        voice.say(Speech((LONG,), "vi", 70))
        pid = until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
        began = time.monotonic()
        voice.hush()
        assert time.monotonic() - began < 1.0  # the screen never waits for a sound card
        until(lambda: not Path(f"/proc/{pid}").exists())
    finally:
        voice.close()
    assert lost == []


def test_no_sound_is_told_once_and_asking_goes_on(said: tuple[Said, Voice], lost: list[str]) -> None:
    _device, voice = said
    broken = Voice(Said(), lost.append, program="no-such-voice")
    try:
        broken.say(Speech(("Xin chào.",), "vi", 70))
        until(lambda: lost)
        assert "not installed" in lost[0]
    finally:
        broken.close()
    voice.say(Speech(("Xin chào.",), "no-such-language", 70))
    until(lambda: len(lost) == 2)


def test_a_failing_card_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = synthesise("A", "vi", 70)
    player = tmp_path / "aplay"
    player.write_text("#!/bin/sh\necho 'Unknown PCM nothing' >&2\nexit 1\n")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(VoiceFailed, match="Unknown PCM"):
        Alsa("nothing").play(clip, "A", Speech(("A",), "vi", 70), threading.Event())
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(VoiceFailed, match="alsa-utils"):
        Alsa("nothing").play(clip, "A", Speech(("A",), "vi", 70), threading.Event())


def test_no_clip_of_a_person_is_kept(said: tuple[Said, Voice]) -> None:
    device, voice = said
    device.go_on.set()
    voice.say(Speech(("Của riêng tôi.",), "vi", 70, own=True))
    until(lambda: device.begun == ["Của riêng tôi."])
    voice.say(Speech(("Của mọi người.",), "vi", 70))
    until(lambda: len(device.cut) == 2)
    assert [key[0] for key in voice._clips] == ["Của mọi người."]
    voice.forget()
    assert not voice._clips


def test_where_there_is_no_device_there_is_no_voice(lost: list[str], tmp_path: Path) -> None:
    assert open_voice("", True, lost.append) is None
    assert open_voice(f"file:{tmp_path}", False, lost.append) is None  # that would keep what people read
    voice = open_voice(f"file:{tmp_path}", True, lost.append)
    assert voice is not None
    voice.close()


# what is said when ----------------------------------------------------------------------------------


class Asked:
    """In the place of a voice: what it would be asked for."""

    def __init__(self) -> None:
        self.speeches: list[Speech] = []
        self.forgotten = 0

    def say(self, speech: Speech) -> None:
        self.speeches.append(speech)

    def forget(self) -> None:
        self.forgotten += 1


class Person:
    """Somebody at the screen, and what the kiosk says to them."""

    stage = Stage(SETTINGS, load_catalogue(), panel_of("1280x800"))

    def __init__(self, start: str = "home") -> None:
        self.asked = Asked()
        self.narrator = Narrator(self.asked, SETTINGS)  # type: ignore[arg-type]
        self.flow = Flow(Env(voice=True))
        self.model: Model = samples()[start]
        self.show()

    def show(self) -> None:
        self.narrator.shown(self.model, self.stage.place(self.model))

    def tap(self, *targets: str) -> tuple[str, ...]:
        """Finger down, up; gives what was said last."""
        for target in targets:
            self.narrator.pressed(self.model, self.stage.place(self.model), target)
            self.model, _effects = self.flow.on(Tap(target), self.model)
            self.show()
        return self.asked.speeches[-1].sentences if self.asked.speeches else ()


def test_without_the_mode_nothing_is_said() -> None:
    who = Person()
    who.tap("go:help", "home")
    assert who.asked.speeches == []


def test_a_new_screen_is_read_with_the_name_of_what_led_there_before_it() -> None:
    who = Person()
    who.tap("modes", "speak")
    assert who.asked.speeches[-1].voice == "vi"
    said = who.tap("modes:close", "go:help")
    assert said[0].startswith("Cần giúp đỡ") and len(said) > 2 and said[-1].startswith("Ở dưới: Trang chủ")
    assert who.asked.speeches[-2].sentences == (said[0],)


def test_the_same_screen_is_not_said_again_and_news_alone_is_added() -> None:
    who = Person("scan")
    who.model = replace(who.model, modes=replace(who.model.modes, speak=True))
    who.show()
    count = len(who.asked.speeches)
    who.model = replace(who.model, now=who.model.now + 5)
    who.show()
    assert len(who.asked.speeches) == count
    who.model = replace(who.model, hint="card")
    who.show()
    assert who.asked.speeches[-1].sentences == ("Đây là thẻ căn cước. Mời ông bà đặt giấy hẹn.",)


def test_done_is_silence_and_ends_the_mode() -> None:
    who = Person()
    who.tap("modes", "speak", "modes:close", "go:help")
    who.tap("done")
    assert not who.model.modes.speak and who.asked.forgotten == 1


def test_home_keeps_how_a_person_wants_to_be_served() -> None:
    who = Person()
    who.tap("modes", "speak", "contrast", "large", "volume:up", "modes:close", "go:help", "home")
    assert who.model.modes.speak and who.model.modes.contrast and who.model.large and who.model.modes.volume == 80
    assert who.model.modes.sheet == ""


def test_a_lost_voice_is_a_sentence_on_the_sheet_and_may_be_tried_again() -> None:
    who = Person()
    who.tap("modes", "speak", "modes:close", "go:help")
    who.model, _ = who.flow.on(VoiceLost(), who.model)
    assert who.model.screen == "help" and who.model.modes.sheet == "modes" and not who.model.modes.speak
    assert any("loa của máy này" in str(getattr(i.widget, "text", "")) for i in who.stage.place(who.model))
    who.tap("speak")
    assert who.model.modes.speak and not who.model.modes.silent


def test_no_digit_of_a_person_is_spoken() -> None:
    who = Person("factor")
    who.model = replace(who.model, modes=replace(who.model.modes, speak=True))
    who.show()
    before = len(who.asked.speeches)
    who.tap("key:7", "key:3")
    assert all("7" not in s and "bảy" not in s for each in who.asked.speeches[before:] for s in each.sentences)
