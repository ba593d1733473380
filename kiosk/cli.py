"""`motcua kiosk …`: the screen itself, pictures of every screen, and the checks on them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.process import EXIT_OK, wipe_freed_memory

if TYPE_CHECKING:
    from config.settings import Settings
    from kiosk.pictures import Shot, Studio

    Task = tuple[list[Shot], Path | None, float | None, Path | None]

EXIT_PROBLEMS = 1


def register(subparsers: Any) -> None:
    """Add `kiosk run`, `kiosk screenshot` and `kiosk check`."""
    kiosk = subparsers.add_parser("kiosk", help="màn hình chạm / the touchscreen")
    commands = kiosk.add_subparsers(dest="kiosk_command", required=True)

    run = commands.add_parser("run", help="chạy kiosk / run the kiosk process")
    run.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình / settings file")
    run.add_argument("--hub", help="unix:/đường/dẫn hoặc http://host:port / the hub's address")
    run.add_argument("--token-file", type=Path, help="tệp chứa mã cho hub TCP / file with the token for a hub on TCP")
    run.add_argument(
        "--virtual",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="DIR",
        help="phòng ảo: mở ổ điều khiển DIR/control/kiosk.sock / virtual room: control socket under DIR",
    )
    run.set_defaults(run=_run)

    shot = commands.add_parser("screenshot", help="ảnh các màn hình với dữ liệu mẫu / pictures with sample data")
    shot.add_argument("--all", action="store_true", help="mọi màn hình / every screen")
    shot.add_argument("--screen", action="append", default=[], metavar="NAME", help="một màn hình / one screen")
    shot.add_argument("--contrast", action="store_true", help="tương phản cao / high contrast (with --screen)")
    shot.add_argument("--out", type=Path, required=True, metavar="DIR", help="thư mục ảnh / folder of the pictures")
    _panel_arguments(shot)
    shot.set_defaults(run=_screenshot)

    from kiosk.words_cli import register as words

    words(commands)

    check = commands.add_parser(
        "check", help="kiểm tra mọi màn hình: cắt, chồng, cỡ, tương phản, chữ thiếu / check every screen"
    )
    _panel_arguments(check)
    check.set_defaults(run=_check)

    from config.cli import command_group

    bench = command_group(subparsers, "bench", "đo tốc độ | measure")
    ui = bench.add_parser("ui", help="tốc độ màn hình, cạnh pygame trần | the screen's speed beside raw pygame")
    ui.add_argument("--json", action="store_true", help="in ra JSON | print JSON")
    ui.add_argument("--rounds", type=int, default=400, metavar="N", help="số lần vẽ | drawings measured")
    ui.add_argument("--screens", type=int, default=10_000, metavar="N", help="số màn hình ngẫu nhiên | random screens")
    ui.add_argument("--idle", type=float, default=10.0, metavar="S", help="đứng yên bao lâu, giây | idle seconds")
    ui.add_argument("--presses", type=int, default=60, metavar="N", help="số lần chạm trên X11 | touches on X11")
    ui.set_defaults(run=_bench)


def _bench(arguments: argparse.Namespace) -> int:
    _no_window()
    wipe_freed_memory()  # as the kiosk itself runs
    from kiosk.bench.ui import run

    return run(
        max(40, arguments.rounds),
        max(100, arguments.screens),
        max(1.0, arguments.idle),
        max(5, arguments.presses),
        arguments.json,
        lambda line: print(line, flush=True),
    )


def _panel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình / settings file (default: a sample)")
    parser.add_argument("--size", action="append", default=[], metavar="WxH", help="1024x600, 1280x800, 1920x1080 …")
    parser.add_argument("--diagonal", type=float, metavar="INCH", help="đường chéo, inch / diagonal in inches")
    parser.add_argument("--lang", action="append", default=[], metavar="LANG", help="vi, en …")
    parser.add_argument("--large", action="store_true", help="chữ to / large text")


def _settings(path: Path | None) -> Settings:
    from config.cli import settings_or_fail
    from config.load import load_settings

    return settings_or_fail(load_settings, path)


def _sample_settings(path: Path | None) -> Settings:
    import config

    return _settings(path or Path(config.__file__).parent / "sites" / "six-counters.toml")


def _run(arguments: argparse.Namespace) -> int:
    wipe_freed_memory()
    settings = _settings(arguments.config)
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from config.cli import fail
    from kiosk.catalogue import CatalogueError
    from kiosk.service import run

    token = os.environ.get("MOTCUA_TOKEN")
    if arguments.token_file:
        try:
            token = arguments.token_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            fail(f"không đọc được {arguments.token_file}", f"cannot read {arguments.token_file}: {error.strerror}")
    virtual: Path | None = arguments.virtual
    if virtual is not None and str(virtual) == ".":
        virtual = Path(settings.paths.runtime)
    try:
        return run(settings, arguments.hub or f"unix:{settings.hub.socket}", virtual, token)
    except CatalogueError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        fail("danh mục thủ tục chưa dùng được", "the catalogue of procedures cannot be used")


def _shots(arguments: argparse.Namespace, names: list[str], contrast_sizes: tuple[str, ...]) -> list[Shot]:
    """Every combination that is asked for; ends the command for a size or a language that there is not."""
    from config.cli import fail
    from kiosk.locale import languages
    from kiosk.pictures import shots
    from kiosk.stage import panel_of

    for language in arguments.lang:
        if language not in languages():
            there = ", ".join(languages())
            fail(f"không có tiếng {language!r}", f"there is no language {language!r}; there are {there}")
    for size in arguments.size:
        try:
            panel_of(size, arguments.diagonal)
        except ValueError as error:
            fail(f"cỡ màn hình {size!r} chưa đúng", str(error))
    larges = (True,) if arguments.large else (False, True)
    return list(
        shots(names, sizes=arguments.size, tongues=arguments.lang, larges=larges, contrast_sizes=contrast_sizes)
    )


def _studio(config: Path | None, diagonal: float | None) -> Studio:
    from kiosk.catalogue import load_catalogue
    from kiosk.pictures import Studio

    settings = _sample_settings(config)
    return Studio(
        settings, load_catalogue(Path(settings.kiosk.catalogue) if settings.kiosk.catalogue else None), diagonal
    )


def _in_parts(work: Callable[[Task], list[str]], wanted: list[Shot], arguments: argparse.Namespace) -> list[str]:
    """`work` over every panel and language, on every core there is; what the parts say, in order."""
    from concurrent.futures import ProcessPoolExecutor
    from itertools import groupby
    from multiprocessing import get_context

    grouped = [list(group) for _key, group in groupby(wanted, key=lambda shot: (shot.size, shot.language))]
    tasks = [(group, arguments.config, arguments.diagonal, getattr(arguments, "out", None)) for group in grouped]
    cores = min(len(tasks), os.cpu_count() or 1)
    if cores < 2:
        return [line for task in tasks for line in work(task)]
    # A new interpreter for each: a copy of this one would share SDL's state.
    with ProcessPoolExecutor(cores, get_context("spawn")) as pool:
        return [line for lines in pool.map(work, tasks) for line in lines]


def _draw_part(task: Task) -> list[str]:
    from kiosk.pictures import write

    group, config, diagonal, out = task
    assert out is not None
    write(_studio(config, diagonal), group, out)
    return []


def _no_window() -> None:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    os.environ["SDL_VIDEODRIVER"] = "dummy"


def _screenshot(arguments: argparse.Namespace) -> int:
    _no_window()
    from config.cli import fail
    from kiosk.pictures import CONTRAST_SIZES, write_page
    from kiosk.samples import samples

    models = samples()
    wanted = list(models) if arguments.all else arguments.screen
    if not wanted:
        fail("cần --all hoặc --screen TÊN", "give --all or --screen NAME")
    for name in wanted:
        if name not in models:
            fail(f"không có màn hình {name!r}", f"there is no screen {name!r}; there are {', '.join(models)}")
    arguments.out = arguments.out.absolute()
    chosen = _shots(arguments, wanted, CONTRAST_SIZES if arguments.all or arguments.contrast else ())
    if not arguments.all:
        # One screen: as it is asked for, not in every way there is.
        sizes = arguments.size or ["1280x800"]
        tongues = arguments.lang or ["vi"]
        chosen = [
            shot
            for shot in chosen
            if shot.size in sizes
            and shot.language in tongues
            and shot.large == arguments.large
            and shot.contrast == arguments.contrast
        ]
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        _in_parts(_draw_part, chosen, arguments)
        write_page(chosen, arguments.out)
    except OSError as error:
        fail(f"không ghi được ảnh vào {arguments.out}", f"cannot write to {arguments.out}: {error.strerror}")
    print(f"{len(chosen)} ảnh trong / pictures in {arguments.out} (index.html)")
    return EXIT_OK


def _check_part(task: Task) -> list[str]:
    group, config, diagonal, _out = task
    studio = _studio(config, diagonal)
    return [f"{shot.file}: {problem}" for shot in group for problem in studio.problems(shot)]


def _check(arguments: argparse.Namespace) -> int:
    _no_window()
    from kiosk.pictures import SIZES, ways
    from kiosk.samples import samples

    wanted = _shots(arguments, list(samples()), SIZES)
    found = [str(problem) for problem in ways(_studio(arguments.config, arguments.diagonal))]
    found += _in_parts(_check_part, wanted, arguments)
    for line in found:
        print(line)
    print(f"{len(wanted)} màn hình, {len(found)} lỗi / {len(wanted)} screens, {len(found)} problems")
    return EXIT_PROBLEMS if found else EXIT_OK
