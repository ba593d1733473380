"""`motcua staff pin` on a real terminal: asks twice, refuses what is guessed, prints a line the settings accept."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from config.settings_staff import is_pin_hash

MOTCUA = Path(sys.executable).with_name("motcua")


def typed(*lines: str) -> tuple[int, str]:
    """Exit status and everything on the terminal, after these lines were typed, each at its question."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(MOTCUA, ["motcua", "staff", "pin"])
    waiting = list(lines)
    seen = ""
    asked = 0
    while True:
        try:
            chunk = os.read(terminal, 4096).decode()
        except OSError:
            break  # the other end of the terminal is closed: the command is over
        if not chunk:
            break
        seen += chunk
        questions = seen.count("4 to 8 digits): ") + seen.count("once more: ")
        if questions > asked and waiting:
            asked = questions
            os.write(terminal, (waiting.pop(0) + "\n").encode())
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen


def test_twice_the_same_gives_a_hash_of_it() -> None:
    status, seen = typed("730519", "730519")
    assert status == 0, seen
    line = next(each for each in seen.splitlines() if each.startswith('pin = "'))
    hashed = line.removeprefix('pin = "').rstrip('"')
    assert is_pin_hash(hashed)
    assert PasswordHasher().verify(hashed, "730519")
    assert "730519" not in seen, "what is typed is not shown"


@pytest.mark.parametrize("pin", ["0000", "1234", "9876", "1212", "1985", "482", "123456789", "48a1", ""])
def test_what_is_easily_guessed_is_refused_and_asked_for_again(pin: str) -> None:
    status, seen = typed(pin, "4821", "4821")
    assert status == 0, seen
    assert seen.count("4 to 8 digits): ") == 2
    assert 'pin = "$argon2id$' in seen


def test_two_different_ones_are_no_pin() -> None:
    status, seen = typed("4821", "4822", "0000", "1111")
    assert status == 2, seen
    assert "Hai lần nhập không giống nhau" in seen
    assert "$argon2id$" not in seen


def test_no_pipe_and_no_argument() -> None:
    piped = subprocess.run([MOTCUA, "staff", "pin"], input="4821\n4821\n", capture_output=True, text=True, check=False)
    assert piped.returncode == 2
    assert "bàn phím" in piped.stderr
    assert "4821" not in piped.stdout + piped.stderr
    argument = subprocess.run([MOTCUA, "staff", "pin", "4821"], capture_output=True, text=True, check=False)
    assert argument.returncode == 2
    assert "$argon2id$" not in argument.stdout
