"""Commands of the queue: the hub itself, and a technician's hands on a running one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def register(subparsers: Any) -> None:
    """Add `hub`, `press`, `call`, `recall`, `transfer`, `tickets`, `watch`, `counter`, `say` and `bench issue`."""
    hub = subparsers.add_parser("hub", help="chạy trung tâm hàng chờ / run the hub")
    hub.add_argument("--config", type=Path, help="site.toml")
    actions = hub.add_subparsers(dest="hub_command")
    openapi = actions.add_parser("openapi", help="ghi OpenAPI / write the OpenAPI file")
    openapi.add_argument("--out", type=Path, required=True)
    openapi.set_defaults(run=_openapi)
    hub.set_defaults(run=_hub)
    from queue_display.say import register_say

    register_say(subparsers)


def _settings(path: Path | None) -> Any:
    from config.cli import fail
    from config.load import SettingsError, load_settings

    try:
        return load_settings(path)
    except SettingsError as error:
        lines = "\n".join(f"  {each}" for each in error.problems)
        fail(f"Cài đặt có lỗi:\n{lines}", "The settings have mistakes, see above.")


def _hub(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments.config)
    from queue_display.service import run

    return run(settings)


def _openapi(arguments: argparse.Namespace) -> int:
    from queue_display.hub.openapi import document

    arguments.out.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0
