"""`motcua kiosk words`: which languages the screens speak, what each lacks, and a file to begin a new one from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from config.process import EXIT_OK

EXIT_GAPS = 1


def register(commands: Any) -> None:
    """Add the command to those of `motcua kiosk`."""
    words = commands.add_parser("words", help="chữ của các màn hình theo ngôn ngữ / words of the screens by language")
    words.add_argument("--lang", action="append", default=[], metavar="LANG", help="vi, en, fr …")
    words.add_argument("--check", type=Path, metavar="FILE.po", help="kiểm tra một tệp / check a file")
    words.add_argument(
        "--begin", type=Path, metavar="FILE.po", help="tạo tệp trống để dịch / write an empty file to translate"
    )
    words.set_defaults(run=_words)


def _words(arguments: argparse.Namespace) -> int:
    from config.cli import fail
    from kiosk.locale import BadCatalogue, catalogue, gaps, languages, read_po

    if arguments.begin:
        return _begin(arguments.begin)
    told: list[str] = []
    if arguments.check:
        try:
            told = gaps(arguments.check.stem, read_po(arguments.check))
        except (BadCatalogue, OSError) as error:
            fail(f"không đọc được {arguments.check}", str(error))
    else:
        for language in arguments.lang or languages():
            if language not in languages():
                fail(f"không có tiếng {language!r}", f"no language {language!r}; there are {', '.join(languages())}")
            count = len(catalogue(language).forms)
            print(f"{language}: {catalogue(language).forms.get('language.name', ('?',))[0]}, {count} câu / sentences")
            told += gaps(language)
    for line in told:
        print(line)
    print(f"{len(told)} chỗ cần xem / to look at")
    return EXIT_GAPS if told else EXIT_OK


def _begin(path: Path) -> int:
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    from config.cli import fail
    from kiosk.locale import BEHIND, STAFF, catalogue

    made = Catalog()
    made.header_comment = "# Dịch dòng msgstr; giữ nguyên {chỗ_trống} và **chữ đậm**. Translate msgstr; keep {places}."
    beside = [catalogue(each) for each in reversed(BEHIND)]
    for key in beside[0].forms:
        if not key.startswith(STAFF):
            made.add(key, "", auto_comments=[each.text(key) for each in beside if key in each.forms])
    try:
        with path.open("xb") as file:
            write_po(file, made, width=0, omit_header=False)
    except OSError as error:
        fail(f"không ghi được {path}", f"cannot write {path}: {error.strerror}")
    print(f"{path}: {len(made)} câu / sentences")
    return EXIT_OK
