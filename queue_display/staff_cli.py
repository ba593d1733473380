"""`motcua staff pin`: from a PIN typed twice on the terminal to the line that goes into the settings."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from config.cli import fail

TRIES = 3


def register_staff(subparsers: Any) -> None:
    """Add the command `staff pin`."""
    staff = subparsers.add_parser("staff", help="cán bộ ở quầy | officers at the counters")
    actions = staff.add_subparsers(dest="staff_command", required=True, parser_class=type(staff))
    text = "Đặt mã PIN của một cán bộ, in ra dòng để chép vào [[staff]] | make the line of a PIN for [[staff]]"
    pin = actions.add_parser("pin", help=text, description=text)
    pin.set_defaults(run=make_pin)


def make_pin(_arguments: argparse.Namespace) -> int:
    """Ask twice, refuse what is easily guessed, print `pin = "…"`. Exit 2 without a terminal, or after three tries.

    A PIN is taken from the terminal alone: an argument stands in the history and in every list of processes, and a pipe
    leaves it in a script.
    """
    if not sys.stdin.isatty():
        fail(
            "Lệnh này chỉ hỏi mã PIN trên bàn phím: hãy chạy trong cửa sổ dòng lệnh, không qua ống hay tệp.",
            "This command asks for the PIN on a terminal only: no pipe, no file.",
        )
    from queue_display.hub.pins import make

    pin = _chosen()
    if pin is None:
        fail("Chưa đặt được mã PIN.", "No PIN was made.")
    sys.stdout.write(f'pin = "{make(pin)}"\n')
    sys.stderr.write(
        "Chép dòng trên vào mục [[staff]] của cán bộ đó trong site.toml, rồi: motcua config check\n"
        "Copy the line above into that officer's [[staff]] in site.toml, then: motcua config check\n"
    )
    return 0


def _chosen() -> str | None:
    from queue_display.hub.pins import weakness

    for _ in range(TRIES):
        try:
            pin = getpass.getpass("Mã PIN mới (4 đến 8 chữ số) | new PIN (4 to 8 digits): ")
            weak = weakness(pin)
            if weak is not None:
                sys.stderr.write(f"{weak[0]} | {weak[1]}\n")
            elif getpass.getpass("Nhập lại | once more: ") == pin:
                return pin
            else:
                sys.stderr.write("Hai lần nhập không giống nhau. Mời đặt lại từ đầu. | They differ; begin again.\n")
        except EOFError:
            return None
    return None
