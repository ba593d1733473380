"""How a `motcua` command talks to a hub: where it is, who we are, and what its answers look like in a terminal."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from config.cli import fail
from config.process import EXIT_REFUSED, EXIT_UNREACHABLE
from queue_display.client import HubClient, HubRefused, HubUnreachable

Run = Callable[[argparse.Namespace], int]


def talks(subparsers: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """A command that talks to a hub: where it is and who we are."""
    parser: argparse.ArgumentParser = subparsers.add_parser(name, help=text, description=text)
    parser.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình | settings file")
    parser.add_argument("--hub", metavar="ADDRESS", help="unix:/path hoặc/or http://host:port")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="tệp chứa mã | file with the token")
    parser.add_argument("--json", action="store_true", help="in ra JSON | print JSON")
    parser.set_defaults(run=told(run))
    return parser


def told(run: Run) -> Run:
    """Run a command and turn what the hub says, or its silence, into a sentence and an exit status."""

    def wrapped(arguments: argparse.Namespace) -> int:
        try:
            return run(arguments)
        except HubUnreachable as error:
            if arguments.json:
                vi, en = "Không nối được hub.", f"The hub cannot be reached: {error}"
                body = {"code": "unreachable", "vi": vi, "en": en, "given": None, "allowed": None}
                print(json.dumps({"error": body, "status": None}, ensure_ascii=False))
            fail(
                "Không nối được hub. Hub có đang chạy không (motcua doctor)?",
                f"The hub cannot be reached ({error}). Is it running (motcua doctor)?",
                EXIT_UNREACHABLE,
            )
        except HubRefused as error:
            refused(arguments, error)

    return wrapped


def refused(arguments: argparse.Namespace, error: HubRefused) -> NoReturn:
    if arguments.json:
        body = {"code": error.code, "vi": error.vi, "en": error.en, "given": error.given, "allowed": error.allowed}
        print(json.dumps({"error": body, "status": error.status}, ensure_ascii=False))
    fail(error.vi, f"{error.en} [{error.code}] allowed: {error.allowed}", EXIT_REFUSED)


def settings(path: Path | None) -> Any:
    from config.cli import settings_or_fail
    from config.load import load_settings

    return settings_or_fail(load_settings, path)


def client(arguments: argparse.Namespace, role: str) -> HubClient:
    """A client as this role; over TCP the token decides who we are."""
    key = getattr(arguments, "key", None)
    if key is not None and not (8 <= len(key) <= 128 and plain(key)):
        fail(
            "--key: từ 8 đến 128 ký tự ASCII in được, không dấu cách.",
            "--key: 8 to 128 printable ASCII characters, no spaces.",
        )
    address = arguments.hub or f"unix:{settings(arguments.config).hub.socket}"
    token = os.environ.get("MOTCUA_TOKEN") or None
    if arguments.token_file is not None:
        try:
            token = arguments.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            fail(f"Không đọc được tệp mã: {error}", "The token file cannot be read.")
    if token is not None and not (token and plain(token)):
        fail("Mã của hub chỉ gồm ký tự ASCII in được, một dòng.", "The hub's token is one line of printable ASCII.")
    try:
        return HubClient(address, role=role, device="cli", token=token)
    except ValueError as error:
        fail(f"Địa chỉ hub chưa đúng: {arguments.hub}", str(error))


def plain(text: str) -> bool:
    """Whether a text may stand in a header as it is."""
    return all("!" <= each <= "~" for each in text)


def show(arguments: argparse.Namespace, answer: dict[str, Any]) -> int:
    if arguments.json:
        print(json.dumps(answer, ensure_ascii=False))
        return EXIT_REFUSED if "refused" in answer else 0
    ticket = answer.get("ticket")
    post = answer.get("counter")
    if ticket:
        again = " (đã có từ trước | as before)" if answer.get("repeated") else ""
        at = f" · quầy {ticket['counter']}" if ticket["counter"] else ""
        print(f"{ticket['number']} · {ticket['service']} · {ticket['state']}{at}{again}")
    elif post:
        print(f"quầy {post['id']}: {post['state']}")
    elif "refused" in answer:
        refused = answer["refused"]
        fail(refused["vi"], f"{refused['en']} [{refused['code']}]", EXIT_REFUSED)
    else:
        print("không ai chờ | nobody waits")
    return 0
