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
from kiosk.pictures import PEOPLE, SIZES, Studio, shots, staff, ways
from kiosk.samples import samples
from kiosk.screens import SCREENS
from kiosk.stage import STAFF_SIZE, Stage, panel_of
from kiosk.view.widgets import Text

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


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio(SETTINGS, CATALOGUE)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", languages())
def test_every_screen_passes_its_checks(studio: Studio, size: str, language: str) -> None:
    """Both text sizes, both schemes of colours."""
    wanted = shots(list(samples()), sizes=[size], tongues=[language], contrast_sizes=("1280x800", STAFF_SIZE))
    found = [f"{shot.file}: {problem}" for shot in wanted for problem in studio.problems(shot)]
    assert found == []


def test_every_state_has_a_way_home_and_a_time_out(studio: Studio) -> None:
    assert [str(problem) for problem in ways(studio)] == []


def test_every_combination_is_shown_once_and_staff_screens_alone_on_the_small_panel() -> None:
    names = [*samples(), "staff-x"]
    every = list(shots(names))
    assert len({shot.file for shot in every}) == len(every)
    people = [shot for shot in every if shot.name == "home"]
    assert {(s.size, s.language, s.large) for s in people if not s.contrast} == {
        (size, language, large) for size in PEOPLE for language in languages() for large in (False, True)
    }
    assert any(shot.contrast for shot in people)
    assert {shot.name for shot in every if shot.size == STAFF_SIZE} == {name for name in names if staff(name)}


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
        if not staff(name):
            assert {"modes", "language"} <= ids, name


def test_the_number_of_a_ticket_is_at_least_22_mm_high() -> None:
    for size in PEOPLE:
        items = stage(size).place(samples()["ticket"])
        caps = [item.widget.cap for item in items if isinstance(item.widget, Text) and item.widget.text == "A042"]
        assert caps and caps[0] >= 22, size
