"""`motcua voice make|join|list`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from config.cli import Subparsers, command_group, fail
from firmware_bridge import line_cli


def register(subparsers: Subparsers) -> None:
    """Add the group `voice` and the command `line`."""
    line_cli.register(subparsers)
    voice = command_group(subparsers, "voice", "Tiếng gọi: tạo, ghép, liệt kê | the voice's clips")
    make = voice.add_parser("make", help="tạo tiếng bằng espeak-ng, giữ bản thu | make clips, keep recordings")
    _where(make, "all")
    make.set_defaults(run=_make)
    listing = voice.add_parser("list", help="mỗi tiếng từ đâu: thu, tạo, thiếu | where each clip comes from")
    _where(listing, "all")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    join = voice.add_parser("join", help="ghép tiếng thành một tệp WAV | join clips into one WAV")
    join.add_argument("tokens", nargs="+", metavar="TOKEN")
    join.add_argument("--out", type=Path, required=True, metavar="FILE")
    _where(join, "north")
    join.set_defaults(run=_join)


def _where(parser: argparse.ArgumentParser, accent: str) -> None:
    allowed = "north, central, south" + (", all" if accent == "all" else "")
    parser.add_argument("--accent", default=accent, help=allowed)
    parser.add_argument("--dir", type=Path, metavar="DIR", help="thư mục tiếng | folder of the clips")
    parser.add_argument("--config", type=Path, metavar="FILE")


def _settings(path: Path | None) -> Any:
    """The settings; without a site file yet, the shipped defaults: the voice is made before the site is written."""
    from config.load import SettingsError, load_settings

    try:
        return load_settings(path)
    except SettingsError as error:
        if path is None:
            return None
        fail("Thiết lập chưa đúng:\n" + "\n".join(str(each) for each in error.problems), "The settings are not right.")


def _folder(arguments: argparse.Namespace) -> Path:
    if arguments.dir is not None:
        return Path(arguments.dir)
    from config.settings import Paths

    settings = _settings(arguments.config)
    return Path(settings.paths.voice_dir if settings else Paths().voice_dir)


def _voices(arguments: argparse.Namespace) -> list[Any]:
    from firmware_bridge.voice import all_voices

    try:
        return list(all_voices(_folder(arguments), arguments.accent))
    except ValueError as error:
        fail("Giọng phải là north, central hoặc south.", str(error))


def _make(arguments: argparse.Namespace) -> int:
    from firmware_bridge.voice import VoiceMissing

    for voice in _voices(arguments):
        try:
            written, kept = voice.make()
        except VoiceMissing as error:
            fail("Không tạo được tiếng: cần cài espeak-ng (sudo apt install espeak-ng).", str(error), 1)
        except OSError as error:
            fail(f"Không ghi được vào {voice.folder}.", f"Cannot write the clips: {error}", 1)
        sys.stdout.write(
            f"{voice.folder}: {len(written)} tạo / made, {len(kept)} bản thu giữ nguyên / recordings kept\n"
        )
    return 0


def _list(arguments: argparse.Namespace) -> int:
    words = {"recording": "thu / recording", "generated": "tạo / generated", "missing": "thiếu / missing"}
    for voice in _voices(arguments):
        for clip in voice.clips():
            if arguments.json:
                row = {
                    "accent": clip.accent,
                    "token": clip.token,
                    "words": clip.words,
                    "origin": clip.origin,
                    "file": str(clip.file),
                }
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            else:
                sys.stdout.write(f"{clip.accent:8} {clip.token:16} {words[clip.origin]:18} {clip.words}\n")
    return 0


def _join(arguments: argparse.Namespace) -> int:
    from config.voice import voice_tokens
    from firmware_bridge import sound

    unknown = [token for token in arguments.tokens if token not in voice_tokens()]
    if unknown:
        fail(f"Không có tiếng tên {', '.join(unknown)}.", "No such voice token; see motcua voice list.")
    if arguments.accent == "all":
        fail("Giọng phải là north, central hoặc south.", "One accent: north, central or south.")
    (voice,) = _voices(arguments)
    joined = voice.join(arguments.tokens)
    if joined.missing:
        fail(
            f"Thiếu tiếng: {', '.join(joined.missing)}. Chạy: motcua voice make",
            f"No sound for {', '.join(joined.missing)}; run motcua voice make (needs espeak-ng).",
            1,
        )
    try:
        arguments.out.write_bytes(sound.write_wave(joined.samples))
    except OSError as error:
        fail(f"Không ghi được {arguments.out}.", f"Cannot write: {error}")
    return 0
