"""Every screen in sample states, with invented data: for pictures, golden tests and checks. No hub is needed."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Dossier, Face, HelpDay, HubView, LookupResult, Model, Refusal, ServiceLine, Step, Ticket

FACE = Face(2026, 11, 23, 0, 8, 42)
SERVICES = (
    ServiceLine("reception", "T", "Tiếp nhận và trả kết quả", "Reception and results", 3, (10, 20)),
    ServiceLine("civil-status", "A", "Tư pháp – Hộ tịch", "Civil status", 6, (15, 25)),
    ServiceLine("land", "D", "Địa chính – Xây dựng", "Land and construction", 2, (10, 20)),
    ServiceLine("social", "X", "Văn hóa – Xã hội", "Culture and social affairs", 0, None),
    ServiceLine("police", "C", "Công an xã", "Commune police", 1, (5, 10)),
    ServiceLine("advice", "H", "Tư vấn, hướng dẫn", "Advice", 0, None, False),
)
HUB = HubView(True, SERVICES, (("A041", 3), ("T017", 1)))
NO_PAPER = ("printer", "Máy in hết giấy: xin nhớ số trên màn hình.", "No paper: please remember your number.")
YOUTH = HelpDay(
    "07:30", "11:30", "Đoàn Thanh niên", "Youth Union", "hướng dẫn và viết giúp", "guidance and help with forms"
)
CODE = "H38.12.25-261116-0003"
SIMPLE = Dossier(CODE, "Hộ tịch", "Civil status", "come", "2026-11-20")
DETAILS = replace(
    SIMPLE,
    details=True,
    procedure="Đăng ký khai sinh",
    applicant="N*** V*** A",
    steps=(
        Step("Tiếp nhận", "Received", "2026-11-16T09:10", True),
        Step("Thẩm định", "Examined", "2026-11-17", True),
        Step("Phê duyệt", "Approved", "2026-11-18", True),
        Step("Có kết quả", "Ready", "2026-11-19", True),
        Step("Trả kết quả", "Handed over", None, False),
    ),
    counter=(1, "Tiếp nhận và trả kết quả"),
    bring=("Giấy hẹn này và căn cước",),
)
LATE = replace(
    DETAILS,
    group="open",
    late_new="2026-11-27",
    steps=(*DETAILS.steps[:2], *(replace(step, done=False, at=None) for step in DETAILS.steps[2:])),
)
SUPPLEMENT = replace(
    LATE, group="act", late_new=None, supplement=("Bản sao giấy chứng sinh", "Tờ khai có chữ ký của người khai")
)


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    base = Model(face=FACE, hub=HUB, camera=True, now=100.0, touched=100.0)
    ticket = Ticket("20261123-A042", "A042", "civil-status", 6, (15, 25))
    found = LookupResult("found", SIMPLE, "08:40")

    def not_now(service: ServiceLine, why: str, opens_at: str) -> ServiceLine:
        return replace(service, open=False, status=why, opens_at=opens_at)

    shut = replace(HUB, services=tuple(not_now(each, "closed", "2026-11-24T07:30+07:00") for each in SERVICES))
    holiday = replace(
        HUB, services=tuple(not_now(each, "holiday", "2027-02-12T07:30+07:00") for each in SERVICES), calls=()
    )
    land = not_now(SERVICES[2], "quota", "2026-11-24T07:30+07:00")
    no_land = replace(HUB, services=tuple(land if each.id == "land" else each for each in SERVICES))
    long = replace(SERVICES[1], waiting=14, estimate=(40, 60), long_wait=True)
    crowd = replace(HUB, services=tuple(long if each.id == long.id else each for each in SERVICES))
    told = ("Quầy 3 tạm nghỉ vì mất điện, mời ông/bà chờ ít phút.", "Counter 3 has lost power, please wait a little.")
    helpers = replace(HUB, help_days=(YOUTH,))
    in_scan = replace(base, trail=("home", "scan"), code=CODE)

    def seen(dossier: Dossier) -> Model:
        return replace(
            in_scan, screen="details", trail=("home", "scan", "status"), result=LookupResult("found", dossier, "08:40")
        )

    one = replace(base, trail=("home",))
    return {
        "home": base,
        "home-unplugged": replace(base, hub=HubView()),
        "home-no-paper": replace(base, hub=replace(HUB, parts=(NO_PAPER,))),
        "home-untrusted": replace(base, face=None),
        "home-message": replace(base, hub=replace(HUB, message=told)),
        "home-closed": replace(base, hub=shut),
        "service": replace(one, screen="service"),
        "service-quota": replace(one, screen="service", hub=no_land),
        "busy": replace(one, screen="busy", trail=("home", "service"), hub=crowd, wanted=long.id),
        "service-priority": replace(one, screen="service", priority=True, hub=replace(HUB, services=SERVICES[1:4])),
        "issuing": replace(one, screen="issuing"),
        "ticket": replace(one, screen="ticket", ticket=ticket, paper="printed"),
        "ticket-first": replace(one, screen="ticket", ticket=replace(ticket, ahead=0), paper="printed"),
        "ticket-no-paper": replace(one, screen="ticket", ticket=ticket, paper="broken"),
        "fields": replace(one, screen="fields"),
        "list": replace(one, screen="list", trail=("home", "fields"), field="civil-status"),
        "list-2": replace(one, screen="list", trail=("home", "fields"), field="civil-status", page=1),
        "procedure": replace(one, screen="procedure", trail=("home", "fields", "list"), procedure="1.001193"),
        "procedure-2": replace(one, screen="procedure", trail=("home", "fields", "list"), procedure="1.001193", page=1),
        "procedure-fee": replace(one, screen="procedure", trail=("home", "search"), procedure="2.000815"),
        "search": replace(one, screen="search", trail=("home", "fields")),
        "search-hits": replace(
            one, screen="search", trail=("home", "fields"), query="khai si", hits=("1.001193", "1.004884", "2.000528")
        ),
        "search-none": replace(one, screen="search", trail=("home", "fields"), query="xyzq"),
        "scan": replace(one, screen="scan"),
        "scan-card": replace(one, screen="scan", hint="card"),
        "scan-unknown": replace(one, screen="scan", hint="unknown"),
        "typing": replace(one, screen="typing"),
        "typing-part": replace(one, screen="typing", trail=("home", "scan"), code="H38.12.25-26"),
        "typing-ready": replace(one, screen="typing", trail=("home", "scan"), code=CODE),
        "searching": replace(in_scan, screen="searching"),
        "status": replace(in_scan, screen="status", result=found),
        "status-act": replace(
            in_scan, screen="status", result=LookupResult("found", replace(SIMPLE, group="act"), "08:40")
        ),
        "factor": replace(in_scan, screen="factor", trail=("home", "scan", "status"), result=found, factor="12"),
        "factor-wrong": replace(
            in_scan, screen="factor", trail=("home", "scan", "status"), result=found, factor_wrong=True
        ),
        "factor-code": replace(
            in_scan,
            screen="factor",
            trail=("home", "scan", "status"),
            result=found,
            factor_kind="lookup_code",
            factor="7K2P",
        ),
        "details": seen(DETAILS),
        "details-late": seen(LATE),
        "details-act": seen(SUPPLEMENT),
        "not_found": replace(in_scan, screen="not_found"),
        "try_later": replace(in_scan, screen="try_later"),
        "offline": replace(in_scan, screen="offline", result=LookupResult("offline")),
        "offline-known": replace(in_scan, screen="offline", result=LookupResult("offline", SIMPLE, "09:40")),
        "rate": replace(one, screen="rate"),
        "rate-why": replace(one, screen="rate", score=4, reasons=("attitude",)),
        "thanks": replace(one, screen="thanks"),
        "help": replace(one, screen="help"),
        "out_of_service": replace(one, screen="out_of_service", hub=HubView()),
        "helper": replace(one, screen="helper", trail=("home", "help"), hub=helpers, helper="called"),
        "helper-asking": replace(one, screen="helper", trail=("home", "help"), helper="asking"),
        "helper-failed": replace(one, screen="helper", trail=("home", "help"), helper="failed"),
        "help-days": replace(one, screen="help", hub=helpers),
        "closed": replace(one, screen="closed", hub=shut, refusal=shut.refusal()),
        "closed-last": replace(
            one, screen="closed", hub=shut, refusal=Refusal("last_ticket", "", "2026-11-23T13:00+07:00")
        ),
        "closed-quota": replace(
            one, screen="closed", trail=("home", "service"), hub=no_land, refusal=no_land.refusal("land")
        ),
        "closed-holiday": replace(one, screen="closed", hub=holiday, refusal=holiday.refusal()),
        "failsafe": replace(base, screen="failsafe"),
        "warning": replace(in_scan, screen="status", result=found, warn_left=18),
    }
