"""Partial painting leaves on the glass what a fresh picture shows; QR, camera picture and contrast."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pygame
import pytest
import zxingcpp
from PIL import Image

import config
from config.load import load_settings
from kiosk.catalogue import load_catalogue
from kiosk.pictures import sample_frame
from kiosk.samples import samples, world
from kiosk.stage import Stage, panel_of, scheme_of, shown
from kiosk.view import code
from kiosk.view.code import QUIET, TooLong, squares
from kiosk.view.layout import Layout
from kiosk.view.live import Frame, fitted
from kiosk.view.metrics import Metrics, Panel
from kiosk.view.paint import Painter, flood
from kiosk.view.scheme import CONTRAST, NORMAL, contrast
from kiosk.view.widgets import ACT, CALL, DONE, EDGE, HAIR, INK, INK_SOFT, PAPER, PRIMARY, WASH, WHITE, Code, column

MODELS = samples()


def _pixels(surface: pygame.Surface) -> bytes:
    return pygame.image.tobytes(surface, "RGB")


def _new_stage() -> Stage:
    settings = world.shown(load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {}))
    return Stage(settings, load_catalogue(), panel_of("1280x800"))


@pytest.fixture(scope="module")
def stage() -> Stage:
    return _new_stage()


@pytest.fixture(scope="module")
def fresh() -> Stage:
    return _new_stage()


def test_partial_painting_leaves_what_a_fresh_picture_shows(stage: Stage, fresh: Stage) -> None:
    """A walk over random screens, with presses, text sizes and both schemes."""
    chance = random.Random(5)
    glass = pygame.Surface((1280, 800), 0, 32)
    names = [name for name in MODELS if "scan" not in name and "camera" not in name and name != "my_ticket"]
    for step in range(45):
        model = MODELS[chance.choice(names)]
        modes = replace(model.modes, contrast=chance.random() < 0.25)
        model = replace(model, large=chance.random() < 0.25, modes=modes)
        stage.show(glass, model)
        ids = [item.id for item in stage.items if item.id]
        held = chance.choice(ids) if ids and step % 2 else None
        stage.press(glass, held)
        stage.feed(None)
        expected = pygame.Surface((1280, 800), 0, 32)
        items = fresh.place(model, held)
        fresh.painter.paint(expected, items, [(0, 0, 1280, 800)], scheme_of(model))
        assert _pixels(glass) == _pixels(expected), (step, model.screen, held)
        stage.press(glass, None)
        assert _pixels(glass) == _pixels(fresh.picture(model)), (step, model.screen)


def test_a_press_repaints_the_control_alone_and_says_where(stage: Stage) -> None:
    glass = pygame.Surface((1280, 800), 0, 32)
    stage.show(glass, MODELS["home"])
    place = next(item.rect for item in stage.items if item.id == "go:rate")
    assert stage.press(glass, "go:rate") == [place]
    assert stage.press(glass, "go:rate") == []
    assert stage.show(glass, MODELS["home"], "go:rate") == []
    assert stage.press(glass, None) == [place]


def test_seconds_alone_change_nothing_where_no_second_is_written(stage: Stage) -> None:
    glass = pygame.Surface((1280, 800), 0, 32)
    home = MODELS["home"]
    stage.show(glass, home)
    assert stage.show(glass, replace(home, now=home.now + 7, touched=home.touched + 3)) == []
    ticket = MODELS["ticket-no-paper"]
    assert shown(ticket) == shown(replace(ticket, now=ticket.now + 0.4))
    assert shown(ticket) != shown(replace(ticket, now=ticket.now + 1.4))


def test_a_qr_code_on_the_screen_is_read_back_in_both_schemes(stage: Stage) -> None:
    text = "Đăng ký khai sinh: Tờ khai theo mẫu; giấy chứng sinh. Nộp ở Quầy 2."
    for scheme in (NORMAL, CONTRAST):
        layout = Layout(Metrics(stage.panel), stage.book, scheme)
        surface = pygame.Surface((1280, 800), 0, 32)
        items = layout.place(column(Code(text, 60.0), align="center", justify="center", fill=WHITE))
        Painter(stage.book).paint(surface, items, [(0, 0, 1280, 800)], scheme)
        found = zxingcpp.read_barcodes(Image.frombytes("RGB", (1280, 800), _pixels(surface)))
        assert [each.text for each in found] == [text]


def test_modules_are_never_smaller_than_half_a_millimetre(stage: Stage) -> None:
    for size in ("1024x600", "1280x800", "1920x1080"):
        metrics = Metrics(panel_of(size))
        layout = Layout(metrics, stage.book)
        for wish in (None, 5.0, 45.0, 90.0):
            module, side = layout.code_px(Code("x" * 300, wish))
            assert metrics.mm(module) >= 0.5 and side == module * len(squares("x" * 300))
            if wish == 90.0:
                assert metrics.mm(side) <= 90.0


def test_the_quiet_zone_is_white_and_a_code_is_forgotten() -> None:
    rows = squares("xin chào")
    edge = [*rows[:QUIET], *rows[-QUIET:]]
    assert not any(any(row) for row in edge) and not any(any((*row[:QUIET], *row[-QUIET:])) for row in rows)
    code.forget()
    assert squares.cache_info().currsize == 0
    with pytest.raises(TooLong):
        squares("x" * 4000)


def test_the_camera_picture_repaints_its_own_place_and_is_dropped(stage: Stage) -> None:
    glass = pygame.Surface((1280, 800), 0, 32)
    stage.show(glass, MODELS["scan"])
    assert stage.wants_frames
    place = next(item.rect for item in stage.items if item.kind == "live")
    before = _pixels(glass)
    stage.feed(sample_frame())
    assert stage.show(glass, MODELS["scan"]) == [place]
    assert _pixels(glass) != before
    stage.forget()
    assert stage.painter.frame is None
    stage.show(glass, MODELS["scan"])
    assert _pixels(glass) == before
    stage.feed(sample_frame())
    stage.show(glass, MODELS["home"])
    assert stage.painter.frame is None and not stage.wants_frames


def test_a_frame_keeps_its_shape_and_shows_no_bytes() -> None:
    frame = Frame(bytes(640 * 480), 640, 480)
    assert fitted(frame, (10, 20, 400, 400)) == (10, 70, 400, 300)
    assert "luma" not in repr(frame) and len(repr(frame)) < 200
    assert Frame(bytes(100 * 10), 90, 10, stride=100).width == 90
    for luma, stride in ((b"123", 0), (bytes(640 * 480), 600)):
        with pytest.raises(ValueError):
            Frame(luma, 640, 480, stride=stride)


def test_contrast_pairs_are_at_least_seven_to_one() -> None:
    for fill in (None, PAPER, WHITE, WASH, PRIMARY, CALL, DONE, ACT, "#C7DADD"):
        for held in (False, True):
            plane, edge = CONTRAST.plane(fill, PRIMARY, CONTRAST.paper, held=held)
            ground = plane or CONTRAST.paper
            for ink in (INK, INK_SOFT, WHITE, PRIMARY, CALL, DONE, ACT):
                assert contrast(CONTRAST.ink(ink, ground), ground) >= 7, (fill, held, ink)
            assert max(contrast(ground, CONTRAST.paper), contrast(edge or ground, CONTRAST.paper)) >= 3
    for ink in (EDGE, HAIR):
        assert contrast(CONTRAST.ink(ink, CONTRAST.paper), CONTRAST.paper) >= 3
    assert NORMAL.ink(INK, WHITE) == INK and NORMAL.plane(CALL, EDGE, WHITE) == (CALL, EDGE)


def test_the_fast_fill_paints_exactly_what_sdl_fills() -> None:
    chance = random.Random(1)
    one, other = (pygame.Surface((200, 150), 0, 32) for _ in range(2))
    for _ in range(400):
        rect = (chance.randint(-20, 190), chance.randint(-20, 140), chance.randint(0, 180), chance.randint(0, 140))
        colour = f"#{chance.randrange(1 << 24):06X}"
        clip = pygame.Rect(
            chance.randint(0, 100), chance.randint(0, 100), chance.randint(1, 150), chance.randint(1, 99)
        )
        for surface in (one, other):
            surface.set_clip(clip)
        one.fill(colour, rect)
        flood(other, colour, rect)
        assert one.get_buffer().raw == other.get_buffer().raw, (rect, clip)


def test_every_panel_has_its_millimetres() -> None:
    assert panel_of("800x480") == Panel(800, 480, 7.0)
    with pytest.raises(ValueError):
        panel_of("800")
