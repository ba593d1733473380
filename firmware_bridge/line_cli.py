"""`motcua line`: a text as a matrix board will show it, without the board."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from config.cli import fail

DOT = 12
"""Pixels a dot in the picture."""


def register(subparsers: Any) -> None:
    """Add the command `line`."""
    text = "Vẽ chữ như bảng chữ chạy sẽ hiện | draw a text as a matrix board will show it"
    parser = subparsers.add_parser("line", help=text, description=text)
    parser.add_argument("text", metavar="TEXT", help="chữ cần hiện | the text")
    parser.add_argument("--png", type=Path, metavar="FILE", help="ghi ảnh | write a picture")
    parser.add_argument("--width", type=int, default=96, help="điểm ngang | dots across (96)")
    parser.add_argument("--height", type=int, default=16, choices=(16, 24, 32), help="điểm cao | dots down (16)")
    parser.add_argument("--speed", type=int, default=40, help="điểm mỗi giây khi chạy | dots a second (40)")
    parser.set_defaults(run=line)


def line(arguments: argparse.Namespace) -> int:
    """Say whether it stands or runs, and draw it. Exit 2 for a picture that cannot be written."""
    from firmware_bridge.matrix import bitmap, picture

    if not 8 <= arguments.width <= 1024 or arguments.speed < 1:
        fail("Bề ngang từ 8 đến 1024, tốc độ từ 1.", "The width is 8 to 1024, the speed 1 or more.")
    made = bitmap(arguments.text, width=arguments.width, height=arguments.height, speed=arguments.speed)
    if made.speed == 0:
        sys.stdout.write(f"Đứng yên: rộng {made.columns} trên {arguments.width} điểm. / Stands still.\n")
    else:
        seconds = made.hold / 10 + (made.columns + arguments.width // 2) / made.speed
        sys.stdout.write(
            f"Chạy: rộng {made.columns} điểm, một vòng {seconds:.0f} giây. / "
            f"Runs: {made.columns} dots wide, {seconds:.0f} s a round.\n"
        )
    if made.text != " ".join(arguments.text.split()):
        sys.stdout.write(f"Quá dài cho bộ nhớ của bảng, còn: / Too long for the board's memory: {made.text}\n")
    if arguments.png is not None:
        try:
            picture(made.data, arguments.height, dot=DOT).save(arguments.png, format="PNG")
        except OSError as error:
            fail(f"Không ghi được {arguments.png}.", f"Cannot write: {error}")
    return 0
