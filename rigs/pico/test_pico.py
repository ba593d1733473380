"""The image that ships, on an emulated RP2040, in conversation with the bridge's own bus code.

No assertion is about time: the emulated chip is slower than a real one, and this machine may be busy.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from pico import UID, Pico, Talk, until

from firmware_bridge import contract
from firmware_bridge.dictionary import Dictionary
from firmware_bridge.frame import Frame
from firmware_bridge.node import Greeted, KeyPressed, LinkStats, Mismatch, Missing, Pressed

pytestmark = pytest.mark.timeout(600)
DASHES = ["----", "---"]
BUTTON_LAMP, LIGHT = 6, 16


@pytest.fixture(scope="module")
def pico() -> Iterator[Pico]:
    pico = Pico(Path(os.environ["MOTCUA_RIG_FIRMWARE"]), Path(os.environ["MOTCUA_RIG_EMULATOR"]))
    try:
        yield pico
    finally:
        pico.close()


@pytest.fixture
def talk(pico: Pico) -> Iterator[Talk]:
    talk = Talk(pico)
    try:
        talk.greeted()
        yield talk
    finally:
        talk.close()


def shows(pico: Pico, *lines: str, chain: str = "counter") -> None:
    """Wait until the first lines of a chain read so."""
    until(f"{lines} on the chips", lambda: pico.shown(chain)[: len(lines)] == list(lines))


def boot(talk: Talk) -> int:
    return talk.all(Greeted)[-1].identity.boot


def test_hello(pico: Pico) -> None:
    """First: a new chip, its first power on."""
    talk = Talk(pico, hub=False)
    try:
        said = talk.greeted().identity
    finally:
        talk.close()
    assert (said.uid, said.press, said.key, said.reset) == (UID, 0, 0, 1)
    assert said.boot > 0
    assert said.dictionary == contract.words()["hash"], "the image has other words than this repository"
    assert said.protocol == contract.words()["protocol"]
    assert abs(pico.do("state")["baud"] - 115200) < 1152
    assert pico.shown("counter") == DASHES


def test_number_on_the_board(pico: Pico, talk: Talk) -> None:
    talk.do(lambda: talk.node.want_board(0, 1, "A042"))
    shows(pico, "A042")
    talk.do(lambda: talk.node.want_board(1, 2, "A043"))
    shows(pico, "A042", "043")


@pytest.mark.parametrize("text", ["0123", "4567", "89AC", "DEFH", "L-NU", ""])
def test_every_shape_of_the_seven_segments(pico: Pico, talk: Talk, text: str) -> None:
    talk.do(lambda: talk.node.want_board(0, 3, text))
    shows(pico, text)


def test_letter_without_a_shape_is_told(pico: Pico, talk: Talk) -> None:
    talk.do(lambda: talk.node.want_board(0, 4, "K012"))
    assert talk.next(Missing).text == "K"


def test_main_panel(pico: Pico, talk: Talk) -> None:
    talk.do(lambda: talk.node.want_panel(15, 5, [("A042", 3), ("B007", 12)]))
    shows(pico, "A042  3", "B007 12", "", "", chain="panel")


def test_press_is_said_until_it_is_committed(pico: Pico, talk: Talk) -> None:
    before = talk.all(Greeted)[-1].identity.press
    pico.push(0)
    assert talk.next(Pressed) == Pressed(UID, boot(talk), before + 1, 0)
    assert pico.output(BUTTON_LAMP) == 0
    pico.rest(1500)  # said again and again meanwhile
    assert len(talk.all(Pressed)) == 1
    talk.do(lambda: talk.node.answered_press(boot(talk), before + 1))
    until("the lamp", lambda: pico.output(BUTTON_LAMP))
    until("the lamp dark again", lambda: not pico.output(BUTTON_LAMP))


def test_presses_of_two_buttons_in_order(pico: Pico, talk: Talk) -> None:
    first = talk.all(Greeted)[-1].identity.press
    for number, button in enumerate((1, 0, 1, 0), start=1):
        pico.push(button)
        press = talk.next(Pressed, number)
        assert (press.press, press.button) == (first + number, button)
        talk.do(lambda press=press: talk.node.answered_press(press.boot, press.press))
    pico.rest(1500)  # the board has heard the last answer too, and says no press again
    assert len(talk.all(Pressed)) == 4


def test_bounce_is_one_press(pico: Pico, talk: Talk) -> None:
    pico.play(
        *({"at": at, "pin": 2, "level": level} for at, level in ((0, 0), (3, 1), (6, 0), (9, 1), (12, 0), (80, 1)))
    )
    press = talk.next(Pressed)
    talk.do(lambda: talk.node.answered_press(press.boot, press.press))
    pico.rest(1500)
    assert len(talk.all(Pressed)) == 1


@pytest.mark.parametrize(("pad", "key"), [(0, 1), (0, 4), (1, 1), (1, 2), (1, 3)])
def test_keys_of_the_pads(pico: Pico, talk: Talk, pad: int, key: int) -> None:
    pico.key(pad, key)
    said = talk.next(KeyPressed)
    assert (said.uid, said.boot, said.pad, said.what) == (UID, boot(talk), pad, key)
    talk.do(lambda: talk.node.answered_key(said.boot, said.key))
    pico.rest(1200)
    assert len(talk.all(KeyPressed)) == 1


def test_light_over_the_camera(pico: Pico, talk: Talk) -> None:
    talk.do(lambda: talk.node.light(0, 10))
    until("the light", lambda: pico.output(LIGHT))
    until("the light out again", lambda: not pico.output(LIGHT))


def test_silence_is_dashes_and_the_wire_brings_all_back(pico: Pico, talk: Talk) -> None:
    talk.do(lambda: talk.node.want_board(0, 6, "A100"))
    shows(pico, "A100")
    pico.unplug()
    shows(pico, *DASHES)
    pico.plug()
    shows(pico, "A100")


def test_noise_is_no_press(pico: Pico) -> None:
    noise = random.Random(7)
    pico.inject(bytes(noise.randrange(256) for _ in range(4000)))
    talk = Talk(pico)
    try:
        talk.greeted()
        talk.do(lambda: talk.node.want_board(0, 7, "A007"))
        shows(pico, "A007")
        talk.do(lambda: talk.node.link.send(contract.dictionary().id_of("stats_ask"), b"", "stats_ask", True))
        assert talk.next(LinkStats).values["bad"] > 0
        assert talk.all(Pressed) + talk.all(KeyPressed) == []
    finally:
        talk.close()


def test_power_fails_in_the_middle_of_a_frame(pico: Pico) -> None:
    words = contract.dictionary()
    whole = Frame(words.id_of("board"), 9, 0, 1, words.encode("board", slot=0, rev=8, text="A999")).encode()
    before = pico.do("state")["resets"]
    pico.inject(whole[: len(whole) // 2])
    pico.do("power")
    pico.inject(whole[len(whole) // 2 :])
    talk = Talk(pico)
    try:
        assert talk.greeted().identity.reset == 1
        assert pico.do("state")["resets"] == before + 1
        assert pico.shown("counter") == DASHES, "half a frame was believed"
        talk.do(lambda: talk.node.want_board(0, 9, "A101"))
        shows(pico, "A101")
    finally:
        talk.close()


def test_boot_counter_rises_whenever_power_fails(pico: Pico, talk: Talk) -> None:
    """Power also fails at each write to the flash of a start: never is a number said twice."""
    seen = [boot(talk)]
    for after in range(1, 8):
        pico.do("cut", after=after)
        pico.do("power")
        until("another hello", lambda: boot(talk) != seen[-1], 120)
        seen.append(boot(talk))
    assert seen == sorted(set(seen)), seen


def test_host_knows_a_higher_boot(pico: Pico, talk: Talk) -> None:
    high = boot(talk) + 50
    talk.do(lambda: talk.node.hub_presses({UID: (high, 3)}))
    until("the counter raised", lambda: boot(talk) >= high)
    before = boot(talk)
    pico.do("power")
    until("the next start", lambda: boot(talk) != before)
    assert boot(talk) > before


def test_press_outlives_a_power_cut(pico: Pico) -> None:
    """Nobody answers, power fails, another bridge comes: the press is said under the boot it was made in."""
    talk = Talk(pico)
    try:
        talk.greeted()
        pico.push(1)
        press = talk.next(Pressed)
    finally:
        talk.close()
    pico.do("power")
    talk = Talk(pico)
    try:
        assert talk.next(Pressed) == press
        assert boot(talk) > press.boot
        talk.do(lambda: talk.node.answered_press(press.boot, press.press))
        pico.rest(1500)
        assert talk.all(Pressed) == [press]
    finally:
        talk.close()


def test_hang_is_ended_by_the_watchdog(pico: Pico, talk: Talk) -> None:
    before = boot(talk)
    pico.do("hang")
    until("a start after the hang", lambda: boot(talk) != before)
    said = talk.all(Greeted)[-1].identity
    assert said.boot > before
    assert said.reset == 2


def test_board_with_other_words_is_refused(pico: Pico) -> None:
    other = Dictionary({**contract.words(), "hash": contract.words()["hash"] ^ 1})
    talk = Talk(pico, other)
    try:
        assert talk.next(Mismatch).identity.uid == UID
        talk.do(lambda: talk.node.want_board(0, 10, "A404"))
        pico.rest(1500)
        assert "A404" not in pico.shown("counter")
    finally:
        talk.close()
