"""The staff's screens: a PIN, and tests of what hangs on this machine. They also stand on a 7" panel of 800x480."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from kiosk.model import Model
from kiosk.screens.look import Look
from kiosk.screens.paging import pages_of
from kiosk.tasks.staff import COLOURS, CROSSES, PARTS, PIN_MAX, PIN_MIN
from kiosk.view.metrics import KEY_MM
from kiosk.view.widgets import (
    ACT,
    CALL,
    DONE,
    HAIR,
    INK,
    PAPER,
    PRIMARY,
    WASH,
    WHITE,
    Box,
    Fit,
    Gap,
    Icon,
    Live,
    Rule,
    Text,
    Widget,
    column,
    row,
)

PIN_ROWS = (("1", "2", "3", "4"), ("5", "6", "7", "8"), ("9", "0", "backspace", "enter"))
GAP = 3.4
COLOUR_CARDS = (
    (("#FFFFFF", "#C0C0C0", "#808080", "#404040", "#000000"),),
    (("#FF0000",), ("#00A000",), ("#0000FF",)),
    ((INK, PRIMARY, DONE, ACT, CALL), (WASH, PAPER, WHITE)),
    (("#FFFFFF",),),
    (("#000000",),),
)
"""Greys, pure colours, our own, and two planes on which a dead point shows."""


def _frame(look: Look, model: Model, content: Widget, main: Box | None = None) -> Box:
    """Content and footer: there is no head, because there is no room for one on the small panel."""
    foot = replace_foot(look, model, main)
    body = Box((replace(content, grow=1),), "column", pad=(look.margin, look.pad), grow=1)
    return Box((body, Rule(HAIR), foot), "column", fill=PAPER)


def replace_foot(look: Look, model: Model, main: Box | None) -> Box:
    """Home, back to the list of tests, what the test does, *Xong*."""
    m, words = look.metrics, look.words
    gap = max(GAP, m.space * 0.6)
    home = look.button("home", words("nav.home"), icon="home", pad=(m.space * 0.5, 0))
    inner = model.screen not in ("staff", "staff_pin")
    back = look.button("staff:menu", words("nav.back"), icon="back", pad=(m.space * 0.5, 0)) if inner else None
    done = look.button("done", words("nav.done"), main=main is None, pad=(m.space * 0.5, 0))
    full = (home, back, Gap(grow=1), main, done)
    bare = tuple(_bare(each) for each in full)
    one = Fit((row(*full, gap=gap, align="center"), row(*bare, gap=gap, align="center")))
    return Box((one,), "column", pad=(look.margin, 0), fill=WHITE, justify="center", height=m.target + m.space * 0.7)


def _bare(each: Box | Gap | None) -> Box | Gap | None:
    if not isinstance(each, Box):
        return each
    return replace(each, children=tuple(c for c in each.children if not isinstance(c, Icon)), pad=(1.5, 0))


def _room(look: Look) -> tuple[float, float]:
    m = look.metrics
    return m.width - 2 * look.margin, m.height - (m.target + m.space * 0.7) - 2 * look.pad - 0.5


def pin(look: Look, model: Model) -> Box:
    """The PIN; or, where none is set up, how one is set over SSH."""
    words, m = look.words, look.metrics
    if model.staff.state == "unset":
        return _frame(
            look,
            model,
            column(look.lead(words("staff.unset")), look.body(words("staff.unset.how")), Gap(grow=1), gap=GAP),
        )
    wait = max(0, int(model.guard.until - model.now + 0.999))
    staff = model.staff
    live = staff.state != "asking" and not wait
    said = words(f"staff.pin.{staff.state}") if staff.state else words("staff.pin.text")
    if wait:
        said = words("staff.pin.wait", n=wait)
    dots = "●" * len(staff.pin) + "○" * max(0, PIN_MIN - len(staff.pin))
    shown = row(*[_dot(look, mark == "●") for mark in dots[:PIN_MAX]], gap=1.6, align="center")
    left = column(look.lead(words("staff.pin.title")), shown, look.body(said), Gap(grow=1), gap=GAP, grow=1)
    rows = [row(*[_pin_key(look, each, live, len(staff.pin)) for each in line], gap=GAP) for line in PIN_ROWS]
    board = column(*rows, gap=GAP)
    side = 4 * (_key(look) * 1.1) + 3 * GAP
    if m.portrait:
        return _frame(look, model, column(left, board, gap=GAP))
    return _frame(look, model, row(left, replace(board, width=side), gap=m.space, align="start"))


def _key(look: Look) -> float:
    return max(KEY_MM + 0.3, min(22.0, KEY_MM * look.metrics.factor))


def _dot(look: Look, full: bool) -> Box:
    side = look.metrics.body * 0.9
    return Box(
        (), "column", fill=INK if full else WHITE, edge=INK, edge_mm=0.5, radius=side / 2, width=side, height=side
    )


def _pin_key(look: Look, name: str, live: bool, length: int) -> Box:
    m = look.metrics
    icon = {"backspace": "backspace", "enter": "check"}.get(name)
    usable = live and (length >= PIN_MIN if name == "enter" else True)
    ink = look.primary if usable else "#47535A"
    shown: Widget = Icon(icon, m.body * 1.6, ink) if icon else Text(name, m.lead, 600, ink, "center", lines=1)
    box = Box(
        (shown,), "column", fill=WHITE if usable else PAPER, align="center", justify="center",
        height=_key(look), grow=1.0, radius=m.radius * 0.6, target="key",
    )  # fmt: skip
    if not usable:
        return box
    return replace(box, edge="#7C8A8F", edge_mm=0.4, id=f"pin:{name}", pressed=look.pressed(False))


def menu(look: Look, model: Model) -> Box:
    """What can be looked at."""
    words = look.words
    wide, _high = _room(look)
    across = 3 if look.metrics.portrait else 4
    tiles = [_tile(look, f"staff:{part}", words(f"staff.{part}")) for part in PARTS]
    sure = model.staff.state == "sure"
    again = words("staff.restart.sure" if sure else "staff.restart")
    tiles.append(_tile(look, "do:restart", again, sure=sure))
    cell = (wide - GAP * (across - 1)) / across - 0.4
    rows: list[Widget] = []
    for at in range(0, len(tiles), across):
        line: list[Widget] = [replace(each, width=cell) for each in tiles[at : at + across]]
        rows.append(row(*line, gap=GAP))
    note = words("staff.restarting" if model.staff.state == "asking" else "staff.text")
    return _frame(
        look,
        model,
        column(look.lead(words("staff.title"), lines=1), *rows, Fit((look.body(note), Gap(0.1)), grow=1), gap=GAP),
    )


def _tile(look: Look, target: str, text: str, *, sure: bool = False) -> Box:
    m = look.metrics
    ink = ACT if sure else look.primary
    return Box(
        (Text(text, m.body, 600, ink, "center", lines=2),), "column", 0, (1.2, 0.6), WHITE, ink, 0.8 if sure else 0.42,
        m.radius, "stretch", "center", min_height=m.target, id=target, pressed=look.pressed(False),
    )  # fmt: skip


def camera(look: Look, model: Model) -> Box:
    """What the camera sees, with what was decoded outlined."""
    words = look.words
    if not model.camera:
        return _frame(look, model, column(look.lead(words("staff.camera")), look.body(words("staff.camera.none"))))
    live = Live(looking=look.primary, found=DONE, grow=1, min_height=20)
    if look.metrics.portrait:
        return _frame(look, model, column(look.body(words("staff.camera.text")), live, gap=GAP, grow=1))
    said = replace(column(look.body(words("staff.camera.text"))), width=look.room[0] * 0.3)
    return _frame(look, model, replace(row(said, live, gap=look.metrics.space, align="stretch"), grow=1))


def touch(look: Look, model: Model) -> Box:
    """Crosses to hit in the corners and the middle, and the trail of the finger."""
    words, m = look.words, look.metrics
    hit = model.staff.crosses
    size = KEY_MM + 0.3

    def cross(number: int) -> Box:
        there = number in hit
        sign = Icon("check" if there else "plus", size * 0.55, DONE if there else look.primary)
        return Box(
            (sign,), "column", fill=WHITE, edge=look.primary, edge_mm=0.42, radius=size / 2,
            align="center", justify="center", width=size, height=size, target="key", id=f"cross:{number}",
            pressed=look.pressed(False),
        )  # fmt: skip

    said = words("staff.touch.all" if len(hit) == CROSSES else "staff.touch.text", n=CROSSES - len(hit))
    grow = Gap(grow=1)
    middle = row(look.body(said, grow=1), cross(4), Gap(grow=1), gap=m.space, align="center")
    field = column(row(cross(0), grow, cross(1)), grow, middle, grow, row(cross(2), grow, cross(3)), grow=1)
    tree = _frame(look, model, field)
    dots = [_point(look, x, y) for x, y in model.staff.trail]
    return Box((tree, *dots), "stack")


def _point(look: Look, x: float, y: float) -> Box:
    """A spot where the finger was; on the panel's own measures."""
    m, size = look.metrics, 2.0
    dot = Box((), "column", fill=ACT, radius=size / 2, width=size, height=size)
    left = min(max(0.0, x * m.width - size / 2), m.width - size)
    top = min(max(0.0, y * m.height - size / 2), m.height - size)
    across = row(Box((), "column", width=left, height=size), dot, align="start")
    return column(Box((), "column", height=top), across)


def colours(look: Look, model: Model) -> Box:
    """Planes of colour, a card at a time."""
    words = look.words
    card = COLOUR_CARDS[model.page % COLOURS]
    planes = column(*[row(*[Box((), "column", fill=each, grow=1) for each in line], grow=1) for line in card], grow=1)
    following = look.button("colour:next", words("staff.colours.next"), main=True)
    return _frame(look, model, planes, following)


def sound(look: Look, model: Model) -> Box:
    """The kiosk's own sound device: a sentence, at a volume."""
    words, m = look.words, look.metrics
    kiosk = look.settings.kiosk
    if model.staff.state == "none":
        return _frame(
            look, model, column(look.lead(words("staff.sound")), look.body(words("staff.sound.none")), gap=GAP)
        )
    volume = model.staff.volume or kiosk.volume
    said = words(f"staff.sound.{model.staff.state}") if model.staff.state in ("played", "silent") else ""
    steps = row(
        _tile(look, "level:down", "–"),
        Text(f"{volume} %", m.lead, 700, INK, "center", lines=1, grow=1),
        _tile(look, "level:up", "+"),
        gap=m.space,
        align="center",
    )
    steps = replace(
        steps, children=tuple(replace(c, width=m.target * 1.4) if isinstance(c, Box) else c for c in steps.children)
    )
    play = look.button("do:sound", words("staff.sound.play"), main=True)
    note = words("staff.sound.keep", n=volume)
    return _frame(look, model, column(look.lead(words("staff.sound")), steps, look.body(said or note), gap=GAP), play)


def printer(look: Look, model: Model) -> Box:
    """A test slip, by the same way as a ticket."""
    words, state = look.words, model.staff.state
    said = words(f"staff.printer.{state}" if state else "staff.printer.text")
    play = look.button("do:printer", words("staff.printer.play"), main=True) if state != "asking" else None
    return _frame(look, model, column(look.lead(words("staff.printer")), look.body(said), gap=GAP), play)


def links(look: Look, model: Model) -> Box:
    """How hub, uplink, server and scanner stand, versions and addresses."""
    words, m = look.words, look.metrics
    wide, high = _room(look)
    lines: list[Widget] = []
    for each in model.staff.links:
        name = look.body(words(f"staff.link.{each.part}"), soft=True)
        told = look.body(unicodedata.normalize("NFC", each.told), bold=True, grow=1)
        sign = {True: "check", False: "warn", None: ""}[each.fine]
        mark: Widget = Icon(sign, m.body * 1.4, DONE if each.fine else ACT) if sign else Gap(m.body * 1.4)
        lines.append(row(mark, column(name, told, gap=0.3, grow=1), gap=m.space * 0.6, align="center"))
    if not lines:
        lines = [look.body(words("staff.links.asking" if model.staff.state == "asking" else "staff.links.none"))]
    pages = pages_of(look.layout, lines, wide - look.pager_mm, high, GAP)
    page = min(model.page, len(pages) - 1)
    again = look.button("do:links", words("staff.links.again"), main=True) if model.staff.state != "asking" else None
    body = row(column(*pages[page], gap=GAP, grow=1), look.pager(page, len(pages), high), gap=m.space, grow=1)
    return _frame(look, model, body, again)
