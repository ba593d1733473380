"""Must show 6: the real window on a real X display, walked with a mouse through every citizen's task, and filmed.

Hub, bridge, ticket printer, commune server and scanner are the real processes. At each step the words are those a
citizen reads; what was asked for has happened at the far end. The film lies in the folder this prints (or in
`MOTCUA_FILM`): numbered pictures and one contact sheet; `make pictures` takes its pictures of the walk from it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.clock import Steering
from demo.control import Control
from demo.hub import Hub, wait_for
from tests.fixtures.kiosk_film import Citizen, Display, Film
from tests.fixtures.kiosk_room import KioskRoom, dossier, kiosk_room
from tests.fixtures.morning import morning_s

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PAYMENT = {"bin": "970436", "account": "0011002345678", "holder": "UBND XA DONG THANH", "bank": "Vietcombank"}
PARTS = ("broker", "server", "cabinet", "hub", "bridge", "kiosk")
PANEL = os.environ.get("MOTCUA_PANEL", "1280x800")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    folder = os.environ.get("MOTCUA_FILM")
    made = Film(Path(folder) if folder else tmp_path_factory.mktemp("film"))
    yield made
    print(f"\nfilm: {made.close()}")


@pytest.fixture(scope="module")
def citizen(film: Film, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Citizen]:
    display = Display(PANEL)
    steering = tmp_path_factory.mktemp("clock") / "clock.json"
    Steering(morning_s()).write(steering)
    environ = {**display.environ, "MOTCUA_CLOCK_FILE": str(steering)}
    more = {"payment": PAYMENT, "lookup": {"total_s": 2.0, "connect_s": 1.0, "read_s": 1.5}}
    try:
        with kiosk_room(*PARTS, more=more, environ=environ, panel=PANEL) as room:
            wait_for("the kiosk hears the hub", lambda: room.screen()["hub"] or None, 30)
            found = Citizen(room, display, film)
            found.steering = steering
            yield found
    finally:
        display.close()


@pytest.fixture(scope="module")
def sample(citizen: Citizen) -> dict[str, Any]:
    return dossier(citizen.room.site, "come")[0]


def jobs(room: KioskRoom) -> list[dict[str, Any]]:
    """Every print job of the ledger."""
    with sqlite3.connect(f"file:{room.site.ledger}?mode=ro", uri=True) as ledger:
        ledger.row_factory = sqlite3.Row
        return [dict(row) for row in ledger.execute("SELECT * FROM jobs ORDER BY id")]


def events(room: KioskRoom, kind: str) -> list[dict[str, Any]]:
    """Events of a type, as the commune server received them."""
    import urllib.request

    url = f"{room.site.admin_url}/v1/events?limit=500&newest=true"
    with urllib.request.urlopen(url, timeout=20) as answer:
        return [each for each in json.load(answer)["events"] if each["type"] == f"vn.motcua.{kind}"]


def paper(room: KioskRoom, text: str) -> dict[str, Any]:
    """A paper of the printer one of whose QR ends so."""
    cabinet = Control(room.site.control("cabinet"))

    def printed() -> dict[str, Any] | None:
        return next((each for each in cabinet.ask("paper") if any(qr.endswith(text) for qr in each["qr"])), None)

    return wait_for(f"a paper with {text}", printed, 30)


def number(citizen: Citizen) -> dict[str, Any]:
    """The ticket on the screen, as the hub has it; its paper has come out."""
    now = citizen.sees("ticket", "Số của ông/bà")
    assert now["ticket"] in now["words"], "the number stands large on the screen"
    ticket = citizen.room.hub.ticket(now["ticket_id"])
    assert ticket["number"] == now["ticket"] and ticket["state"] == "waiting"
    paper(citizen.room, f"/{now['ticket']}")
    citizen.sees("ticket", "phiếu")
    return ticket


def procedure(citizen: Citizen) -> dict[str, Any]:
    """One of the favourites, opened."""
    citizen.touch("go:popular")
    citizen.sees("popular", "Thủ tục hay hỏi nhất", "Khai sinh")
    citizen.touch("procedure:2.000815")
    return citizen.sees("procedure", "Thời gian", "Lệ phí", "Nộp ở đâu")


def typed_code(citizen: Citizen, code: str) -> None:
    """A code on the code keypad; dots and dashes come by themselves."""
    for _ in range(len(code) + 4):
        shown = next((text for text in citizen.room.screen()["words"] if text.endswith("|")), "|")[:-1]
        if shown == code:
            return
        assert code.startswith(shown), f"{shown} is no beginning of {code}"
        citizen.touch(f"key:{code[len(shown)]}")
    raise AssertionError(f"{code} could not be typed")


def to_typing(citizen: Citizen) -> None:
    citizen.touch("go:scan")
    citizen.sees("scan", "Đưa mã trên giấy hẹn vào khung")
    citizen.touch("go:typing")
    citizen.sees("typing", "mã hồ sơ")


def test_a_number_in_two_taps(citizen: Citizen) -> None:
    citizen.begins("lấy số")
    citizen.touch("go:service")
    citizen.sees("service", "Ông/bà đến làm việc gì?")
    citizen.touch("take:civil-status")
    assert not number(citizen)["priority"]
    citizen.touch("done")
    citizen.sees("home", "Lấy số thứ tự")


def test_a_number_with_priority(citizen: Citizen) -> None:
    citizen.begins("lấy số ưu tiên")
    citizen.touch("go:service", "priority")
    citizen.sees("service", "ưu tiên")
    citizen.touch("take:civil-status")
    ticket = number(citizen)
    assert ticket["priority"]
    citizen.touch("done")
    citizen.touch("go:service")
    assert not [text for text in citizen.sees("service")["words"] if text == "Đã chọn ưu tiên"], "the next has none"


def test_a_favourite_its_papers_printed_carried_home_and_a_number_for_it(citizen: Citizen) -> None:
    citizen.begins("thủ tục")
    before = len(jobs(citizen.room))
    procedure(citizen)
    while "page:next" in citizen.ids():
        citizen.touch("page:next")
        citizen.film.shot(citizen.room, "thủ tục: trang sau")
    citizen.touch("go:carry")
    citizen.sees("carry", "Quét bằng điện thoại")
    citizen.touch("print")
    wait_for("a list among the jobs", lambda: _printed_list(citizen.room, before), 30)
    citizen.film.shot(citizen.room, "thủ tục: đã in")
    citizen.touch("back")
    citizen.sees("procedure")
    citizen.touch("takefor")
    number(citizen)


def _printed_list(room: KioskRoom, before: int) -> bool | None:
    return any(each["kind"] == "list" and each["state"] == "printed" for each in jobs(room)[before:]) or None


def test_fields_then_the_search_with_the_keys_of_the_screen(citizen: Citizen) -> None:
    citizen.begins("tìm kiếm")
    citizen.touch("go:popular", "go:fields")
    citizen.sees("fields", "Ông/bà cần làm thủ tục gì?", "Hộ tịch")
    citizen.touch("field:civil-status")
    citizen.sees("list", "Khai sinh", "Kết hôn")
    citizen.touch("go:search")
    citizen.writes("khai s")
    assert any(name.startswith("procedure:") for name in citizen.ids()), "results while the word is being typed"
    citizen.sees("search", "Khai sinh")
    citizen.writes("inh")
    citizen.touch("procedure:1.001193")
    citizen.sees("procedure", "khai sinh", "Lệ phí")


def test_my_dossier_by_code_then_its_details_by_a_second_factor(citizen: Citizen, sample: dict[str, Any]) -> None:
    citizen.begins("hồ sơ, nhập mã")
    to_typing(citizen)
    typed_code(citizen, sample["code"])
    citizen.film.shot(citizen.room, "hồ sơ: mã đã đủ")
    citizen.touch("look")
    now = citizen.sees("status", sample["code"], "mời đến nhận", sample["field"])
    assert not [text for text in now["words"] if "***" in text], "the code alone shows no name"
    citizen.touch("go:factor")
    citizen.sees("factor", "4 số cuối")
    citizen.writes("0" * 4 if sample["id_last4"] != "0000" else "1111")
    citizen.touch("unlock")
    citizen.sees("factor", "khớp")
    citizen.writes(sample["id_last4"])
    citizen.touch("unlock")
    citizen.sees("details", "***", "Quầy")
    citizen.touch("done")
    assert not [text for text in citizen.sees("home")["words"] if "***" in text or sample["code"] in text]
    wait_for("the look-up's event", lambda: events(citizen.room, "lookup.answered") or None, 30)


def test_my_dossier_by_the_camera_and_what_other_papers_are_told(citizen: Citizen, sample: dict[str, Any]) -> None:
    citizen.begins("hồ sơ, quét mã")
    citizen.touch("go:scan")
    citizen.sees("scan", "giấy hẹn")
    citizen.room.show("079099123456||NGUYỄN THỊ MẪU|01011990|Nữ|Xã Mẫu|02012022")
    citizen.sees("scan", "thẻ căn cước")
    citizen.room.away()
    citizen.room.show(sample["code"])
    citizen.sees("status", sample["code"], "mời đến nhận")
    citizen.room.away()


def test_without_the_server_the_last_known_answer_tells_its_age(citizen: Citizen, sample: dict[str, Any]) -> None:
    citizen.begins("hồ sơ, mất mạng")
    citizen.room.kill("server")
    to_typing(citizen)
    typed_code(citizen, sample["code"])
    citizen.touch("look")
    citizen.sees("offline", "Chưa nối được máy chủ", "mời đến nhận")
    citizen.touch("home")
    citizen.room.revive("server")


def test_a_fee_is_shown_as_a_code_to_pay_and_never_called_paid(citizen: Citizen) -> None:
    citizen.begins("nộp lệ phí")
    procedure(citizen)
    for wanted in ("go:sums", "payfee", "go:pay"):
        if any(name.partition(":")[0] == wanted or name == wanted for name in _all_ids(citizen)):
            citizen.touch(wanted)
            citizen.film.shot(citizen.room, f"nộp lệ phí: {wanted}")
    now = citizen.sees("pay", PAYMENT["account"][-4:])
    assert not [text for text in now["words"] if "đã nộp" in text.lower() or "đã thanh toán" in text.lower()]


def _all_ids(citizen: Citizen) -> list[str]:
    """What can be touched on any page; the page that has most of it stands afterwards."""
    found = citizen.ids()
    while "page:next" in citizen.ids() and not {"go:sums", "payfee", "go:pay"} & set(citizen.ids()):
        citizen.touch("page:next")
        found += citizen.ids()
    return found


def test_a_rating_with_a_reason_reaches_the_commune(citizen: Citizen) -> None:
    citizen.begins("đánh giá")
    before = len(events(citizen.room, "rating.given"))
    citizen.touch("go:rate")
    citizen.sees("rate", "Ông/bà có hài lòng không?", "Rất hài lòng")
    citizen.touch("face:5")
    citizen.sees("rate", "Vì sao?")
    citizen.press("reason:attitude")  # a mark in a box: no word changes
    citizen.film.shot(citizen.room, "đánh giá: vì sao")
    citizen.touch("send")
    citizen.sees("thanks", "Xin cảm ơn ông/bà!")
    given = wait_for("the rating's event", lambda: events(citizen.room, "rating.given")[before:] or None, 30)
    assert (given[0]["data"]["score"], given[0]["data"]["of"]) == (5, 5)
    assert given[0]["data"]["reasons"] == ["attitude"]


def test_help_a_person_is_called_and_the_notice_of_personal_data_is_there(citizen: Citizen) -> None:
    citizen.begins("cần giúp đỡ")
    citizen.touch("go:help")
    citizen.sees("help", "Cần giúp đỡ")
    citizen.touch("go:privacy")
    citizen.sees("privacy", "giữ")
    citizen.touch("back")
    citizen.touch("helper")
    citizen.sees("helper", "Đã báo người hướng dẫn")
    assert Hub(citizen.room.site, "supervisor").get("/v1/snapshot")["helps"], "the staff know"


def test_another_language_large_letters_and_strong_contrast_from_any_screen(citizen: Citizen) -> None:
    citizen.begins("dễ đọc")
    citizen.touch("go:popular", "modes")
    citizen.film.shot(citizen.room, "dễ đọc: bảng chọn")
    citizen.touch("large")
    assert citizen.room.screen()["large"]
    citizen.touch("contrast")
    citizen.film.shot(citizen.room, "dễ đọc: chữ to, tương phản")
    citizen.touch("modes:close", "language")
    if "language:en" in citizen.ids():
        citizen.touch("language:en")
    citizen.sees("popular", "Home")
    assert citizen.room.screen()["language"] == "en"
    citizen.touch("done")
    now = citizen.sees("home", "Lấy số thứ tự")
    assert not now["large"] and now["language"] == "vi", "the next person gets the machine as it was"


def test_left_alone_it_asks_first_and_gives_more_time(citizen: Citizen, sample: dict[str, Any]) -> None:
    citizen.begins("hết giờ")
    procedure(citizen)
    steer(citizen, 12.0)
    now = wait_for("the warning", lambda: _warned(citizen), 60)
    steer(citizen, 1.0)
    assert now["warn_left"] <= 20 and any("Thêm thời gian" in text for text in now["words"])
    citizen.film.shot(citizen.room, "hết giờ: hỏi trước")
    citizen.touch("more")
    citizen.sees("procedure", "Lệ phí")
    steer(citizen, 12.0)
    wait_for("home by itself", lambda: citizen.room.screen()["name"] in ("home", "attract") or None, 60)
    steer(citizen, 1.0)


def test_the_attract_screen_wakes_and_swallows_the_tap(citizen: Citizen) -> None:
    citizen.begins("màn hình chờ")
    steer(citizen, 60.0)
    citizen.sees("attract", "Chạm vào màn hình để bắt đầu", seconds=60)
    steer(citizen, 1.0)
    issued = len(citizen.room.hub.get("/v1/tickets")["tickets"])
    wide, high = citizen.room.kiosk.ask("size")["width"], citizen.room.kiosk.ask("size")["height"]
    citizen.click(wide // 6, high // 2, pause_s=0.8)  # where the tile for a number stands on the home screen
    citizen.sees("home", "Lấy số thứ tự")
    assert len(citizen.room.hub.get("/v1/tickets")["tickets"]) == issued
    citizen.touch("go:service")
    citizen.sees("service")


def steer(citizen: Citizen, scale: float) -> None:
    """Let the kiosk's time run faster, or as it should."""
    Steering(morning_s(), scale).write(citizen.steering)


def _warned(citizen: Citizen) -> dict[str, Any] | None:
    now = citizen.room.screen()
    return now if now["warn_left"] is not None else None
