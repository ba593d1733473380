"""Every screen on every panel, in both languages and text sizes: nothing cut, overlapping, small or pale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import config
from config.load import load_settings
from kiosk.catalogue import load_catalogue
from kiosk.locale import languages
from kiosk.model import Model
from kiosk.samples import samples
from kiosk.screens import SCREENS
from kiosk.stage import DIAGONAL_IN, Stage, panel_of
from kiosk.view.checks import check
from kiosk.view.layout import Layout
from kiosk.view.metrics import Metrics
from kiosk.view.widgets import Box, Text, column, row

SETTINGS = load_settings(Path(config.__file__).parent / "sites" / "six-counters.toml", {})
CATALOGUE = load_catalogue()
STAGES: dict[str, Stage] = {}


def stage(size: str, diagonal: float | None = None) -> Stage:
    key = f"{size}-{diagonal}"
    if key not in STAGES:
        STAGES[key] = Stage(SETTINGS, CATALOGUE, panel_of(size, diagonal))
    return STAGES[key]


def test_there_is_a_sample_of_every_screen() -> None:
    assert {model.screen for model in samples().values()} == set(SCREENS)


@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("size", sorted(DIAGONAL_IN))
def test_every_screen_passes_its_checks(size: str, language: str, large: bool) -> None:
    found = [
        f"{name}: {problem}"
        for name, model in samples().items()
        for problem in stage(size).problems(replace(model, language=language, large=large))
    ]
    assert found == []


@pytest.mark.parametrize("diagonal", [21.5])
def test_the_sketches_own_panel_passes_too(diagonal: float) -> None:
    found = [f"{n}: {p}" for n, model in samples().items() for p in stage("1920x1080", diagonal).problems(model)]
    assert found == []


@pytest.mark.parametrize("size", ["1024x600", "1280x800"])
def test_every_procedure_can_be_read_to_its_end(size: str) -> None:
    """Turning the pages of any procedure shows all its papers, and nothing on the way is cut."""
    on = stage(size)
    for each in CATALOGUE.procedures[::4]:
        model = Model(
            screen="procedure", trail=("home", "fields", "list"), procedure=each.code, hub=samples()["home"].hub
        )
        seen: list[str] = []
        for page in range(20):
            at = replace(model, page=page)
            assert on.problems(at) == [], (each.code, page)
            items = on.place(at)
            seen += [getattr(item.widget, "text", "") for item in items if item.kind == "text"]
            if not any(item.id == "page:next" for item in items):
                break
        for paper in each.papers:
            assert any(text.startswith(paper.text) for text in seen), (each.code, paper.text)


def test_home_and_done_stand_on_every_screen_but_home() -> None:
    on = stage("1280x800")
    for name, model in samples().items():
        ids = {item.id for item in on.place(model)}
        if model.screen == "attract":
            assert ids == {None}, name  # a touch anywhere leads home
            continue
        if model.screen != "home":
            assert {"home", "done"} <= ids, name
        assert {"modes", "language"} <= ids, name


def test_the_number_of_a_ticket_is_at_least_22_mm_high() -> None:
    for size in DIAGONAL_IN:
        items = stage(size).place(samples()["ticket"])
        caps = [item.widget.cap for item in items if isinstance(item.widget, Text) and item.widget.text == "A042"]
        assert caps and caps[0] >= 22, size


def test_the_checks_do_find_what_is_wrong() -> None:
    on = stage("1280x800")
    metrics = Metrics(on.panel)
    layout = Layout(metrics, on.book)

    def rules(tree: Box) -> set[str]:
        return {problem.rule for problem in check(layout.place(tree), metrics, on.book)}

    assert "cut" in rules(column(Box((Text("dài " * 30, 6, lines=1),), width=40)))
    assert "contrast" in rules(column(Text("nhạt", 6, colour="#999999"), fill="#FFFFFF"))
    assert "type" in rules(column(Text("nhỏ", 3)))
    assert "glyph" in rules(column(Text("\U0001f600", 6)))
    assert "target" in rules(row(Box(id="x", width=10, height=10, fill="#0E4A56"), align="start"))
    near = [Box(id=name, width=25, height=25, fill="#0E4A56") for name in "ab"]
    assert "gap" in rules(row(*near, gap=0.5, align="start"))
    assert "overlap" in rules(Box((Text("một", 6), Text("hai", 6)), "stack"))
