"""Paying: what the drawn code says to a bank, what the screen says to a person, and that nobody is told it is paid."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import numpy as np
import pygame

import config
from config.load import SettingsError, load_settings
from config.settings import Payment, Settings
from kiosk.catalogue import load_catalogue
from kiosk.model import Model, Pay
from kiosk.samples import samples
from kiosk.samples.world import shown
from kiosk.scanner.decode import run_stage
from kiosk.screens.pay import payload
from kiosk.service import make_env
from kiosk.stage import Stage, panel_of
from kiosk.vietqr import decode
from kiosk.view.widgets import Text
from tests.unit.kiosk.person import Person

SITE = Path(config.__file__).parent / "sites" / "six-counters.toml"
BARE = load_settings(SITE, {})
WITH = shown(BARE)
CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def stages() -> dict[str, Stage]:
    return {size: Stage(WITH, CATALOGUE, panel_of(size)) for size in ("1024x600", "1280x800", "720x1280")}


def person(settings: Settings) -> Person:
    env = make_env(settings, CATALOGUE)
    return Person(fee_of=env.fee_of, pays=env.pays, purpose=env.purpose)


def test_a_fee_is_paid_as_it_was_reckoned() -> None:
    who = person(WITH)
    who.tap("go:popular", "procedure:2.000815", "go:sums", *["pages:up"] * 4, "copies:up", "payfee")
    assert who.model.screen == "pay"
    assert who.model.pay == Pay(14_000, "LP 2.000815", "2.000815")
    assert who.tap("back").screen == "sums"
    who.tap("done")
    assert who.model.pay is None


@pytest.mark.parametrize("code", ["1.001193", "1.004873", "no-such"])
def test_what_costs_nothing_or_nobody_knows_what_is_not_paid(code: str) -> None:
    who = person(WITH)
    assert who.tap("go:popular", f"procedure:{code}", "payfee").screen == "procedure"


def test_without_an_account_nothing_is_offered() -> None:
    assert not BARE.payment.offered
    who = person(BARE)
    assert who.tap("go:popular", "procedure:2.000884", "payfee").screen == "procedure"
    assert who.tap("go:pay").screen == "procedure"
    stage = Stage(BARE, CATALOGUE, panel_of("1280x800"))
    for name in ("procedure-exempt", "sums"):
        assert "payfee" not in {item.id for item in stage.place(samples()[name])}


@pytest.mark.parametrize("size", ["1024x600", "1280x800", "720x1280"])
@pytest.mark.parametrize("name", ["pay", "pay-dossier"])
def test_the_drawn_code_is_read_back_by_our_own_scanner(stages: dict[str, Stage], size: str, name: str) -> None:
    model = samples()[name]
    surface = stages[size].picture(model)
    luma = np.ascontiguousarray(pygame.surfarray.array3d(surface).mean(axis=2).T.astype(np.uint8))
    found = [each.symbol.raw for each in run_stage("zxing", luma, None)]
    wanted = payload(stages[size].look("vi", False), model)
    assert found == [wanted] and wanted
    said, pay, account = decode(wanted), model.pay, WITH.payment
    assert pay and (said.bank, said.account, said.amount, said.note) == (
        account.bin, account.account, pay.amount_vnd, pay.note,
    )  # fmt: skip
    assert said.point == "12"


def words_of(stage: Stage, model: Model) -> str:
    return " ".join(item.widget.text for item in stage.place(model) if isinstance(item.widget, Text))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("large", [False, True])
def test_the_holder_is_named_and_nobody_is_told_that_it_is_paid(
    stages: dict[str, Stage], language: str, large: bool
) -> None:
    model = replace(samples()["pay"], language=language, large=large)
    for stage in stages.values():
        said = words_of(stage, model)
        assert WITH.payment.holder in said
        assert ("quầy" if language == "vi" else "counter") in said
        for never in ("thành công", "đã trả", "đã nộp", "đã thanh toán", "paid", "success"):
            assert never not in said.casefold()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('bin = "97043"\naccount = "1234567890"\nholder = "UBND XA"', "đúng 6 chữ số"),
        ('bin = "970436"\naccount = "12345"\nholder = "UBND XA"', "dài 5"),
        ('bin = "970436"\naccount = "1234 567890"\nholder = "UBND XA"', "không dấu cách"),
        ('bin = "970436"\naccount = "1234567890"', "holder"),
        ('account = "1234567890"\nholder = "UBND XA"', "bin"),
    ],
)
def test_a_wrong_account_is_refused_in_words(tmp_path: Path, lines: str, expected: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(f"{SITE.read_text(encoding='utf-8')}\n[payment]\n{lines}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as error:
        load_settings(file, {})
    assert expected in str(error.value)


def test_no_site_ships_with_an_account() -> None:
    for site in SITE.parent.glob("*.toml"):
        assert load_settings(site, {}).payment == Payment()
