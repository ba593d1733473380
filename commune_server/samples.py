"""Invented dossiers: 10,000 by default, from a seed and a day, the same every time. No real person, number or phone.

Statuses are the national list (facts, domain §5.1). Identity numbers begin with 000, which no province has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

LOOKUP_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"  # none that is read as another


@dataclass(frozen=True)
class Status:
    """One status of the national list, and how it is said to a citizen."""

    id: int
    vi: str
    en: str
    group: str


STATUSES = {
    each.id: each
    for each in (
        Status(1, "Đã gửi, chờ tiếp nhận", "Sent, waiting to be received", "waiting"),
        Status(2, "Đã tiếp nhận", "Received", "open"),
        Status(3, "Không được tiếp nhận – xem thông báo", "Not accepted – see the notice", "refused"),
        Status(4, "Đang giải quyết", "Being processed", "open"),
        Status(5, "Cần bổ sung giấy tờ", "Papers to be added", "act"),
        Status(6, "Cần nộp phí, lệ phí, thuế", "Fees or taxes to be paid", "act"),
        Status(7, "Đã rút hồ sơ", "Withdrawn", "closed"),
        Status(8, "Dừng giải quyết", "Stopped", "closed"),
        Status(9, "Đã có kết quả – mời đến nhận", "The result is ready – please come", "come"),
        Status(10, "Đã trả kết quả", "Result handed over", "closed"),
    )
}
GROUPS = ("waiting", "open", "act", "come", "closed", "refused")
_WEIGHTS = {1: 0.4, 2: 1.0, 3: 1.0, 4: 7.0, 5: 1.5, 6: 1.5, 7: 1.0, 8: 0.6, 9: 4.0, 10: 82.0}

COUNTERS = {
    1: "Tiếp nhận và trả kết quả", 2: "Tư pháp – Hộ tịch", 3: "Địa chính – Xây dựng – Môi trường",
    4: "Văn hóa – Xã hội", 5: "Công an xã",
}  # fmt: skip


@dataclass(frozen=True)
class _Procedure:
    name: str
    field: str
    field_en: str
    counter: int
    days: int
    paper: str
    paper_en: str
    weight: int


_CIVIL, _CERT, _HOME = ("Hộ tịch", "Civil status", 2), ("Chứng thực", "Certification", 2), ("Cư trú", "Residence", 5)
_TRADE, _LAND = ("Hộ kinh doanh", "Household business", 3), ("Đất đai", "Land", 3)
_BUILD, _SOCIAL = ("Xây dựng", "Construction", 3), ("Bảo trợ xã hội", "Social protection", 4)
_PROCEDURES = [
    _Procedure(name, *field, days, paper, paper_en, weight)
    for name, field, days, paper, paper_en, weight in (
        ("Đăng ký khai sinh", _CIVIL, 1, "Giấy chứng sinh (bản chính)", "Birth notification (original)", 10),
        ("Đăng ký khai tử", _CIVIL, 1, "Giấy báo tử", "Death notification", 5),
        ("Đăng ký kết hôn", _CIVIL, 3, "Căn cước của hai bên", "Identity cards of both", 6),
        ("Cấp Giấy xác nhận tình trạng hôn nhân", _CIVIL, 3, "Bản án ly hôn, nếu có", "Divorce paper, if any", 9),
        ("Cải chính, bổ sung thông tin hộ tịch", _CIVIL, 3, "Giấy tờ chứng minh", "Supporting papers", 4),
        ("Chứng thực bản sao từ bản chính", _CERT, 1, "Bản chính giấy tờ", "The original", 12),
        ("Chứng thực hợp đồng, giao dịch", _CERT, 2, "Dự thảo hợp đồng", "Draft of the contract", 5),
        ("Đăng ký thường trú", _HOME, 7, "Giấy tờ về chỗ ở hợp pháp", "Proof of lawful dwelling", 10),
        ("Đăng ký tạm trú", _HOME, 3, "Giấy tờ về chỗ ở", "Proof of dwelling", 6),
        ("Đăng ký thành lập hộ kinh doanh", _TRADE, 3, "Văn bản ủy quyền", "Authorisation", 7),
        ("Đăng ký đất đai, cấp Giấy chứng nhận lần đầu", _LAND, 20, "Sơ đồ thửa đất", "Map of the plot", 9),
        ("Đăng ký biến động đất đai", _LAND, 10, "Giấy chứng nhận (bản gốc)", "Land certificate (original)", 7),
        ("Cấp giấy phép xây dựng nhà ở riêng lẻ", _BUILD, 15, "Bản vẽ thiết kế (02 bộ)", "Drawings (2 sets)", 4),
        ("Trợ cấp hưu trí xã hội", _SOCIAL, 10, "Tờ khai", "Declaration", 5),
        ("Xác định mức độ khuyết tật", _SOCIAL, 25, "Giấy tờ y tế", "Medical papers", 3),
    )
]

_FEES = {
    "Đăng ký thường trú": (20_000, "Lệ phí đăng ký thường trú", "Fee for permanent residence"),
    "Đăng ký tạm trú": (15_000, "Lệ phí đăng ký tạm trú", "Fee for temporary residence"),
    "Chứng thực bản sao từ bản chính": (4_000, "Phí chứng thực bản sao, 2 trang", "Certified copy, 2 pages"),
    "Chứng thực hợp đồng, giao dịch": (50_000, "Phí chứng thực giao dịch", "Certification of a transaction"),
}
"""Đồng. Only where a national rule names the amount (facts, domain §13.1, §17); the others are told at the counter."""

_FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"]
_MIDDLE = ["Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Quốc", "Kim", "Xuân", "Y"]
_GIVEN = [
    "An",
    "Bình",
    "Châu",
    "Dung",
    "Giang",
    "Hà",
    "Hạnh",
    "Khánh",
    "Lan",
    "Mai",
    "Nam",
    "Oanh",
    "Phúc",
    "Quỳnh",
    "Sơn",
    "Thảo",
    "Uyên",
    "Việt",
    "Yến",
    "Ánh",
    "Ổn",
]
_STEPS = (
    ("Tiếp nhận", "Received"), ("Thẩm định", "Examined"), ("Phê duyệt", "Approved"), ("Trả kết quả", "Handed over"),
)  # fmt: skip


def workday(day: date, after: int) -> date:
    """The `after`-th working day after `day` (Saturday and Sunday left out; holidays are the commune's own list)."""
    while after > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            after -= 1
    return day


def _code(rng: random.Random, received: date, number: int) -> str:
    style = rng.random()
    if style < 0.08:  # papers printed before the units were renumbered go on living
        return f"000.00.15.H38-{received:%y%m%d}-{number:04d}"
    if style < 0.11:  # one system writes long ones
        return f"H38.12.25-{received:%Y%m%d}-{number:07d}"
    return f"H38.12.25-{received:%y%m%d}-{number:04d}"


def _person(rng: random.Random) -> tuple[str, str]:
    name = " ".join((rng.choice(_FAMILY), rng.choice(_MIDDLE), rng.choice(_GIVEN)))
    return name, f"000{rng.randrange(10**9):09d}"


def _age(rng: random.Random, status: int, days: int) -> int:
    """Working days since it was received, plausible for the status."""
    if status in (1, 2):
        return rng.randint(0, 1)
    if status in (3, 7, 8, 10):
        return rng.randint(days + 1, days + 240)
    if status == 9:
        return max(1, days + rng.randint(-2, 12))
    return rng.randint(1, max(2, int(days * 1.15)))


def _dossier(rng: random.Random, today: date, numbers: dict[date, int]) -> dict[str, Any]:
    procedure = rng.choices(_PROCEDURES, [each.weight for each in _PROCEDURES])[0]
    status = STATUSES[rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]]
    received = today
    for _ in range(_age(rng, status.id, procedure.days)):
        received -= timedelta(days=3 if received.weekday() == 0 else 1)
    if received.weekday() > 4:
        received -= timedelta(days=received.weekday() - 4)
    numbers[received] = numbers.get(received, 0) + rng.choice((1, 1, 1, 2))
    appointment = None if status.id in (1, 3, 7, 8) or rng.random() < 0.02 else workday(received, procedure.days)
    late = None
    if appointment is not None and status.group == "open" and appointment < today:
        late = workday(today, rng.randint(2, 6))
    done = {"waiting": 0, "refused": 0, "open": 1 if status.id == 2 else rng.randint(1, 2), "act": 1, "come": 3}
    reached = done.get(status.group, 4 if status.id == 10 else 1)
    ended = appointment if appointment is not None and appointment <= today else today
    spread = [received, workday(received, max(1, procedure.days // 2)), ended, ended]
    name, number = _person(rng)
    return {
        "code": _code(rng, received, numbers[received]),
        "lookup_code": "".join(rng.choice(LOOKUP_LETTERS) for _ in range(4)),
        "id_number": number, "name": name, "status": status.id, "group": status.group,
        "field": procedure.field, "field_en": procedure.field_en, "procedure": procedure.name,
        "received": received.isoformat(),
        "appointment": appointment.isoformat() if appointment else None,
        "late": late.isoformat() if late else None,
        "steps": [
            {"name": vi, "name_en": en, "done": at < reached,
             "at": min(spread[at], today).isoformat() if at < reached else None}
            for at, (vi, en) in enumerate(_STEPS)
        ],
        "counter": 1 if status.group == "come" else procedure.counter,
        "paper": procedure.paper, "paper_en": procedure.paper_en,
        "fee": _FEES.get(procedure.name) if status.id == 6 else None,
    }  # fmt: skip


def generate(count: int, seed: int, today: date) -> Iterator[dict[str, Any]]:
    """`count` dossiers; the same for the same arguments. Codes are unique, dates lie in the past."""
    rng = random.Random(f"{seed}/{today.isoformat()}")
    numbers: dict[date, int] = {}
    for _ in range(count):
        yield _dossier(rng, today, numbers)
