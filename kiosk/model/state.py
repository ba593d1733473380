"""What the screen knows. What a task keeps for a person is one frozen dataclass and one field of `Model`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kiosk.model.values import Face, HubView, LookupResult, Print, Refusal, Ticket

Helper = Literal["", "asking", "called", "failed"]


@dataclass(frozen=True, slots=True)
class Model:
    """Everything the screen shows. A wipe makes a new one; only what belongs to the machine is carried over."""

    screen: str = "home"
    trail: tuple[str, ...] = ()
    language: str = "vi"
    large: bool = False
    page: int = 0
    # the machine's
    now: float = 0.0
    face: Face | None = None
    hub: HubView = HubView()
    camera: bool = False
    request: int = 0
    rated_at: tuple[float, ...] = ()
    # the person's
    touched: float = 0.0
    warn_left: int | None = None
    extended: int = 0
    priority: bool = False
    ticket: Ticket | None = None
    paper: Print = "asking"
    wanted: str = ""
    refusal: Refusal | None = None
    helper: Helper = ""
    field: str = ""
    procedure: str = ""
    query: str = ""
    hits: tuple[str, ...] = ()
    code: str = ""
    typed: bool = False
    hint: str = ""
    factor_kind: Literal["id_last4", "lookup_code"] = "id_last4"
    factor: str = ""
    factor_wrong: bool = False
    result: LookupResult | None = None
    score: int = 0
    reasons: tuple[str, ...] = ()
