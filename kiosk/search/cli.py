"""`motcua search` and `motcua bench search`: the kiosk's own search at a technician's command line, and its figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.cli import command_group, fail, printable
from config.process import EXIT_OK

if TYPE_CHECKING:
    from kiosk.catalogue import Catalogue
    from kiosk.search.engine import Search

EXIT_NOTHING = 1
LEAST = {1: 0.85, 3: 0.95}
"""Shares of questions whose answer is to stand first, and among the first three (ui.md §10)."""


def register(subparsers: Any) -> None:
    """Add `search` and `bench search`."""
    search = subparsers.add_parser(
        "search",
        help="tìm thủ tục / search the procedures",
        description="Tìm thủ tục như trên kiosk: không cần dấu, chịu được gõ sai. / "
        "Search the procedures as the kiosk does: no accents needed, typing errors forgiven.",
    )
    search.add_argument("text", nargs="*", metavar="TEXT", help="lời tìm / what to search")
    search.add_argument("--top", type=int, default=5, metavar="N", help="số kết quả (1–100, mặc định 5) / results")
    search.add_argument("--json", action="store_true", help="JSON")
    search.add_argument(
        "--rate",
        type=Path,
        metavar="FILE",
        help="chấm điểm: mỗi dòng «câu hỏi TAB mã|mã» / rate questions: a line is «question TAB code|code»",
    )
    search.add_argument(
        "--check-aliases",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FILE",
        help="kiểm tra tệp lời dân hay nói (mặc định: theo cấu hình) / check the file of everyday words",
    )
    _sources(search)
    search.set_defaults(run=run_search)

    bench = command_group(subparsers, "bench", "đo tốc độ / measure")
    speed = bench.add_parser(
        "search",
        help="tốc độ tìm thủ tục / speed of the search",
        description="Đo từng phím gõ trên danh mục 400 thủ tục, và từ phím đến kết quả trên màn hình. / "
        "Every key of many questions on 400 procedures, and from the key to the results on screen.",
    )
    speed.add_argument("--procedures", type=int, default=400, metavar="N", help="100–2000, mặc định 400")
    speed.add_argument("--json", action="store_true", help="JSON")
    _sources(speed)
    speed.set_defaults(run=run_bench)


def _sources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--catalogue", type=Path, help="tệp thủ tục, bỏ trống = theo cấu hình / catalogue file")
    parser.add_argument("--aliases", type=Path, help="tệp lời dân hay nói / file of everyday words")
    parser.add_argument("--config", type=Path, help="tệp cấu hình / settings file")


def run_search(arguments: argparse.Namespace) -> int:
    """Exit 0: found (or: good); 1: nothing found, below the wished rates, or a mistake in the words."""
    if arguments.check_aliases is not None:
        return _check_aliases(arguments)
    if arguments.rate is not None:
        return _rate(arguments)
    if not arguments.text:
        fail("Cần lời tìm, ví dụ: motcua search khai sinh", "Give what to search, e.g. motcua search khai sinh")
    if not 1 <= arguments.top <= 100:
        fail(f"--top {arguments.top}: chỉ từ 1 đến 100.", f"--top {arguments.top}: allowed are 1 to 100.")
    hits = _searching(_catalogue(arguments)).find(" ".join(arguments.text), arguments.top)
    if arguments.json:
        results = [{"code": hit.procedure.code, "name": hit.procedure.name, "score": hit.score} for hit in hits]
        print(json.dumps({"results": results}, ensure_ascii=False))
    else:
        for hit in hits:
            print(f"{hit.procedure.code}  {hit.score:.3f}  {hit.procedure.name}")
        if not hits:
            print("motcua: Không tìm thấy thủ tục nào.\n        No procedure was found.", file=sys.stderr)
    return EXIT_OK if hits else EXIT_NOTHING


def _rate(arguments: argparse.Namespace) -> int:
    """The hit rates over a file of questions; what was missed, one a line."""
    search = _searching(_catalogue(arguments))
    try:
        lines = arguments.rate.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"không đọc được {printable(str(arguments.rate))}", f"cannot read it: {error}")
    asked = 0
    good = dict.fromkeys(LEAST, 0)
    missed: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        question, _, codes = line.rpartition("\t")
        question = question.rpartition("\t")[2]
        if not question.strip() or not codes.strip():
            fail(f"dòng {number}: cần «câu hỏi TAB mã»", f"line {number}: «question TAB code» is wanted")
        wanted = {each.strip() for each in codes.split("|")}
        got = [hit.procedure.code for hit in search.find(question, max(LEAST))]
        asked += 1
        for top in LEAST:
            good[top] += bool(wanted & set(got[:top]))
        if not wanted & set(got):
            missed.append({"line": number, "question": question, "wanted": sorted(wanted), "got": got})
    if not asked:
        fail("Tệp không có câu hỏi nào.", "There is no question in the file.")
    shares = {top: good[top] / asked for top in LEAST}
    if arguments.json:
        print(json.dumps({"questions": asked, "hit": shares, "missed": missed}, ensure_ascii=False))
    else:
        for each in missed:
            asked_for, given = "|".join(each["wanted"]), " ".join(each["got"])
            print(f"{each['line']}: {printable(each['question'])}: {asked_for} ≠ {given}")
        told = ", ".join(f"hit@{top} {share:.1%}" for top, share in shares.items())
        print(f"{asked} câu hỏi / questions: {told}")
    return EXIT_OK if all(shares[top] >= least for top, least in LEAST.items()) else EXIT_NOTHING


def _check_aliases(arguments: argparse.Namespace) -> int:
    from kiosk.catalogue import SHIPPED
    from kiosk.search.aliases import ALIASES, AliasError, read_aliases

    settings = _settings(arguments.config)
    named = settings.kiosk.aliases if settings else ""
    given: Path = arguments.check_aliases
    file = given if str(given) != "." else Path(named) if named else arguments.aliases or SHIPPED / ALIASES
    arguments.aliases = None
    codes = {each.code for each in _catalogue(arguments, words=False).procedures}
    shipped = file.resolve() == (SHIPPED / ALIASES).resolve()
    try:
        found = read_aliases(file, None if shipped else codes)
    except AliasError as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        print(f"{len(error.lines)} lỗi / mistakes", file=sys.stderr)
        return EXIT_NOTHING
    words = sum(map(len, found.everyday.values())) + sum(map(len, found.concepts.values()))
    print(f"Đúng: {words} lời, {len(found.abbreviations)} viết tắt. / Good: {words} wordings ({file})")
    return EXIT_OK


def run_bench(arguments: argparse.Namespace) -> int:
    """Prints milliseconds; always exit 0 once it could measure."""
    from kiosk.bench.search import measure

    if not 100 <= arguments.procedures <= 2000:
        fail("--procedures: chỉ từ 100 đến 2000.", "--procedures: allowed are 100 to 2000.")
    figures = measure(_catalogue(arguments), arguments.procedures)
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
        return EXIT_OK
    print(f"{figures['procedures']} thủ tục, {figures['phrases']} lời / procedures, wordings")
    for row in figures["rows"]:
        spent = f"p50 {row['p50']:7.3f} ms   p95 {row['p95']:7.3f} ms   p95 CPU {row['cpu95']:7.3f} ms"
        print(f"{row['name']:<52} {spent}   n {row['n']}")
    return EXIT_OK


def _catalogue(arguments: argparse.Namespace, *, words: bool = True) -> Catalogue:
    from kiosk.catalogue import CatalogueError, load_catalogue

    settings = _settings(arguments.config)
    file, aliases = arguments.catalogue, arguments.aliases
    if settings and file is None and settings.kiosk.catalogue:
        file = Path(settings.kiosk.catalogue)
    if settings and aliases is None and settings.kiosk.aliases and words:
        aliases = Path(settings.kiosk.aliases)
    try:
        return load_catalogue(file, aliases)
    except CatalogueError as error:
        fail("Tệp thủ tục có lỗi:\n" + str(error), "The catalogue has errors (listed above).")


def _searching(catalogue: Catalogue) -> Search:
    from kiosk.search.engine import Search

    return Search(catalogue)


def _settings(path: Path | None) -> Any:
    """The settings, where there are any: the command also works on a machine that is no kiosk."""
    from config.cli import settings_or_fail
    from config.load import load_settings

    return None if path is None else settings_or_fail(load_settings, path)
