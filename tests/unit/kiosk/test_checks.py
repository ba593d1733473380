"""The checks of `motcua kiosk check` find every kind of planted fault, and nothing on a screen that is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import Flow
from kiosk.model import Event, Model, Tap, Tick
from kiosk.moves import Env, Out
from kiosk.samples import samples
from kiosk.view.checks import Problem, check
from kiosk.view.fonts import FontBook
from kiosk.view.layout import Layout
from kiosk.view.metrics import Metrics, Panel
from kiosk.view.scheme import CONTRAST, NORMAL, Scheme
from kiosk.view.widgets import ACT, DONE, EDGE, HAIR, PRIMARY, WHITE, Box, Code, Gap, Icon, Text, Widget, column, row
from kiosk.ways import front_ids, time_out, way_home

PANEL = Panel(1280, 800, 10.1)


@pytest.fixture(scope="module")
def book() -> FontBook:
    return FontBook()


def _button(name: str, **kw: object) -> Box:
    box = Box((), "column", fill=WHITE, edge=PRIMARY, id=name, width=25.0, height=25.0)
    return replace(box, **kw)  # type: ignore[arg-type]


def _low(widget: Widget) -> Box:
    """`widget` where a main action belongs."""
    return column(Gap(grow=1), row(widget), pad=(4, 4))


FAULTS: dict[str, tuple[str, Widget]] = {
    "a line that is too long": ("cut", column(Box((Text("dài " * 30, 6, lines=1),), width=40))),
    "more lines than there is room for": ("cut", column(Box((Text("chữ " * 60, 6),), width=40, height=20))),
    "a child larger than its box": ("cut", row(Box((Box(width=60, height=60),), width=30, height=30), align="start")),
    "a QR code in too small a place": ("cut", row(Box((Code("x" * 200),), width=20, height=20), align="start")),
    "grey words": ("contrast", column(Text("nhạt", 6, colour="#999999"), fill=WHITE)),
    "coloured words that are not bold": ("contrast", column(Text("chữ thường", 6, colour=DONE), fill=WHITE)),
    "a pale icon": ("contrast", column(Icon("home", 8, HAIR), fill=WHITE)),
    "a control whose edge is not seen": ("contrast", _low(_button("x", edge=HAIR))),
    "small type": ("type", column(Text("nhỏ", 3))),
    "a letter that no font has": ("glyph", column(Text("\U0001f600", 6))),
    "a small control": ("target", _low(_button("x", height=19.0))),
    "a narrow control": ("target", _low(_button("x", width=19.0))),
    "a small key": ("target", _low(_button("x", target="key", width=14.0, height=14.0))),
    "controls side by side": ("gap", row(_button("a"), _button("b"), gap=2.0, align="start")),
    "controls one above the other": ("gap", column(_button("a"), _button("b"), gap=2.0, align="start")),
    "words on words": ("overlap", Box((Text("một", 6), Text("hai", 6)), "stack")),
    "words on a QR code": ("overlap", Box((Code("một"), Text("hai", 6)), "stack")),
    "the main action at the top": ("reach", row(_button("go", fill=PRIMARY), align="start")),
}


def _found(tree: Widget, book: FontBook, scheme: Scheme = NORMAL, large: bool = False) -> list[Problem]:
    metrics = Metrics(PANEL, large)
    return check(Layout(metrics, book, scheme).place(tree), metrics, book, scheme)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_planted_fault_is_found(fault: str, book: FontBook) -> None:
    rule, tree = FAULTS[fault]
    assert rule in {problem.rule for problem in _found(tree, book)}


@pytest.mark.parametrize("scheme", [NORMAL, CONTRAST], ids=["normal", "contrast"])
def test_a_good_screen_has_no_problem_in_either_scheme(scheme: Scheme, book: FontBook) -> None:
    words = (Text("Chữ thường", 4.8), Text("Đã xong", 6, 700, DONE), Text("Cần làm", 6, 700, ACT))
    tree = column(
        *words,
        row(Code("https://example.invalid"), Gap(grow=1)),
        Gap(grow=1),
        row(_button("a"), _button("b", fill=PRIMARY), _button("k", edge=EDGE, width=15.2, target="key"), gap=3.2),
        gap=2.0,
        pad=(4, 4),
        fill=WHITE,
    )
    assert _found(tree, book, scheme) == []


def test_large_text_asks_for_large_letters(book: FontBook) -> None:
    tree = column(Text("đủ lớn cho cỡ thường", 4.8))
    assert _found(tree, book) == []
    assert {problem.rule for problem in _found(tree, book, large=True)} == {"type"}


def test_a_colour_that_the_scheme_makes_pale_is_found(book: FontBook) -> None:
    """A scheme that paints every word grey: the check reads what is on the glass, not what was asked for."""

    class Grey(Scheme):
        __slots__ = ()

        def ink(self, colour: str, ground: str) -> str:
            return "#777777"

    grey = Grey("grey", "#FFFFFF", (0, 0, 0, 0))
    assert {problem.rule for problem in _found(column(Text("chữ", 6)), book, grey)} == {"contrast"}


def test_behind_a_dialogue_nothing_can_be_tapped(book: FontBook) -> None:
    layout = Layout(Metrics(PANEL), book)
    over = Box((_button("home"), Box(scrim=True), column(_button("more"), align="center", justify="center")), "stack")
    assert front_ids(layout.place(over)) == ["more"]


SCAN = samples()["scan"]


def test_a_screen_without_a_way_home_is_found() -> None:
    flow = Flow(Env())
    assert way_home(flow, SCAN, lambda model: ["home", "back"]) == []
    assert [problem.rule for problem in way_home(flow, SCAN, lambda model: ["back", "more"])] == ["way"]
    assert [problem.rule for problem in way_home(flow, SCAN, lambda model: [])] == ["way"]


def test_a_home_button_that_does_nothing_is_found() -> None:
    class Deaf(Flow):
        def on(self, event: Event, model: Model) -> Out:
            return (model, ()) if isinstance(event, Tap) else super().on(event, model)

    assert [problem.rule for problem in way_home(Deaf(Env()), SCAN, lambda model: ["home"])] == ["way"]


def test_a_screen_that_never_wipes_itself_is_found() -> None:
    class Stuck(Flow):
        def on(self, event: Event, model: Model) -> Out:
            return (replace(model, now=event.now), ()) if isinstance(event, Tick) else super().on(event, model)

    assert time_out(Flow(Env()), SCAN) == []
    assert [problem.rule for problem in time_out(Stuck(Env()), SCAN)] == ["time"]


def test_a_wipe_without_warning_and_one_that_leaves_something_are_found() -> None:
    class Rash(Flow):
        def on(self, event: Event, model: Model) -> Out:
            after, effects = super().on(event, model)
            return self.wipe(model) if after.warn_left is not None else (after, effects)

    class Gossip(Flow):
        def wipe(self, model: Model) -> Out:
            clean, effects = super().wipe(model)
            return replace(clean, code="H38.12.25-261116-0003"), effects

    assert "warning" in time_out(Rash(Env()), SCAN)[0].detail
    assert [problem.rule for problem in time_out(Gossip(Env()), SCAN)] == ["time"]
