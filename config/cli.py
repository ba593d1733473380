"""The `motcua` command. It imports no room: each adds its own subcommands through an entry point."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import unicodedata
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, NoReturn, TypeVar

from config import __version__
from config.process import EXIT_USAGE

COMMANDS = "motcua.commands"

Where = TypeVar("Where")
Found = TypeVar("Found")

Subparsers = Any  # argparse keeps the class of `add_subparsers` private


class _Parser(argparse.ArgumentParser):
    """argparse in two languages, and without its habit of guessing abbreviated options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("allow_abbrev", False)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        if match := re.search(r"invalid choice: '(.*)' \(choose from (.*)\)$", message):
            known = [each.strip().strip("'") for each in match.group(2).split(",")]  # quoted up to Python 3.13
            near = difflib.get_close_matches(match.group(1), known, n=1, cutoff=0.5)
            near = near or [each for each in known if match.group(1) and each.startswith(match.group(1))][:1]
            given, listed = printable(match.group(1)), ", ".join(known)
            hint_vi, hint_en = (f" Có phải ý là: {near[0]}?", f" Did you mean: {near[0]}?") if near else ("", "")
            fail(f"Không có '{given}'.{hint_vi}", f"There is no '{given}'.{hint_en} There are: {listed}.")
        message = printable(message)
        fail(f"Lệnh chưa đúng: {message}", f"The command is not right: {message}")


def printable(text: str) -> str:
    """Control characters as escapes: neither a file's name nor a code may move a terminal's cursor or colour it."""
    return "".join(
        c if unicodedata.category(c)[0] != "C" else c.encode("unicode_escape", "backslashreplace").decode()
        for c in text
    )


class CommandFailed(SystemExit):
    """A command ends with a sentence on standard error and this exit status."""


def fail(message_vi: str, message_en: str, code: int = EXIT_USAGE) -> NoReturn:
    """Say what is wrong, Vietnamese first, and end the command with `code`."""
    print(f"motcua: {message_vi}", file=sys.stderr)
    print(f"        {message_en}", file=sys.stderr)
    raise CommandFailed(code)


def settings_or_fail(load: Callable[[Where], Found], path: Where) -> Found:
    """What `load` (of config.load) makes of `path`; else every mistake on a line of standard error, and the end."""
    from config.load import SettingsError  # pydantic is heavy: a command without settings need not carry it

    try:
        return load(path)
    except SettingsError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        fail("Thiết lập chưa đúng, chưa làm gì cả.", "The settings are not right; nothing was done.")


def command_group(subparsers: Subparsers, name: str, help: str) -> Subparsers:
    """The subparsers of a group that several rooms share (`bench`), made by whichever room asks first."""
    groups: dict[str, Subparsers] | None = getattr(subparsers, "motcua_groups", None)
    if groups is None:
        groups = {}
        subparsers.motcua_groups = groups
    if name not in groups:
        parser = subparsers.add_parser(name, help=help, description=help)
        groups[name] = parser.add_subparsers(dest=f"{name}_command", required=True, parser_class=_Parser)
    return groups[name]


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, from the entry points of every installed room."""
    parser = _Parser(prog="motcua", description="Một Cửa Edge: phòng chờ Một cửa / the one-stop desk's waiting room")
    parser.add_argument("--version", action="version", version=f"motcua {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, parser_class=_Parser, metavar="LỆNH/COMMAND")
    for entry in sorted(entry_points(group=COMMANDS), key=lambda each: each.name):
        try:
            register = entry.load()
        except ImportError as error:
            # One room that cannot be imported must not take the technician's other tools away.
            print(f"motcua: không nạp được '{entry.name}' / cannot load '{entry.name}': {error}", file=sys.stderr)
            continue
        register(subparsers)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status is its result."""
    arguments = build_parser().parse_args(argv)
    run = getattr(arguments, "run", None)
    if run is None:
        fail("Thiếu lệnh con.", "A subcommand is missing; add --help to see them.")
    try:
        return int(run(arguments) or 0)
    except BrokenPipeError:
        # The reader (head, less) went away: not an error of ours.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
