"""`motcua kiosk …`: the screen itself, pictures of every screen, and the checks on them."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.process import EXIT_OK

if TYPE_CHECKING:
    from config.settings import Settings

EXIT_PROBLEMS = 1
SIZES = ("1024x600", "1280x800", "1920x1080", "720x1280")


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
    shot.add_argument("--out", type=Path, required=True, metavar="DIR", help="thư mục ảnh / folder of the pictures")
    _panel_arguments(shot)
    shot.set_defaults(run=_screenshot)

    check = commands.add_parser(
        "check", help="kiểm tra mọi màn hình: cắt, chồng, cỡ, tương phản, chữ thiếu / check every screen"
    )
    _panel_arguments(check)
    check.set_defaults(run=_check)


def _panel_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="tệp cấu hình / settings file (default: a sample)")
    parser.add_argument("--size", action="append", default=[], metavar="WxH", help="1024x600, 1280x800, 1920x1080 …")
    parser.add_argument("--diagonal", type=float, metavar="INCH", help="đường chéo, inch / diagonal in inches")
    parser.add_argument("--lang", action="append", default=[], metavar="LANG", help="vi, en")
    parser.add_argument("--large", action="store_true", help="chữ to / large text")


def _settings(path: Path | None) -> Settings:
    from config.cli import settings_or_fail
    from config.load import load_settings

    return settings_or_fail(load_settings, path)


def _sample_settings(path: Path | None) -> Settings:
    import config

    return _settings(path or Path(config.__file__).parent / "sites" / "six-counters.toml")


def _run(arguments: argparse.Namespace) -> int:
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


def _stages(arguments: argparse.Namespace, sizes: tuple[str, ...], languages: tuple[str, ...]) -> Any:
    """Yields (size, language, stage) for each combination asked for."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    from config.cli import fail
    from kiosk.catalogue import load_catalogue
    from kiosk.locale import languages as known
    from kiosk.stage import Stage, panel_of

    settings = _sample_settings(arguments.config)
    catalogue = load_catalogue(Path(settings.kiosk.catalogue) if settings.kiosk.catalogue else None)
    for language in arguments.lang or languages:
        if language not in known():
            fail(f"không có tiếng {language!r}", f"there is no language {language!r}; there are {', '.join(known())}")
    for size in arguments.size or sizes:
        try:
            stage = Stage(settings, catalogue, panel_of(size, arguments.diagonal))
        except ValueError as error:
            fail(f"cỡ màn hình {size!r} chưa đúng", str(error))
        for language in arguments.lang or languages:
            yield size, language, stage


def _screenshot(arguments: argparse.Namespace) -> int:
    from config.cli import fail
    from kiosk.samples import samples
    from kiosk.stage import save

    models = samples()
    wanted = list(models) if arguments.all else arguments.screen
    if not wanted:
        fail("cần --all hoặc --screen TÊN", "give --all or --screen NAME")
    for name in wanted:
        if name not in models:
            fail(f"không có màn hình {name!r}", f"there is no screen {name!r}; there are {', '.join(models)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    count = 0
    for size, language, stage in _stages(arguments, ("1280x800",), ("vi",)):
        for name in wanted:
            model = replace(models[name], language=language, large=arguments.large)
            suffix = "-large" if arguments.large else ""
            save(stage.picture(model), arguments.out / f"{name}-{size}-{language}{suffix}.png")
            count += 1
    print(f"{count} ảnh trong / pictures in {arguments.out}")
    return EXIT_OK


def _check(arguments: argparse.Namespace) -> int:
    from kiosk.samples import samples

    screens = problems = 0
    for size, language, stage in _stages(arguments, SIZES, ("vi", "en")):
        for large in (True,) if arguments.large else (False, True):
            for name, model in samples().items():
                screens += 1
                for problem in stage.problems(replace(model, language=language, large=large)):
                    problems += 1
                    print(f"{name} {size} {language}{' large' if large else ''}: {problem}")
    print(f"{screens} màn hình, {problems} lỗi / {screens} screens, {problems} problems")
    return EXIT_PROBLEMS if problems else EXIT_OK
