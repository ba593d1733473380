"""Boards sold by others, by the technician's commands, against pymodbus: somebody else's idea of Modbus RTU."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Board
from firmware_bridge.profile_check import find, load_profile
from firmware_bridge.virtual.foreign import ForeignWall
from tests.fixtures.modbus_peer import PymodbusBoard
from tests.fixtures.wires import MOTCUA

VENDORS = Path(__file__).parents[1] / "fixtures" / "vendors"


def boards(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MOTCUA, "boards", *arguments], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )


def at(board: PymodbusBoard, profile: Path | str, unit: int | None = None) -> list[str]:
    return ["--port", board.port, "--profile", str(profile), "--unit", str(unit or board.unit)]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[PymodbusBoard]:
    with PymodbusBoard(tmp_path, 3, mirror={2: 20, 3: 21}) as board:
        yield board


def test_a_32_bit_number_and_its_letter_arrive(board: PymodbusBoard) -> None:
    done = boards("show", *at(board, VENDORS / "kd-500.toml"), "B042")
    assert done.returncode == 0, done.stdout + done.stderr
    assert board.holding(0, 3) == [42, 0, 0x4200]
    assert board.holding(9) == [7]  # 80 % of 1…8
    assert board.coil(4) == 0
    assert boards("show", *at(board, VENDORS / "kd-500.toml"), "--blank").returncode == 0
    assert board.holding(0, 3) == [0xFFFF, 0xFFFF, 0x2000]


def test_function_6_and_a_control_register_of_bits(board: PymodbusBoard) -> None:
    done = boards("show", *at(board, VENDORS / "hx-4d.toml"), "A042", "--brightness", "100")
    assert done.returncode == 0, done.stdout + done.stderr
    assert board.holding(2, 2) == [0x000A, 0x0204]
    assert board.holding(8) == [0x8007]
    assert board.holding(11) == [0xA55A]


def test_a_main_panel_row_by_row(board: PymodbusBoard) -> None:
    done = boards("show", *at(board, VENDORS / "vp-16.toml"), "A042:12", "B107:3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert board.holding(0x200, 6) == [0xDA, 0x66, 0xFC, 0xEE, 0x0012, 1]
    assert board.holding(0x208, 6) == [0xE0, 0xFC, 0x60, 0x3E, 0x00F3, 1]
    assert board.holding(0x210, 6) == [0, 0, 0, 0, 0x00FF, 1]


@pytest.mark.parametrize("name", ["kd-500", "hx-4d", "vp-16"])
def test_the_trial_reads_every_register_back(board: PymodbusBoard, name: str) -> None:
    done = boards("test", *at(board, VENDORS / f"{name}.toml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "read back right" in done.stdout
    assert "✗" not in done.stdout


def test_a_wrong_register_is_named_with_what_was_expected_and_read(board: PymodbusBoard, tmp_path: Path) -> None:
    """The profile says that the letter is read back one register further than the board keeps it."""
    path = tmp_path / "hx.toml"
    path.write_text((VENDORS / "hx-4d.toml").read_text(encoding="utf-8").replace("register = 21", "register = 22"))
    done = boards("test", *at(board, path))
    assert done.returncode == 1
    assert "Register 22 (Digits): wrote 0x000A (10), read 0x0204 (516)." in done.stdout
    assert "one register off" in done.stdout and "numbering" in done.stdout


def test_a_register_that_is_not_there_is_named(tmp_path: Path) -> None:
    with PymodbusBoard(tmp_path, 3, holding=8) as board:
        done = boards("test", *at(board, VENDORS / "kd-500.toml"))
    assert done.returncode == 1
    assert "40010 (Brightness)" in done.stdout and "exception 2" in done.stdout and "numbering" in done.stdout


def test_a_wrong_numbering_is_found_out(tmp_path: Path) -> None:
    profile = tmp_path / "q4.toml"
    text = (VENDORS / "q4.toml").read_text(encoding="utf-8")
    profile.write_text(text.replace('numbering = "40001"', 'numbering = "zero"'), encoding="utf-8")
    with PymodbusBoard(tmp_path, 17) as board:
        done = boards("test", *at(board, profile))
        assert done.returncode == 1
        assert 'Write numbering = "40001".' in done.stdout and "taken, but not readable" not in done.stdout
        assert boards("test", *at(board, VENDORS / "q4.toml")).returncode == 0


def test_the_one_register_of_a_block_that_is_not_there_is_found(tmp_path: Path) -> None:
    with PymodbusBoard(tmp_path, 3, holding=3) as board:
        done = boards("test", *at(board, "modbus-ascii-4"))
    assert done.returncode == 1
    assert "Register 3 = 0x0003 (Character 1–4): the board does not have it." in done.stdout
    assert "Register 2 =" not in done.stdout


def test_a_silent_port_ends_with_words(tmp_path: Path) -> None:
    from firmware_bridge.virtual.rtu import VirtualBus

    with VirtualBus(tmp_path / "silent") as bus:
        done = boards("show", "--port", str(bus.link), "--profile", "modbus-ascii-4", "--unit", "9", "A042")
    assert done.returncode == 1
    assert "unit 9 did not answer within 300 ms" in done.stdout
    assert "power" in done.stdout and "A/B" in done.stdout


def test_find_names_the_units_that_answer(tmp_path: Path) -> None:
    from firmware_bridge.virtual.rtu import Unit, VirtualBus

    with VirtualBus(tmp_path / "bus", {3: Unit(), 7: Unit(functions=(16,))}) as bus:
        done = boards("find", "--port", str(bus.link), "--last", "12")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["3", "7"]


def test_no_port_and_a_bad_number_are_sentences(tmp_path: Path) -> None:
    gone = boards("show", "--port", str(tmp_path / "none"), "--profile", "modbus-ascii-4", "--unit", "9", "A042")
    assert gone.returncode not in (0, 1) and "there is no port" in gone.stderr and "Traceback" not in gone.stderr
    bad = boards("show", "--port", str(tmp_path / "none"), "--profile", "modbus-ascii-4", "--unit", "300", "A042")
    assert bad.returncode == 2 and "1–247" in bad.stderr
    notty = boards("show", "--port", "/dev/null", "--profile", "modbus-ascii-4", "--unit", "9", "A042")
    assert notty.returncode != 0 and "Traceback" not in notty.stderr


def test_profiles_are_listed_and_a_file_is_checked() -> None:
    listed = boards("profiles")
    assert listed.returncode == 0 and "modbus-ascii-4" in listed.stdout and "ascii-stx-4" in listed.stdout
    checked = boards("check", str(VENDORS / "kd-500.toml"))
    assert checked.returncode == 0
    assert "01 10 00 00 00 02 04 00 2A 00 00" in checked.stdout  # 42, low word first
    assert "01 10 00 00 00 02 04 FF FF FF FF" in checked.stdout and "01 10 00 00 00 02 04 FF FE FF FF" in checked.stdout
    assert "brightness 0 %" in checked.stdout and "brightness 100 %" in checked.stdout
    wrong = boards("check", "modbus-asci-4")
    assert wrong.returncode == 2 and "did you mean: modbus-ascii-4?" in wrong.stderr


SITE = """
[paths]
runtime = "{folder}"
state = "{folder}"
[[services]]
id = "civil-status"
letter = "A"
name = "Tư pháp – Hộ tịch"
name_en = "Civil status"
[[counters]]
id = 1
services = ["civil-status"]
[[buses]]
id = "led"
port = "{port}"
protocol = "modbus-rtu"
baud = 19200
format = "8E1"
[[boards]]
id = "counter-1"
kind = "counter"
counter = 1
bus = "led"
unit = 3
profile = "kd-500.toml"
"""


def site(tmp_path: Path, board: PymodbusBoard, profile: str) -> str:
    (tmp_path / "kd-500.toml").write_text(profile, encoding="utf-8")
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(folder=tmp_path, port=board.port), encoding="utf-8")
    return str(path)


def motcua(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MOTCUA, *arguments], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def test_wires_test_without_a_bridge_uses_the_profile_beside_the_site_file(
    board: PymodbusBoard, tmp_path: Path
) -> None:
    good = (VENDORS / "kd-500.toml").read_text(encoding="utf-8")
    path = site(tmp_path, board, good)
    assert motcua("config", "check", path).returncode == 0
    done = motcua("wires", "test", "--config", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "led/3/counter-1" in done.stdout and "read back right" in done.stdout
    wrong = site(tmp_path, board, good.replace("register = 40010", "register = 45010"))
    done = motcua("wires", "test", "--config", wrong)
    assert done.returncode == 1
    assert "45010 (Brightness)" in done.stdout and "exception 2" in done.stdout and "numbering" in done.stdout


def test_config_check_names_the_line_of_a_board_that_does_not_fit_its_profile(
    board: PymodbusBoard, tmp_path: Path
) -> None:
    path = site(tmp_path, board, (VENDORS / "vp-16.toml").read_text(encoding="utf-8"))
    done = motcua("config", "check", path)
    assert done.returncode == 2
    assert f"{path}:21: boards[0].kind: counter-1: " in done.stderr and "kind = 'main'" in done.stderr
    done = motcua("bridge", "run", "--config", path)
    assert done.returncode == 2 and "Traceback" not in done.stderr


def test_a_virtual_board_stands_by_one_command_and_misbehaves_when_told(tmp_path: Path) -> None:
    port = tmp_path / "board"
    command = [*MOTCUA, "sim", "board", "--profile", "modbus-panel-8", "--unit", "5", "--port", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as board:
        assert board.stdin is not None and board.stdout is not None
        try:
            while "= none" not in board.stdout.readline():
                continue
            assert (
                boards("show", "--port", str(port), "--profile", "modbus-panel-8", "--unit", "5", "A042:3").returncode
                == 0
            )
            line = ""
            while "A042" not in line:
                line = board.stdout.readline()
                assert line, "the virtual board ended"
            print("exception 3", file=board.stdin, flush=True)
            while "= exception" not in board.stdout.readline():
                continue
            done = boards("show", "--port", str(port), "--profile", "modbus-panel-8", "--unit", "5", "B001:1")
            assert done.returncode == 1 and "exception 3" in done.stdout
        finally:
            board.terminate()
        assert board.wait(10) == 0
    assert not port.is_symlink()


@pytest.mark.parametrize("profile", [VENDORS / "lx-ascii.toml", "ascii-stx-4"])
def test_an_ascii_board_shows_and_is_tried(tmp_path: Path, profile: Path | str) -> None:
    loaded = load_profile(find(str(profile)))
    unit = Board(id="b", kind="counter", counter=1, bus="sim", unit=27)
    wall = ForeignWall([(unit, loaded)], tmp_path / "bus")
    wall.start()
    line = ["--port", str(tmp_path / "bus"), "--profile", str(profile), "--unit", "27"]
    try:
        assert boards("show", *line, "C107").returncode == 0
        assert wall.shown("b")["text"] == "C107"
        assert boards("show", *line, "--blank").returncode == 0
        assert wall.shown("b")["text"] == "    "
        assert boards("show", *line, "--dashes").returncode == 0
        assert wall.shown("b")["text"] == "----"
        done = boards("test", *line)
        assert done.returncode == 0, done.stdout
        assert ("read back right" if loaded.message and loaded.message.read else "UNVERIFIED") in done.stdout
        wall.harm("exception")
        refused = boards("show", *line, "A001")
        assert refused.returncode == 1 and "NAK" in refused.stdout
    finally:
        wall.stop()


def test_a_board_that_cannot_be_read_is_unverified_or_asked_by_eye(tmp_path: Path) -> None:
    profile = tmp_path / "write-only.toml"
    text = (VENDORS / "kd-500.toml").read_text(encoding="utf-8")
    profile.write_text(text.replace("function = 16", "function = 16\nreadable = false"), encoding="utf-8")
    with PymodbusBoard(tmp_path, 3) as board:
        done = boards("test", *at(board, profile))
        assert done.returncode == 0
        assert done.stdout.count("UNVERIFIED") == 6  # three numbers, one just called, dashes, nothing
        answer, person = os.openpty()
        try:
            os.write(answer, b"y\nn\n")
            seen = subprocess.run(
                [*MOTCUA, "boards", "test", *at(board, profile)],
                stdin=person, capture_output=True, text=True, timeout=60,
            )  # fmt: skip
        finally:
            os.close(answer)
            os.close(person)
    assert seen.returncode == 1
    assert "The board does not show B159." in seen.stdout and "UNVERIFIED" not in seen.stdout


def test_equal_registers_are_not_called_seen_when_nobody_looked(board: PymodbusBoard) -> None:
    """A board that keeps whatever it is given reads back equal with a wrong byte order, too."""
    line = at(board, VENDORS / "hx-4d.toml")
    done = boards("test", *line, "--json")
    told = [json.loads(each) for each in done.stdout.splitlines()]
    assert done.returncode == 0 and told[-1]["level"] == "warn"
    assert "nobody has looked at the board: what it shows is unverified" in told[-1]["en"]
    answer, person = os.openpty()
    try:
        for typed, looked in ((b"\n" * 6, False), (b"y\n" * 6, True)):
            os.write(answer, typed)
            seen = subprocess.run(
                [*MOTCUA, "boards", "test", *line], stdin=person, capture_output=True, text=True, timeout=60
            )
            assert seen.returncode == 0, seen.stdout
            assert ("nobody has looked" not in seen.stdout) is looked
    finally:
        os.close(answer)
        os.close(person)


def test_a_reader_that_goes_away_is_no_lost_port(board: PymodbusBoard) -> None:
    with subprocess.Popen(
        [*MOTCUA, "boards", "test", *at(board, VENDORS / "kd-500.toml")],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as done:  # fmt: skip
        assert done.stdout is not None and done.stderr is not None
        done.stdout.close()
        assert done.stderr.read() == ""
        assert done.wait(60) == 0
