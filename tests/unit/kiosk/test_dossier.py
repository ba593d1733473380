"""My dossier as a person walks it: papers of every kind, the second factor, lost connections, a ticket's place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.model import (
    AskTicket,
    Dossier,
    Fee,
    Guidance,
    HubChanged,
    HubView,
    LookedUp,
    LookUp,
    LookupResult,
    Pay,
    Scanned,
    TicketNow,
    TicketSeen,
    Watch,
)
from kiosk.tasks.dossier import HINTS, transfer_note
from tests.unit.kiosk.person import HUB, Person

CODE = "H38.12.25-261116-0003"
PLAIN = Dossier(CODE, "Cư trú", "Residence", "act", "2026-11-25")
FOUND = LookupResult("found", PLAIN, "08:40")
FULL = replace(PLAIN, details=True, status="6", procedure="Đăng ký thường trú", fee=Fee(20000, "Lệ phí"))


def at_status() -> Person:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("dossier", CODE))
    who.feed(LookedUp(who.model.request, FOUND))
    assert who.model.screen == "status"
    return who


def unlock(who: Person, result: LookupResult, factor: str = "0042") -> None:
    if who.model.screen != "factor":
        who.tap("go:factor")
    who.type(factor)
    who.tap("unlock")
    who.feed(LookedUp(who.model.request, result))


@pytest.mark.parametrize("kind", [*HINTS, "anything new"])
def test_every_other_paper_is_answered_in_words_and_asked_nowhere(kind: str) -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned(kind, None))
    assert who.model.screen == "scan" and who.model.hint in HINTS
    assert who.all(LookUp) == [] and who.all(AskTicket) == []


def test_two_receipts_at_once_are_not_chosen_between() -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("dossier", None))
    assert who.model.hint == "several" and who.all(LookUp) == []
    who.feed(Scanned("dossier", CODE))
    assert who.model.screen == "searching"


def test_the_camera_is_helped_and_a_read_paper_is_answered_first() -> None:
    who = Person()
    who.feed(Guidance("closer"))
    assert who.model.guidance == "", "nobody holds a paper up"
    who.tap("go:scan")
    for hint in ("closer", "farther", "still", "turn", "light"):
        assert who.feed(Guidance(hint)).guidance == hint
    assert who.feed(Guidance("sing")).guidance == ""
    who.feed(Guidance("turn"))
    who.feed(Scanned("card", None))
    assert who.model.guidance == "" and who.model.hint == "card"


def test_the_fee_goes_to_the_screen_that_takes_it_and_dies_with_the_visit() -> None:
    who = at_status()
    assert who.model.pay is None, "the code alone opens no fee"
    unlock(who, replace(FOUND, dossier=FULL))
    assert who.model.screen == "details" and who.model.pay == Pay(20000, f"LP {CODE}")
    assert who.tap("done").pay is None and who.model.result is None


@pytest.mark.parametrize(
    ("code", "note"),
    [
        (CODE, f"LP {CODE}"),
        ("000.00.15.H38-240815-0001", "000.00.15.H38-240815-0001"),
        ("G09.20-20260609-0092637", "G09.20-20260609-0092637"),
        ("H38.12.25-20260609-0092637", "H381225-20260609-0092637"),
        ("G12.18.112.001.222-20260609-0092637", "20260609-0092637"),
    ],
)
def test_a_bank_never_cuts_the_end_of_the_code(code: str, note: str) -> None:
    assert transfer_note(code) == note and len(note) <= 25


def test_wrong_factors_are_counted_kindly_and_a_pause_is_not_a_dead_end() -> None:
    who = at_status()
    for tries in range(1, 4):
        unlock(who, LookupResult("not_found"))
        assert who.model.screen == "factor" and who.model.factor == "" and who.model.misses == tries
    unlock(who, LookupResult("try_later", retry_s=290))
    assert who.model.screen == "try_later" and who.model.retry_s == 290
    assert who.tap("back").screen == "status" and who.model.result == FOUND


def test_details_over_a_cut_wire_leave_what_is_known() -> None:
    who = at_status()
    unlock(who, LookupResult("offline", PLAIN, "08:40", age_s=60))
    assert who.model.screen == "offline" and who.model.result and who.model.result.dossier == PLAIN
    who.tap("again")
    asked = who.last(LookUp)
    assert asked.factor is None and asked.code == CODE
    who.feed(LookedUp(asked.request, FOUND))
    assert who.model.screen == "status"


def test_a_code_only_answer_to_a_factor_opens_nothing() -> None:
    who = at_status()
    unlock(who, FOUND)
    assert who.model.screen == "try_later" and not (who.model.result and who.model.result.dossier.details)  # type: ignore[union-attr]


def test_nothing_of_the_factor_stays() -> None:
    who = at_status()
    who.tap("go:factor")
    who.type("12")
    assert who.tap("back").factor == ""
    who.tap("go:factor")
    who.type("1234")
    who.tap("unlock", "home")
    assert who.model.factor == "" and who.model.code == "" and who.model.misses == 0


# -- a ticket of ours --------------------------------------------------------------------------------------------------

QR = "MC1/h38-dong-thanh/20261123/A044"
WAITING = TicketNow("20261123-A044", "A044", "civil-status", "waiting", "2026-11-23", None, 2, (10, 20))


def at_ticket(**env: object) -> Person:
    who = Person(site="h38-dong-thanh", **env)
    who.tap("go:scan")
    who.feed(Scanned("ticket", QR))
    return who


def test_a_ticket_held_up_is_told_its_place() -> None:
    who = at_ticket()
    assert who.last(AskTicket).id == "20261123-A044" and who.last(Watch) == Watch(False)
    assert who.model.screen == "my_ticket" and who.model.mine and who.model.mine.state == "asking"
    who.feed(TicketSeen(who.model.request, WAITING))
    assert who.model.mine and who.model.mine.seen == WAITING
    assert who.tap("back").screen == "scan" and who.last(Watch) == Watch(True)


def test_the_place_moves_on_while_one_looks_but_the_hub_is_not_pestered() -> None:
    who = at_ticket()
    who.feed(TicketSeen(who.model.request, WAITING))
    who.feed(HubChanged(HUB))
    assert len(who.all(AskTicket)) == 1
    who.wait(4)
    who.feed(HubChanged(HUB))
    who.feed(HubChanged(HUB))
    assert len(who.all(AskTicket)) == 2
    who.feed(TicketSeen(who.model.request, replace(WAITING, before=0)))
    assert who.model.mine and who.model.mine.seen and who.model.mine.seen.before == 0
    who.wait(4)
    who.feed(HubChanged(HUB))
    who.feed(TicketSeen(who.model.request, None, "unreachable"))
    assert who.model.mine.seen.before == 0, "what was known stays while the hub is away"


def test_a_ticket_of_another_place_is_asked_nowhere() -> None:
    who = Person(site="elsewhere")
    who.tap("go:scan")
    who.feed(Scanned("ticket", QR))
    assert who.model.mine and who.model.mine.state == "other_site" and who.all(AskTicket) == []


@pytest.mark.parametrize("why", ["unknown", "unreachable"])
def test_a_ticket_that_nobody_knows_or_no_hub(why: str) -> None:
    who = at_ticket()
    who.feed(TicketSeen(who.model.request, None, why))
    assert who.model.mine and who.model.mine.state == why


def test_an_answer_for_the_last_person_is_dropped() -> None:
    who = at_ticket()
    request = who.model.request
    who.tap("done")
    who.feed(TicketSeen(request, WAITING))
    assert who.model.screen == "home" and who.model.mine is None


def test_without_a_hub_no_number_is_typed_into_the_void() -> None:
    who = Person()
    who.feed(HubChanged(HubView()))
    who.tap("go:rate", "go:ticket_number")
    who.type("A42")
    who.tap("askticket")
    assert who.all(AskTicket) == [] and who.model.screen == "ticket_number"


def test_a_ticket_number_is_a_letter_of_a_service_and_digits() -> None:
    who = Person()
    who.tap("go:rate", "go:ticket_number")
    who.type("Z9A12345")
    assert who.model.mine and who.model.mine.typed == "A123"
    who.tap("key:backspace", "key:D")
    assert who.model.mine and who.model.mine.typed == "D12"
    who.feed(Scanned("card", None))
    assert who.model.screen == "ticket_number" and who.model.hint == "noticket"
