"""`motcua say`: the call of a number as it is spoken, printed, and on request written as a sound file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from config.cli import Subparsers, fail
from queue_display.phrase import call_phrase

JOIN_LIMIT_S = 120.0
"""The first join on a fresh machine may have to make every clip it needs."""


def register_say(subparsers: Subparsers) -> None:
    """Add the command `say`."""
    text = "Câu gọi số bằng chữ, và bằng tiếng với --wav | the call of a number in words, and as sound with --wav"
    parser = subparsers.add_parser("say", help=text, description=text)
    parser.add_argument("number", metavar="NUMBER", help="số phiếu, ví dụ A105 | ticket number")
    parser.add_argument("counter", metavar="COUNTER", help="số quầy, ví dụ 3 | counter number")
    parser.add_argument("--accent", default="north", help="north, central, south")
    parser.add_argument("--wav", type=Path, metavar="FILE", help="ghi tiếng vào tệp | write the sound to FILE")
    parser.add_argument("--json", action="store_true", help="in ra JSON | print JSON")
    parser.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình | settings file")
    parser.set_defaults(run=say)


def say(arguments: argparse.Namespace) -> int:
    """Print the sentence. Exit 2 with a plain sentence for a number, counter or accent that cannot be read."""
    number = str(arguments.number).strip().upper()
    digits = str(arguments.counter).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 3):
        fail(
            f"Quầy phải là số từ 1 đến 999, ví dụ 3; đã nhận {arguments.counter!r}.",
            f"The counter must be a number from 1 to 999, for example 3; given {arguments.counter!r}.",
        )
    try:
        phrase = call_phrase(number, int(digits), arguments.accent)
    except ValueError as error:
        fail("Không đọc được. Mẫu đúng: motcua say A105 3 --accent north|central|south", f"Cannot be read: {error}")
    if arguments.wav is not None:
        _write_sound(phrase.tokens, arguments)
    if arguments.json:
        row = {
            "text": phrase.text,
            "tokens": list(phrase.tokens),
            "accent": arguments.accent,
            "wav": str(arguments.wav) if arguments.wav else None,
        }
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(phrase.text + "\n")
    return 0


def _write_sound(tokens: tuple[str, ...], arguments: argparse.Namespace) -> None:
    """Sound belongs to the bridge's room, so its own command makes it, as a process of its own."""
    command = [sys.executable, "-m", "config.cli", "voice", "join", *tokens]
    command += ["--accent", arguments.accent, "--out", str(arguments.wav)]
    if arguments.config is not None:
        command += ["--config", str(arguments.config)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=JOIN_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        fail("Tạo tiếng quá lâu, đã dừng.", f"Making the sound took over {JOIN_LIMIT_S:.0f} s and was stopped.", 1)
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        fail("Không ghi được tệp tiếng.", f"The sound could not be written to {arguments.wav}.", done.returncode)
