"""The staff screen: how one gets in, how often one may guess, what may be done there and what stays of it."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

import config
from config.load import load_settings
from kiosk.flow import Flow
from kiosk.model import (
    CheckPin,
    Effect,
    Event,
    Finger,
    Link,
    LinksSeen,
    Model,
    PinChecked,
    StaffDone,
    StaffWork,
    Tap,
    Tick,
    Watch,
)
from kiosk.moves import Env
from kiosk.staff_errands import StaffErrands
from kiosk.tasks.staff import FREE_TRIES, LONGEST_PAUSE_S, PARTS, SCREENS, TRAIL, pause_after
from queue_display.client import HubClient
from tests.fixtures.staff import pin_of, staff_tables

SITE = Path(config.__file__).parent / "sites" / "two-counters.toml"


class Screen:
    """A flow and its model, with a clock that only moves when told."""

    def __init__(self, env: Env | None = None) -> None:
        self.flow = Flow(env or Env(voice=True))
        self.model: Model = self.flow.start(100.0)
        self.asked: list[Effect] = []

    def feed(self, *events: Event) -> Screen:
        for event in events:
            self.model, effects = self.flow.on(event, self.model)
            self.asked += effects
        return self

    def tap(self, *targets: str) -> Screen:
        return self.feed(*map(Tap, targets))

    def wait(self, seconds: float) -> Screen:
        return self.feed(Tick(self.model.now + seconds, None))

    def door(self) -> Screen:
        return self.tap(*["mark"] * 5)

    def pin(self, digits: str) -> CheckPin:
        self.tap(*[f"pin:{each}" for each in digits], "pin:enter")
        effect = self.asked[-1]
        assert isinstance(effect, CheckPin)
        return effect

    def inside(self) -> Screen:
        asked = self.door().pin("58203")
        return self.feed(PinChecked(asked.request, "right"))


def test_five_touches_of_the_mark_within_four_seconds_ask_for_the_pin() -> None:
    screen = Screen().tap(*["mark"] * 4)
    assert screen.model.screen == "home"
    assert screen.tap("mark").model.screen == "staff_pin"
    slow = Screen()
    for _ in range(12):
        slow.tap("mark").wait(1.5)
    assert slow.model.screen == "home"
    elsewhere = Screen().tap("go:help", *["mark"] * 9)
    assert elsewhere.model.screen == "help"


def test_no_screen_of_the_staff_opens_without_the_pin() -> None:
    for name in SCREENS:
        assert Screen().tap(f"go:{name}").model.screen == "home"
        assert Screen().tap(f"staff:{name.removeprefix('staff_')}").model.screen == "home"
        assert Screen().door().tap(f"go:{name}", f"staff:{name.removeprefix('staff_')}").model.screen == "staff_pin"
    shut = Screen().door().tap("do:printer", "do:restart", "do:restart", "do:sound", "do:links")
    assert not [each for each in shut.asked if isinstance(each, StaffWork)]


def test_the_right_pin_opens_it_and_nothing_of_the_pin_stays() -> None:
    screen = Screen().door()
    asked = screen.pin("58203")
    assert asked.pin == "58203" and "58203" not in repr(asked) and "58203" not in repr(screen.model)
    assert screen.model.staff.pin == ""
    assert screen.feed(PinChecked(asked.request + 1, "right")).model.screen == "staff_pin"  # not the answer to this
    assert screen.feed(PinChecked(asked.request, "right")).model.screen == "staff"
    assert screen.tap("done").model.staff == type(screen.model.staff)()


def test_guessing_is_answered_by_growing_pauses_that_outlive_the_person() -> None:
    screen = Screen().door()
    for number in range(1, FREE_TRIES):
        screen.feed(PinChecked(screen.pin("1357").request, "wrong"))
        assert screen.model.guard.wrong == number and screen.model.guard.until <= screen.model.now
    screen.feed(PinChecked(screen.pin("1357").request, "wrong"))
    assert screen.model.guard.until == screen.model.now + 30.0
    before = len(screen.asked)
    screen.tap(*[f"pin:{each}" for each in "58203"], "pin:enter")
    assert not [each for each in screen.asked[before:] if isinstance(each, CheckPin)]
    screen.tap("done").door().tap(*[f"pin:{each}" for each in "58203"], "pin:enter")
    assert not [each for each in screen.asked[before:] if isinstance(each, CheckPin)]
    screen.wait(30.0)
    screen.tap("pin:enter")
    asked = screen.asked[-1]
    assert isinstance(asked, CheckPin)
    assert screen.feed(PinChecked(asked.request, "right")).model.guard.wrong == 0


def test_pauses_double_up_to_an_hour() -> None:
    assert [pause_after(n) for n in (0, 2, 3, 4, 5)] == [0.0, 0.0, 30.0, 60.0, 120.0]
    assert pause_after(10_000) == LONGEST_PAUSE_S


def test_the_hub_may_ask_for_a_longer_pause() -> None:
    screen = Screen().door()
    screen.feed(PinChecked(screen.pin("1357").request, "wrong", 300))
    assert screen.model.guard.until == screen.model.now + 300


def test_it_times_out_like_any_screen_sooner_at_the_pin() -> None:
    screen = Screen().door()
    assert screen.wait(30.0).model.warn_left is not None
    assert screen.wait(30.0).model.screen == "home"
    inside = Screen().inside().wait(46.0).wait(20.0)
    assert inside.model.screen == "home" and not inside.model.staff.open


def test_without_any_pin_set_up_it_says_how_and_takes_none() -> None:
    screen = Screen(Env(staff=False)).door()
    assert screen.model.staff.state == "unset"
    assert screen.tap("pin:1", "pin:2", "pin:3", "pin:4", "pin:enter").model.staff.pin == ""


@pytest.mark.parametrize("part", PARTS)
def test_every_test_is_reached_and_left(part: str) -> None:
    screen = Screen().inside().tap(f"staff:{part}")
    assert screen.model.screen == f"staff_{part}"
    assert screen.tap("staff:menu").model.screen == "staff"
    watched = [each.on for each in screen.asked if isinstance(each, Watch)]
    assert watched == ([True, False] if part == "camera" else [])
    assert screen.tap(f"staff:{part}", "home").model.screen == "home"
    assert not screen.model.staff.open


def test_tests_ask_the_machine_and_tell_what_became_of_it() -> None:
    screen = Screen().inside().tap("staff:printer", "do:printer", "do:printer")
    work = [each for each in screen.asked if isinstance(each, StaffWork)]
    assert [each.what for each in work] == ["printer"]
    assert screen.feed(StaffDone(work[0].request, "no_paper")).model.staff.state == "no_paper"
    screen.tap("staff:menu", "staff:sound", *["level:up"] * 9, "do:sound")
    sound = screen.asked[-1]
    assert isinstance(sound, StaffWork) and (sound.what, sound.value) == ("sound", 100)
    screen.feed(StaffDone(sound.request, "played")).tap("staff:menu", "staff:links")
    asked = screen.asked[-1]
    assert isinstance(asked, StaffWork)
    links = (Link("hub", True, "rev 1"),)
    assert screen.feed(LinksSeen(asked.request, links)).model.staff.links == links


def test_a_restart_is_asked_for_twice() -> None:
    screen = Screen().inside().tap("do:restart")
    assert not [each for each in screen.asked if isinstance(each, StaffWork)]
    screen.tap("do:restart")
    assert [each.what for each in screen.asked if isinstance(each, StaffWork)] == ["restart"]


def test_the_touch_test_keeps_crosses_and_a_bounded_trail() -> None:
    screen = Screen().inside().tap("staff:touch", "cross:0", "cross:4", "cross:9", "cross:x")
    assert screen.model.staff.crosses == {0, 4}
    screen.feed(*[Finger(step / 100, -1.0) for step in range(300)])
    assert len(screen.model.staff.trail) == TRAIL and screen.model.staff.trail[-1] == (1.0, 0.0)
    assert screen.tap("staff:menu").model.staff.trail == ()
    assert Screen().feed(Finger(0.5, 0.5)).model.staff.trail == ()


def errands(tmp_path: Path, staff_pin: str) -> tuple[StaffErrands, list[Event]]:
    """A kiosk's errands beside a hub that is not there."""
    site = load_settings(SITE)
    settings = site.model_copy(update={"kiosk": site.kiosk.model_copy(update={"staff_pin": staff_pin})})
    told: list[Event] = []
    hub = HubClient(f"unix:{tmp_path}/nobody.sock", role="kiosk", device="test", timeout_s=1.0)
    made = StaffErrands(
        settings, hub, threading.Event(), told.append, lambda volume: volume == 80, lambda: (True, "none"), lambda: None
    )
    return made, told


def hash_of(staff: str) -> str:
    line = next(each for each in staff_tables().split("[[staff]]") if f'"{staff}"' in each)
    return line.split('pin = "')[1].split('"')[0]


def test_the_kiosks_own_pin_opens_it_without_a_hub(tmp_path: Path) -> None:
    work, told = errands(tmp_path, hash_of("tt-1"))
    work.check(CheckPin(1, pin_of("tt-1")))
    work.check(CheckPin(2, "1357"))
    assert told == [PinChecked(1, "right"), PinChecked(2, "wrong")]


def test_without_a_hub_and_without_a_pin_nobody_gets_in(tmp_path: Path) -> None:
    work, told = errands(tmp_path, "")
    work.check(CheckPin(1, pin_of("tt-1")))
    assert told == [PinChecked(1, "unreachable")]


def test_a_dead_hub_is_told_in_every_test(tmp_path: Path) -> None:
    work, told = errands(tmp_path, "")
    for number, what in enumerate(("printer", "sound", "links")):
        work.work(StaffWork(number, what, 80))  # type: ignore[arg-type]
    assert told[:2] == [StaffDone(0, "unreachable"), StaffDone(1, "played")]
    seen = told[2]
    assert isinstance(seen, LinksSeen)
    fine = {each.part: each.fine for each in seen.links}
    assert fine["hub"] is False and fine["uplink"] is None and fine["scanner"] is True


def test_a_pin_instead_of_its_hash_is_refused_and_never_repeated(tmp_path: Path) -> None:
    from config.load import SettingsError

    site = tmp_path / "site.toml"
    site.write_text('[kiosk]\nstaff_pin = "58203"\n' + SITE.read_text(encoding="utf-8"), encoding="utf-8")
    if "\n[kiosk]" in SITE.read_text(encoding="utf-8"):
        pytest.fail("the ready site has a [kiosk] of its own now: put the line there")
    with pytest.raises(SettingsError) as error:
        load_settings(site)
    told = "\n".join(map(str, error.value.problems))
    assert "kiosk.staff_pin" in told and "58203" not in told
    assert dataclasses.is_dataclass(error.value.problems[0])
