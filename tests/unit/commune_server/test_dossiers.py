"""The generated dossiers, what leaves the server of them, and how often it may be asked."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from commune_server.dossiers import CODE, DossierStore, Factor, code_only, details
from commune_server.limits import Limits
from commune_server.masking import mask_name
from commune_server.samples import GROUPS, STATUSES, generate, workday

TODAY = date(2026, 11, 23)
ALL = list(generate(3000, 2026, TODAY))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DossierStore]:
    one = DossierStore(tmp_path / "dossiers.db")
    one.fill(500, 7, TODAY)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("name", "masked"),
    [("Nguyễn Văn An", "N*** V*** A***"), ("Trần Thị Y", "T*** T*** Y"), ("  lê   ánh ", "L*** Á***"), ("", ""),
     ("Đặng Ổn", "Đ*** Ổ***"), (unicodedata.normalize("NFD", "Ổn Đỗ"), "Ổ*** Đ***")],
)  # fmt: skip
def test_a_name_keeps_only_first_letters(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_the_sample_is_the_same_for_the_same_day_and_plausible() -> None:
    assert list(generate(3000, 2026, TODAY)) == ALL
    assert list(generate(3000, 2027, TODAY)) != ALL
    assert len({each["code"] for each in ALL}) == len(ALL)
    for each in ALL:
        assert re.fullmatch(CODE, each["code"]), each["code"]
        assert date(2018, 1, 1) < date.fromisoformat(each["received"]) <= TODAY
        assert re.fullmatch(r"000\d{9}", each["id_number"])
        assert unicodedata.is_normalized("NFC", json.dumps(each, ensure_ascii=False))
        done = [step["done"] for step in each["steps"]]
        assert done == sorted(done, reverse=True), "no step is done before the one before it"
        assert all((step["at"] is not None) == step["done"] for step in each["steps"])
        moments = [step["at"] for step in each["steps"] if step["at"]]
        assert moments == sorted(moments) and all(moment <= TODAY.isoformat() for moment in moments)
    assert {each["group"] for each in ALL} == set(GROUPS)


def test_a_late_dossier_has_a_new_date_ahead_and_never_an_old_one() -> None:
    late = [each for each in ALL if each["late"]]
    assert late
    for each in late:
        assert each["late"] > TODAY.isoformat()
        assert code_only(each)["appointment"] == each["late"] == details(each)["late"]["new_date"]
    for each in ALL:
        if each["group"] == "open" and code_only(each)["appointment"]:
            assert code_only(each)["appointment"] >= TODAY.isoformat()


def test_what_is_still_to_be_paid_is_told_without_a_name_and_only_with_both_factors() -> None:
    owing = [each for each in ALL if each["fee"]]
    assert owing and all(each["status"] == 6 for each in owing)
    for each in ALL:
        full = details(each)
        assert (full["fee"] is None) == (full["applicant"] is not None)
        assert "fee" not in code_only(each)
    assert details(owing[0])["fee"]["amount"] > 0


def test_working_days_skip_the_weekend() -> None:
    assert workday(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert workday(date(2026, 11, 21), 1) == date(2026, 11, 23)
    assert workday(date(2026, 11, 23), 5) == date(2026, 11, 30)


def test_no_view_carries_a_person() -> None:
    for each in ALL:
        text = json.dumps(details(each), ensure_ascii=False)
        assert each["name"] not in text and each["id_number"] not in text and each["lookup_code"] not in text
        assert each["id_number"][-4:] not in text.replace(each["code"], "")  # its last four are a secret too
        assert set(code_only(each)) == {"code", "field", "field_en", "group", "appointment"}


def test_both_factors_open_the_details_and_nothing_else_does(store: DossierStore) -> None:
    for sample in store.samples(20):
        code = sample["code"]
        assert (store.lookup(code, None) or {})["view"] == "code_only"
        for kind, value in (
            ("lookup_code", sample["lookup_code"]),
            ("lookup_code", f" {sample['lookup_code'].lower()} "),
            ("id_last4", sample["id_last4"]),
        ):
            found = store.lookup(code, Factor(kind, value))  # type: ignore[arg-type]
            assert found is not None and found["view"] == "details"
            assert found["dossier"]["status_vi"] == STATUSES[sample["status"]].vi
        assert store.lookup(code, Factor("id_last4", sample["lookup_code"])) is None
        assert store.lookup(code, Factor("lookup_code", "")) is None
    assert store.lookup("H38.12.25-200101-0001", None) is None
    assert store.lookup("' OR 1=1 --", None) is None


def test_samples_are_chosen_by_status_and_group_and_only_of_a_sample(tmp_path: Path, store: DossierStore) -> None:
    assert {each["group"] for each in store.samples(5, group="come")} == {"come"}
    assert {each["status"] for each in store.samples(5, status=4)} == {4}
    assert store.fill(500, 7, TODAY) is False
    empty = DossierStore(tmp_path / "real.db")
    with pytest.raises(ValueError, match="generated sample"):
        empty.samples(1)
    empty.close()


def limits() -> Limits:
    return Limits(per_minute=30, misses_per_minute=10, tries=5, pause_s=300)


def test_five_wrong_tries_of_one_code_pause_it_for_that_device() -> None:
    one = limits()
    for at in range(5):
        assert one.wait("edge-01", "A", at * 10.0) == 0
        one.missed("edge-01", "A", at * 10.0)
    assert one.wait("edge-01", "A", 41.0) == 299
    assert one.wait("edge-01", "B", 41.0) == 0 and one.wait("edge-02", "A", 41.0) == 0
    assert one.wait("edge-01", "A", 341.0) == 0


def test_the_right_factor_forgives_the_wrong_ones() -> None:
    one = limits()
    for _ in range(4):
        one.missed("d", "A", 0.0)
    one.found("d", "A")
    one.missed("d", "A", 60.0)
    assert one.wait("d", "A", 61.0) == 0


def test_walking_through_codes_gets_ten_answers_a_minute() -> None:
    one = limits()
    answered = 0
    for number in range(1000):
        now = number * 0.06
        if one.wait("edge-01", f"code {number}", now) == 0:
            one.missed("edge-01", f"code {number}", now)
            answered += 1
    assert 10 <= answered <= 20, "the bucket's ten and one minute's ten"
    assert one.wait("edge-01", "one that exists", 60.0) > 0, "else the refusal itself would tell them apart"


def test_a_device_that_finds_may_ask_thirty_a_minute() -> None:
    one = limits()
    assert sum(one.wait("d", str(n), n * 0.01) == 0 for n in range(100)) == 30
    assert one.wait("d", "x", 5.0) == 0
