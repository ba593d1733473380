"""How a person is served: a sheet over the same place, kept on the way home, gone at a wipe; and the attract screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import config
from config.cli import main
from config.load import load_settings
from kiosk.catalogue import load_catalogue
from kiosk.flow import Flow
from kiosk.model import Face, HubView, Key, Model, Modes, ServiceLine, Tap, Tick, Touched
from kiosk.moves import Env
from kiosk.samples import samples
from kiosk.samples.world import BASE, HUB, SHUT
from kiosk.screens.attract import next_help
from kiosk.screens.moments import shortest_wait
from kiosk.site_check import complaints
from kiosk.stage import DIAGONAL_IN, STAFF_SIZE, Stage, panel_of, scheme_of
from kiosk.view.layout import Item
from kiosk.view.scheme import CONTRAST, NORMAL

SITE = Path(config.__file__).parent / "sites" / "six-counters.toml"
SETTINGS = load_settings(SITE, {"MOTCUA_KIOSK__SPEAKER": "plughw:1,0"})
SILENT = load_settings(SITE, {})
CATALOGUE = load_catalogue()
STAGE = Stage(SETTINGS, CATALOGUE, panel_of("1280x800"))
FACE = Face(2026, 11, 23, 0, 8, 42)
ENV = Env(voice=True, languages=("vi", "en", "fr"), attract_s=60.0)


def tap(model: Model, *targets: str, env: Env = ENV) -> Model:
    for target in targets:
        model, _effects = Flow(env).on(Tap(target), model)
    return model


def texts(items: list[Item]) -> str:
    return " | ".join(str(getattr(item.widget, "text", "")) for item in items).replace("\u00a0", " ")


@pytest.mark.parametrize("name", sorted(each for each, model in samples().items() if model.screen != "attract"))
def test_closing_the_sheet_leads_back_to_exactly_the_same_place(name: str) -> None:
    model = replace(samples()[name], modes=Modes(), warn_left=None)
    back = tap(model, "modes", "contrast", "speak", "volume:up", "volume:down", "modes:close")
    assert back == replace(model, modes=Modes(contrast=True, speak=True, volume=70), touched=model.now)
    assert tap(model, "modes", "modes") == replace(model, touched=model.now)


def test_modes_last_through_home_and_are_gone_at_a_wipe() -> None:
    model = tap(BASE, "modes", "large", "contrast", "speak", "modes:close", "language:fr", "go:help")
    home = tap(model, "home")
    assert (home.large, home.language, home.modes.contrast, home.modes.speak) == (True, "fr", True, True)
    done = tap(model, "done")
    assert (done.large, done.language, done.modes) == (False, "vi", Modes())
    gone, _ = Flow(ENV).on(Tick(home.now + 1000, FACE), home)
    assert (gone.large, gone.language, gone.modes) == (False, "vi", Modes())


def test_the_volume_has_bounds_and_needs_a_voice() -> None:
    model = tap(BASE, *["volume:up"] * 20)
    assert model.modes.volume == 100 and tap(model, *["volume:down"] * 20).modes.volume == 20
    silent = tap(BASE, "speak", "volume:up", env=Env())
    assert not silent.modes.speak and silent.modes.volume is None


def test_a_voice_is_offered_only_where_there_is_a_device() -> None:
    for settings, offered in ((SETTINGS, True), (SILENT, False)):
        stage = Stage(settings, CATALOGUE, panel_of("1280x800"))
        ids = {item.id for item in stage.place(replace(BASE, modes=Modes(sheet="modes")))}
        assert {"large", "contrast", "modes:close"} <= ids
        assert ({"speak", "volume:up", "volume:down"} <= ids) == offered


def test_two_languages_change_places_and_more_are_chosen_by_name() -> None:
    two = replace(ENV, languages=("vi", "en"))
    assert tap(BASE, "language", env=two).language == "en" and tap(BASE, "language", "language", env=two) == BASE
    asked = tap(BASE, "language")
    assert asked.modes.sheet == "language" and asked.language == "vi"
    names = texts(STAGE.place(asked))
    assert "Tiếng Việt" in names and "English" in names and "Français" in names
    chosen = tap(asked, "language:fr")
    assert chosen.language == "fr" and chosen.modes.sheet == ""
    assert tap(asked, "language:xx").language == "vi"


def test_high_contrast_is_another_scheme() -> None:
    assert scheme_of(BASE) is NORMAL and scheme_of(tap(BASE, "contrast")) is CONTRAST


@pytest.mark.parametrize("size", sorted(set(DIAGONAL_IN) - {STAFF_SIZE}))
def test_both_sheets_fit_every_panel_with_a_voice_too(size: str) -> None:
    stage = Stage(SETTINGS, CATALOGUE, panel_of(size))
    for language in ("vi", "en", "fr"):
        for large in (False, True):
            for modes in (Modes(sheet="modes"), Modes(sheet="modes", silent=True), Modes(sheet="language")):
                model = replace(BASE, language=language, large=large, modes=modes)
                assert stage.problems(model) == [], (language, large, modes)
                assert stage.problems(replace(model, modes=replace(modes, contrast=True, speak=True))) == []


# at rest --------------------------------------------------------------------------------------------


def at(model: Model, now: float) -> Model:
    return Flow(ENV).on(Tick(now, FACE), model)[0]


def test_home_rests_after_a_while_and_a_touch_wakes_it_without_pressing_anything() -> None:
    assert at(BASE, BASE.now + 59).screen == "home"
    resting = at(BASE, BASE.now + 61)
    assert resting.screen == "attract"
    assert not any(item.id for item in STAGE.place(resting))  # the finger comes down on nothing
    for event in (Touched(), Key("k")):
        awake, effects = Flow(ENV).on(event, resting)
        assert awake.screen == "home" and awake.trail == () and effects == ()
        assert at(awake, resting.now + 59).screen == "home"


def test_a_page_stands_long_enough_and_somewhat_elsewhere() -> None:
    resting = at(BASE, BASE.now + 61)
    pages = [at(resting, BASE.now + 61 + second).page for second in range(61)]
    assert pages == sorted(pages) and all(pages.count(each) >= 14 for each in set(pages) - {pages[-1]})
    first, second = (STAGE.place(replace(resting, page=page)) for page in (0, 1))
    clocks = [next(i.rect for i in items if getattr(i.widget, "text", "") == "08:42") for items in (first, second)]
    assert clocks[0] != clocks[1]


def test_nobody_rests_on_a_screen_of_a_person() -> None:
    for name, model in samples().items():
        if model.screen not in ("home", "attract"):
            assert at(replace(model, touched=model.now), model.now + 61).screen != "attract", name


def test_the_pages_say_what_people_who_wait_want_to_know() -> None:
    hub = replace(HUB, idle=(("Mai nghỉ lễ.", "Closed tomorrow."),))
    said = " ".join(texts(STAGE.place(replace(BASE, screen="attract", page=page, hub=hub))) for page in range(4))
    for wanted in ("Đang chờ", "Đang phục vụ", "7:30–11:30", "Mai nghỉ lễ.", "Chạm vào màn hình", "Touch the screen"):
        assert wanted in said, wanted
    told = replace(hub, message=("Mất điện ít phút.", ""))
    for page in range(4):
        assert "Mất điện ít phút." in texts(STAGE.place(replace(BASE, screen="attract", page=page, hub=told)))


def test_a_range_that_tells_nobody_anything_is_not_shown() -> None:
    def line(waiting: int, *estimate: int) -> ServiceLine:
        return ServiceLine("a", "A", "a", "a", waiting, (estimate[0], estimate[1]))

    assert shortest_wait((line(3, 15, 25), line(1, 5, 10))) == (5, 25)
    assert shortest_wait((line(3, 35, 50), line(0, 0, 5))) == (35, 50)  # nobody stands in the second
    assert shortest_wait((line(3, 35, 50), line(1, 0, 5))) is None and shortest_wait((line(0, 5, 10),)) is None


def test_at_night_it_is_dark_and_says_when_it_opens() -> None:
    def ground(hub: HubView) -> object:
        return STAGE.place(replace(BASE, screen="attract", hub=hub))[0].visual[0]  # type: ignore[index]

    assert ground(HUB) == SETTINGS.site.primary and ground(SHUT) == "#0A1E26"
    assert "7:30 ngày mai" in texts(STAGE.place(replace(BASE, screen="attract", hub=SHUT)))


def test_the_next_day_with_help_leaves_holidays_out() -> None:
    days = [{"weekdays": ["tue"], "who": "Đoàn Thanh niên"}]
    hours = {"holidays": [{"from": "2026-11-24", "to": "2026-11-24"}]}
    settings = SETTINGS.model_validate(SETTINGS.model_dump(by_alias=True) | {"help_days": days})
    found = next_help(settings, FACE)
    assert found and found[0].isoformat() == "2026-11-24" and found[1].who == "Đoàn Thanh niên"
    closed = settings.model_validate(
        settings.model_dump(by_alias=True) | {"hours": settings.hours.model_dump(by_alias=True) | hours}
    )
    found = next_help(closed, FACE)
    assert found and found[0].isoformat() == "2026-12-01"
    assert next_help(settings, None) is None


# the commune's own logo -------------------------------------------------------------------------------


def logo(path: Path, size: tuple[int, int] = (300, 200), mode: str = "P") -> Path:
    picture = Image.new("RGB", size, "#C8102E")
    picture.paste("#FFDD00", (20, 20, size[0] - 20, size[1] - 20))
    picture.convert(mode).save(path)
    return path


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "RGBA"])
def test_the_commune_s_logo_stands_in_every_header(tmp_path: Path, mode: str) -> None:
    given = logo(tmp_path / "logo.png", mode=mode)
    settings = SETTINGS.model_copy(update={"site": SETTINGS.site.model_copy(update={"logo": str(given)})})
    stage = Stage(settings, CATALOGUE, panel_of("1024x600"))
    for name in ("home", "status", "attract"):
        items = stage.place(samples()[name])
        assert [item.kind for item in items].count("picture") == 1 and "1C" not in texts(items), name
        assert stage.problems(samples()[name]) == []
        stage.picture(samples()[name])


def test_a_wrong_logo_is_words_at_the_check_and_our_own_mark_on_the_screen(tmp_path: Path) -> None:
    whole = logo(tmp_path / "whole.png").read_bytes()
    cut, text, damaged = tmp_path / "cut.png", tmp_path / "text.png", tmp_path / "damaged.png"
    cut.write_bytes(whole[:-20])
    text.write_text("no picture")
    damaged.write_bytes(whole[:60] + bytes([whole[60] ^ 255]) + whole[61:])
    wrong = (cut, text, damaged, logo(tmp_path / "tiny.png", (20, 20)), logo(tmp_path / "vast.png", (3000, 10)))
    for path in (*wrong, tmp_path / "none.png"):
        settings = SETTINGS.model_copy(update={"site": SETTINGS.site.model_copy(update={"logo": str(path)})})
        (problem,) = complaints(settings)
        assert problem.key == "site.logo" and "/" in problem.text, path
        stage = Stage(settings, CATALOGUE, panel_of("1024x600"))
        assert "1C" in texts(stage.place(BASE))
        stage.picture(BASE)
    assert complaints(SETTINGS) == []


def test_a_language_that_is_not_there_is_named_at_the_check() -> None:
    kiosk = SETTINGS.kiosk.model_copy(update={"language": "xx", "languages": ["vi", "yy"]})
    found = complaints(SETTINGS.model_copy(update={"kiosk": kiosk}))
    assert [problem.key for problem in found] == ["kiosk.language", "kiosk.languages"]
    assert "fr" in found[0].allowed


def test_words_of_a_new_language_begin_with_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "km.po"
    assert main(["kiosk", "words", "--begin", str(path)]) == 0
    assert "Xong" in path.read_text("utf-8") and "nav.done" in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace('msgid "nav.done"\nmsgstr ""', 'msgid "nav.done"\nmsgstr "រួចរាល់"'))
    assert main(["kiosk", "words", "--check", str(path)]) == 1
    told = capsys.readouterr().out
    assert "lacks nav.home" in told and "lacks nav.done" not in told and "staff." not in told
    assert main(["kiosk", "words", "--lang", "vi"]) == 0
