"""The flow of the screens: what a person gets after each tap, and that nothing of a person stays behind."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from kiosk.flow import Flow, face_of
from kiosk.keys.code import is_prefix, next_keys
from kiosk.model import (
    Broken,
    CallHelper,
    CameraState,
    Dossier,
    Effect,
    Event,
    Face,
    Forget,
    HelperCalled,
    HubChanged,
    HubView,
    Issue,
    Key,
    LookedUp,
    LookUp,
    LookupResult,
    Model,
    PaperState,
    Refusal,
    Report,
    Scanned,
    ServiceLine,
    Tap,
    Tick,
    Ticket,
    TicketGiven,
    Touched,
    Watch,
)
from kiosk.moves import SCREENS, UNWARNED, Env
from kiosk.samples import samples
from kiosk.scanner.grammar import dossier_code

FACE = Face(2026, 11, 23, 0, 8, 42)
CODE = "H38.12.25-261116-0003"
SERVICES = (
    ServiceLine("civil-status", "A", "Hộ tịch", "Civil status", 6, (15, 25)),
    ServiceLine("police", "C", "Công an xã", "Commune police"),
)
HUB = HubView(True, SERVICES)
FOUND = LookupResult("found", Dossier(CODE, "Hộ tịch", "Civil status", "come", "2026-11-20"), "08:40")
DETAILS = replace(FOUND, dossier=replace(FOUND.dossier or Dossier("", "", "", "open"), details=True, applicant="N***"))


class Person:
    """Somebody at the screen, with a clock."""

    def __init__(self, **env: object) -> None:
        self.flow = Flow(Env(idle_s=45, warn_s=20, find=lambda text: ("1.001193",), **env))  # type: ignore[arg-type]
        self.model = self.flow.start(100.0)
        self.effects: list[Effect] = []
        self.feed(Tick(100.0, FACE))
        self.feed(HubChanged(HUB))
        self.feed(CameraState(True))

    def feed(self, event: Event) -> Model:
        self.model, effects = self.flow.on(event, self.model)
        self.effects += effects
        return self.model

    def tap(self, *ids: str) -> Model:
        for each in ids:
            self.feed(Tap(each))
        return self.model

    def wait(self, seconds: float) -> Model:
        return self.feed(Tick(self.model.now + seconds, FACE))

    def last(self, kind: type) -> Effect:
        return [each for each in self.effects if isinstance(each, kind)][-1]


def test_two_taps_take_a_number() -> None:
    who = Person()
    who.tap("go:service", "take:civil-status")
    issue = who.last(Issue)
    assert who.model.screen == "issuing"
    assert isinstance(issue, Issue) and issue.service == "civil-status" and not issue.priority
    who.feed(TicketGiven(issue.request, Ticket("20261123-A042", "A042", "civil-status", 6, (15, 25))))
    assert who.model.screen == "ticket" and who.model.ticket and who.model.ticket.number == "A042"


def test_a_double_tap_asks_for_one_number() -> None:
    who = Person()
    who.tap("go:service", "take:civil-status", "take:civil-status")
    assert len([each for each in who.effects if isinstance(each, Issue)]) == 1


def test_priority_is_declared_by_one_tap_and_not_kept_for_the_next_person() -> None:
    who = Person()
    who.tap("go:service", "priority", "take:civil-status")
    issue = who.last(Issue)
    assert isinstance(issue, Issue) and issue.priority
    who.feed(TicketGiven(issue.request, Ticket("t", "A001", "civil-status", 0)))
    who.tap("done", "go:service")
    assert not who.model.priority


def test_paper_that_does_not_come_leaves_the_number_on_the_screen() -> None:
    who = Person()
    who.tap("go:service", "take:civil-status")
    issue = who.last(Issue)
    assert isinstance(issue, Issue)
    who.feed(TicketGiven(issue.request, Ticket("t1", "A042", "civil-status", 6)))
    who.feed(PaperState("another", "broken"))
    assert who.model.paper == "asking"
    who.feed(PaperState("t1", "broken"))
    assert who.model.screen == "ticket" and who.model.paper == "broken"


def test_a_known_broken_printer_is_said_at_once() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, parts=(("printer", "", ""),))))
    who.tap("go:service", "take:civil-status")
    issue = who.last(Issue)
    assert isinstance(issue, Issue)
    who.feed(TicketGiven(issue.request, Ticket("t1", "A042", "civil-status", 6)))
    assert who.model.paper == "broken"


def test_without_a_hub_the_tile_explains_and_procedures_still_work() -> None:
    who = Person()
    who.feed(HubChanged(HubView()))
    assert who.tap("go:service").screen == "out_of_service"
    assert who.tap("go:fields", "field:civil-status", "procedure:1.001193").screen == "procedure"


def test_when_no_queue_is_open_the_screen_says_closed() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, services=tuple(replace(each, open=False) for each in HUB.services))))
    assert who.tap("go:service").screen == "closed"


QUOTA = ServiceLine(
    "land", "B", "Đất đai", "Land", open=False, status="quota", opens_at="2026-11-24T07:30+07:00"
)  # fmt: skip
LONG = replace(HUB.services[0], estimate=(40, 60), long_wait=True)


def test_a_closed_service_says_why_and_when_and_the_others_go_on() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, services=(*HUB.services, QUOTA))))
    who.tap("go:service", "why:land")
    assert who.model.screen == "closed"
    assert who.model.refusal == Refusal("quota", "land", "2026-11-24T07:30+07:00")
    assert who.tap("go:service", "take:civil-status").screen == "issuing"


def test_when_all_are_closed_the_one_that_opens_first_speaks() -> None:
    late = replace(QUOTA, id="social", status="quota", opens_at="2026-11-25T07:30+07:00")
    who = Person()
    who.feed(HubChanged(replace(HUB, services=(late, QUOTA))))
    assert who.tap("go:service").refusal == Refusal("quota", "", "2026-11-24T07:30+07:00")
    who.feed(HubChanged(replace(HUB, services=(late, replace(QUOTA, status="holiday")))))
    assert who.tap("home", "go:service").refusal == Refusal("closed", "", "2026-11-24T07:30+07:00")


@pytest.mark.parametrize("code", ["closed", "last_ticket", "quota", "holiday", "day_closed", "full"])
def test_a_refusal_of_the_hub_is_told_with_its_own_reason(code: str) -> None:
    who = Person()
    who.tap("go:service", "take:civil-status")
    who.feed(TicketGiven(who.model.request, None, code, "2026-11-23T13:00+07:00"))
    assert who.model.screen == "closed"
    assert who.model.refusal == Refusal(code, "civil-status", "2026-11-23T13:00+07:00")
    assert who.tap("done").refusal is None


def test_a_long_queue_is_told_before_a_number_is_taken() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, services=(LONG, SERVICES[1]))))
    assert who.tap("go:service", "take:civil-status").screen == "busy"
    assert not [each for each in who.effects if isinstance(each, Issue)]
    who.tap("anyway", "anyway")
    issues = [each for each in who.effects if isinstance(each, Issue)]
    assert [each.service for each in issues] == ["civil-status"] and who.model.screen == "issuing"


def test_a_long_queue_declined_takes_no_number() -> None:
    who = Person()
    who.feed(HubChanged(replace(HUB, services=(LONG, SERVICES[1]))))
    who.tap("go:service", "priority", "take:civil-status")
    assert who.tap("back").screen == "service" and who.model.priority
    who.tap("done")
    assert who.model.wanted == "" and not [each for each in who.effects if isinstance(each, Issue)]


def test_a_number_without_paper_stays_a_minute_before_the_warning() -> None:
    who = Person()
    who.tap("go:service", "take:civil-status")
    who.feed(TicketGiven(who.model.request, Ticket("t1", "A042", "civil-status", 6)))
    who.wait(12)
    who.feed(PaperState("t1", "broken"))
    who.wait(59.5)
    assert who.model.screen == "ticket" and who.model.warn_left is None
    assert who.wait(0.6).warn_left == 20
    who.feed(PaperState("t1", "broken"))  # said again: no new minute
    who.wait(19.9)
    assert who.wait(0.2).screen == "home"


def test_a_helper_is_called_once_and_the_screen_says_whether_it_was_heard() -> None:
    who = Person()
    assert who.tap("go:help", "helper").helper == "asking"
    who.tap("helper")
    assert [each for each in who.effects if isinstance(each, CallHelper)] == [CallHelper()]
    assert who.feed(HelperCalled(True)).helper == "called"
    assert who.tap("back", "helper").screen == "helper"
    assert len([each for each in who.effects if isinstance(each, CallHelper)]) == 1
    who.tap("done", "go:help", "helper")
    assert who.feed(HelperCalled(False)).helper == "failed"
    who.tap("back", "helper")  # it may be asked again
    assert len([each for each in who.effects if isinstance(each, CallHelper)]) == 3


def test_a_late_answer_about_the_helper_does_not_reach_the_next_person() -> None:
    who = Person()
    who.tap("go:help", "helper", "done")
    assert who.feed(HelperCalled(True)).helper == ""


def test_a_lost_answer_ends_the_waiting() -> None:
    who = Person()
    who.tap("go:service", "take:civil-status")
    assert who.wait(13).screen == "out_of_service"
    issue = who.last(Issue)
    assert isinstance(issue, Issue)
    who.feed(TicketGiven(issue.request, Ticket("t", "A001", "civil-status", 0)))
    assert who.model.ticket is None  # too late: somebody else may stand there


def test_scan_then_status_then_details_with_a_second_factor() -> None:
    who = Person()
    who.tap("go:scan")
    assert who.last(Watch) == Watch(True)
    who.feed(Scanned("dossier", CODE))
    asked = who.last(LookUp)
    assert isinstance(asked, LookUp) and asked.code == CODE and asked.factor is None and asked.source == "scan"
    assert who.model.screen == "searching" and who.last(Watch) == Watch(False)
    who.feed(LookedUp(asked.request, FOUND))
    assert who.model.screen == "status"
    who.tap("go:factor", *(f"key:{digit}" for digit in "0042"), "unlock")
    asked = who.last(LookUp)
    assert isinstance(asked, LookUp) and asked.factor == ("id_last4", "0042")
    who.feed(LookedUp(asked.request, DETAILS))
    assert who.model.screen == "details" and who.model.factor == ""
    assert who.tap("back").screen in ("factor", "status")


@pytest.mark.parametrize(
    ("kind", "screen"), [("not_found", "not_found"), ("try_later", "try_later"), ("offline", "offline")]
)
def test_each_answer_has_its_own_screen(kind: str, screen: str) -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("dossier", CODE))
    who.feed(LookedUp(who.model.request, LookupResult(kind)))  # type: ignore[arg-type]
    assert who.model.screen == screen
    assert who.tap("back").screen == "scan"


def test_a_wrong_factor_asks_again_and_forgets_what_was_typed() -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("dossier", CODE))
    who.feed(LookedUp(who.model.request, FOUND))
    who.tap("go:factor", *(f"key:{digit}" for digit in "9999"), "unlock")
    who.feed(LookedUp(who.model.request, LookupResult("not_found")))
    assert who.model.screen == "factor" and who.model.factor_wrong and who.model.factor == ""


def test_an_answer_to_an_older_question_is_dropped() -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("dossier", CODE))
    old = who.model.request
    who.tap("home", "go:scan")
    who.feed(LookedUp(old, FOUND))
    assert who.model.screen == "scan" and who.model.result is None


@pytest.mark.parametrize("kind", ["card", "payment", "ticket", "unknown"])
def test_other_papers_are_answered_in_words_and_asked_nowhere(kind: str) -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned(kind, None))
    assert who.model.screen == "scan" and who.model.hint == kind
    assert not [each for each in who.effects if isinstance(each, LookUp)]


def test_without_a_camera_the_keypad_takes_over() -> None:
    who = Person()
    who.feed(CameraState(False))
    assert who.tap("go:scan").screen == "typing"
    who.tap(*(f"key:{letter}" for letter in CODE))
    assert who.model.code == CODE
    who.tap("look")
    asked = who.last(LookUp)
    assert isinstance(asked, LookUp) and asked.code == CODE and asked.source == "typed"


def test_a_camera_that_dies_under_ones_hands_gives_way_to_the_keypad() -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(CameraState(False))
    assert who.model.screen == "typing"
    assert who.tap("back").screen == "home"


def test_keys_that_cannot_follow_do_nothing() -> None:
    who = Person()
    who.tap("go:typing", "key:-", "key:Z", "key:.", "key:H", "key:A", "key:3", "key:8")
    assert who.model.code == "H38"


@pytest.mark.parametrize(
    "code",
    ["000.00.15.H38-240815-0001", CODE, "G09.20-20260609-0092637", "G12.18.112.001-250701-0004", "H38-250101-12345678"],
)
def test_every_code_of_the_grammar_can_be_typed(code: str) -> None:
    for at, letter in enumerate(code):
        assert letter in next_keys(code[:at]), code[:at]
    assert is_prefix(code) and dossier_code(code, None) == code


def test_the_warning_comes_20_s_before_the_wipe_and_one_tap_gives_more_time() -> None:
    who = Person()
    who.tap("go:scan")
    who.feed(Scanned("dossier", CODE))
    who.feed(LookedUp(who.model.request, FOUND))
    assert who.wait(44.9).warn_left is None
    assert who.wait(0.2).warn_left == 20
    who.tap("more")
    assert who.model.warn_left is None and who.model.screen == "status"
    who.wait(45)
    assert who.wait(19.8).screen == "status"
    who.wait(0.3)
    assert who.model.screen == "home" and who.model.code == "" and who.model.result is None
    assert Forget() in who.effects


def test_time_can_be_extended_more_than_ten_times() -> None:
    who = Person()
    who.tap("go:fields")
    for _ in range(15):
        assert who.wait(50).warn_left is not None
        who.tap("more")
    assert who.model.screen == "fields"


@pytest.mark.parametrize("name", sorted(samples()))
@pytest.mark.parametrize("way", ["done", "home"])
def test_from_every_screen_both_ways_home_wipe_everything(name: str, way: str) -> None:
    flow = Flow(Env())
    model, effects = flow.on(Tap(way), replace(samples()[name], language="en", large=True))
    assert model.screen == "home" and Forget() in effects
    kept = {"language", "large"} if way == "home" else set()
    clean = Model(now=model.now, face=model.face, hub=model.hub, camera=model.camera, touched=model.now)
    for field in ("code", "factor", "result", "ticket", "query", "hits", "procedure", "field", "score", "reasons"):
        assert getattr(model, field) == getattr(clean, field)
    assert model.trail == () and model.page == 0
    assert (model.language, model.large) == (("en", True) if kept else ("vi", False))


@pytest.mark.parametrize("screen", [each for each in SCREENS if each != "attract"])  # that is where time leads to
def test_every_screen_times_out_and_has_a_failsafe(screen: str) -> None:
    flow = Flow(Env())
    start = replace(Model(now=100.0, touched=100.0, hub=HUB, face=FACE, language="en"), screen=screen, trail=("home",))
    model = start
    for second in range(1, 140):
        model, _ = flow.on(Tick(100.0 + second, FACE), model)
        if screen not in UNWARNED and second < 20:
            assert model.screen != "home"
    assert model.screen == "home" and model.language == "vi"
    broken, effects = flow.on(Broken(), replace(start, code=CODE, result=FOUND))
    assert broken.screen == "failsafe" and broken.code == "" and broken.result is None and Forget() in effects


def test_a_wall_clock_jump_wipes_nothing_and_monotonic_time_does() -> None:
    who = Person()
    who.tap("go:fields")
    who.feed(Tick(who.model.now + 1, replace(FACE, year=2031)))
    assert who.model.screen == "fields" and who.model.warn_left is None


def test_a_face_counts_even_if_its_owner_walks_away() -> None:
    who = Person()
    who.tap("go:rate", "face:4", "reason:time", "reason:fee", "reason:room")
    who.wait(50)
    who.wait(20)
    told = who.last(Report)
    assert isinstance(told, Report) and told.type == "rating.given"
    data = dict(told.data)
    assert (data["score"], data["of"], data["reasons"], data["hour"]) == (4, 5, ("time", "fee"), 8)


def test_a_rating_is_told_once() -> None:
    who = Person()
    who.tap("go:rate", "face:5", "send", "done")
    assert len([each for each in who.effects if isinstance(each, Report)]) == 1


def test_search_is_live_after_two_letters() -> None:
    who = Person()
    who.tap("go:fields", "go:search", "key:k")
    assert who.model.hits == ()
    who.feed(Key("h"))
    assert who.model.query == "kh" and who.model.hits == ("1.001193",)
    who.tap("procedure:1.001193")
    assert who.model.screen == "procedure" and who.tap("back").screen == "search"


def test_take_a_number_for_this_procedure() -> None:
    who = Person(service_of=lambda code: "civil-status")
    who.tap("go:fields", "field:civil-status", "procedure:1.001193", "takefor")
    issue = who.last(Issue)
    assert isinstance(issue, Issue) and issue.service == "civil-status"


def test_a_finger_on_nothing_counts_as_somebody_being_there() -> None:
    who = Person()
    who.tap("go:fields")
    who.wait(44)
    who.feed(Touched())
    assert who.wait(10).warn_left is None


def test_no_date_while_the_clock_is_not_believed() -> None:
    import datetime as dt

    wall = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert face_of(wall, trusted=False) is None
    assert face_of(wall, trusted=True) == Face(1970, 1, 1, 3, 0, 0)


def test_ten_thousand_random_events_never_raise_and_always_come_home() -> None:
    dice = random.Random(7)
    who = Person(service_of=lambda code: "civil-status")
    taps = [
        "go:service", "go:scan", "go:fields", "go:rate", "go:help", "go:search", "go:typing", "go:factor",
        "home", "back", "done", "more", "large", "language",
        "page:next", "page:back", "priority", "take:civil-status", "takefor", "look",
        "unlock", "factorkind:lookup_code", "factorkind:id_last4", "face:3", "reason:time", "send", "key:A", "key:1",
        "key:backspace", "helper", "anyway", "why:land",
        "why:civil-status", "field:land", "procedure:1.001193", "nonsense", "go:nowhere", "key:é",
    ]  # fmt: skip
    for _ in range(10_000):
        match dice.randrange(6):
            case 0:
                who.wait(dice.uniform(0, 30))
            case 1:
                who.feed(Scanned(dice.choice(["dossier", "card", "unknown"]), dice.choice([CODE, None])))
            case 2:
                kind = dice.choice(["not_found", "try_later", "offline"])
                who.feed(LookedUp(who.model.request, dice.choice([FOUND, DETAILS, LookupResult(kind)])))  # type: ignore[arg-type]
            case 3:
                ticket = dice.choice([None, Ticket("t", "A001", "civil-status", 1)])
                who.feed(TicketGiven(who.model.request, ticket))
            case _:
                who.tap(dice.choice(taps))
        assert who.model.screen in SCREENS
        assert len(who.model.trail) < 60
        if len(who.model.trail) > 50:
            who.tap("home")
    for _ in range(200):
        who.wait(1)
    assert who.model.screen == "home"
