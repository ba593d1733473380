"""The dossier copy that look-ups read, in a database of its own; what leaves it is masked here (facts, domain §12.2).

With the code alone: field, what to do, appointment. With a second factor: the steps, the counter, what to bring, and a
masked name. Unknown code and wrong factor are one answer.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, func, insert, select

from commune_server.masking import mask_name
from commune_server.samples import COUNTERS, STATUSES, generate
from commune_server.store import open_engine

metadata = MetaData()
dossiers = Table(
    "dossiers", metadata,
    Column("code", String(64), primary_key=True),
    Column("lookup_code", String(4), nullable=False), Column("id_last4", String(4), nullable=False),
    Column("status", Integer, nullable=False, index=True), Column("group", String(10), nullable=False, index=True),
    Column("body", String, nullable=False),
)  # fmt: skip
made = Table("made", metadata, Column("what", String(80), primary_key=True))

CODE = r"^(?:\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}|[A-Y]\d{2}(?:\.[0-9A-Z]{2,3}){0,6})-(?:\d{6}|\d{8})-\d{4,8}$"
"""The grammar of a dossier code (facts, domain §3.3)."""


@dataclass(frozen=True)
class Factor:
    """The second thing a citizen knows: the 4 characters printed on the receipt, or the end of the id number."""

    kind: Literal["lookup_code", "id_last4"]
    value: str


def code_only(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the code alone opens."""
    shown = {key: body[key] for key in ("code", "field", "field_en", "group")}
    # Of a late dossier the date that holds is the new one; a date gone by helps nobody.
    return shown | {"appointment": body["late"] or body["appointment"]}


def details(body: Mapping[str, Any]) -> dict[str, Any]:
    """What code and second factor open. Never: full name, id number, address, phone.

    What is still to be paid is told without the name: nobody's debt stands beside who it is (facts, domain §12.2).
    """
    status = STATUSES[body["status"]]
    paper, paper_en, group = body["paper"], body["paper_en"], body["group"]
    bring = {
        "come": (["Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Căn cước hoặc VNeID"], ["Your receipt", "Identity card"]),
        "act": (["Giấy tiếp nhận hồ sơ và hẹn trả kết quả"], ["Your receipt"]),
    }.get(group, ([], []))
    due = body.get("fee")
    fee = {"amount": due[0], "what": due[1], "what_en": due[2]} if due else None
    supplement = ([paper], [paper_en]) if status.id == 5 else ([], [])
    return code_only(body) | {
        "status": status.id, "status_vi": status.vi, "status_en": status.en,
        "procedure": body["procedure"], "applicant": None if fee else mask_name(body["name"]), "steps": body["steps"],
        "counter": {"id": body["counter"], "name": COUNTERS[body["counter"]]},
        "bring": bring[0], "bring_en": bring[1], "supplement": supplement[0], "supplement_en": supplement[1],
        "late": {"new_date": body["late"]} if body["late"] else None, "fee": fee,
    }  # fmt: skip


class DossierStore:
    """The dossiers' database. Filled with the generated sample when asked to."""

    def __init__(self, path: Path) -> None:
        self.engine = open_engine(path)
        metadata.create_all(self.engine)
        path.chmod(0o600)

    def close(self) -> None:
        """Give the file back."""
        self.engine.dispose()

    def fill(self, count: int, seed: int, today: date) -> bool:
        """Hold the sample of that day. False when it is held already."""
        what = f"{count} from seed {seed} on {today.isoformat()}"
        with self.engine.begin() as connection:
            if connection.execute(select(made.c.what)).scalars().all() == [what]:
                return False
            connection.execute(delete(dossiers))
            connection.execute(delete(made))
            rows = [
                {
                    "code": body["code"], "lookup_code": body["lookup_code"], "id_last4": body["id_number"][-4:],
                    "status": body["status"], "group": body["group"], "body": json.dumps(body, ensure_ascii=False),
                }
                for body in generate(count, seed, today)
            ]  # fmt: skip
            if rows:
                connection.execute(insert(dossiers), rows)
            connection.execute(insert(made).values(what=what))
        return True

    def lookup(self, code: str, factor: Factor | None) -> dict[str, Any] | None:
        """The view these arguments open, or None: no such code, or the factor is wrong."""
        with self.engine.connect() as connection:
            row = connection.execute(select(dossiers).filter_by(code=code)).one_or_none()
        given = factor.value.strip().upper().encode() if factor else b""
        if row is None:
            hmac.compare_digest(given, b"0000")
            return None
        body = json.loads(row.body)
        if factor is None:
            return {"view": "code_only", "dossier": code_only(body)}
        held = row.lookup_code if factor.kind == "lookup_code" else row.id_last4
        if not hmac.compare_digest(given, held.encode()):
            return None
        return {"view": "details", "dossier": details(body)}

    def samples(self, count: int, *, status: int | None = None, group: str | None = None) -> list[dict[str, Any]]:
        """Some dossiers with both second factors, for demonstrations. Only of the generated sample."""
        with self.engine.connect() as connection:
            if not connection.execute(select(made.c.what)).scalars().all():
                raise ValueError("this database does not hold the generated sample")
            statement = select(dossiers).order_by(dossiers.c.code.desc()).limit(count)
            if status is not None:
                statement = statement.filter_by(status=status)
            if group is not None:
                statement = statement.filter_by(group=group)
            rows = connection.execute(statement).all()
        return [
            {
                "code": row.code, "lookup_code": row.lookup_code, "id_last4": row.id_last4, "status": row.status,
                "group": row.group, "field": json.loads(row.body)["field"],
            }
            for row in rows
        ]  # fmt: skip

    def counts(self) -> dict[str, int]:
        """Dossiers by group."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(dossiers.c.group, func.count()).group_by(dossiers.c.group)).all()
        return {str(group): int(count) for group, count in rows}
