"""What the hub and the commune server say, as the screen keeps it: frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Print = Literal["asking", "printed", "broken"]
ListPaper = Literal["printed", "no_paper", "failed"]
ResultKind = Literal["found", "not_found", "try_later", "offline"]


@dataclass(frozen=True, slots=True)
class Face:
    """The clock as people read it; None in the model while the machine's clock is not to be believed."""

    year: int
    month: int
    day: int
    weekday: int  # 0 = Monday
    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A queue one can take a number for. `estimate`: minutes, a range. `open`: a number can be taken now; where not,
    `status` is the hub's word for why and `opens_at` (ISO) when it will be. `long_wait`: ask before one is taken."""

    id: str
    letter: str
    name: str
    name_en: str
    waiting: int = 0
    estimate: tuple[int, int] | None = None
    open: bool = True
    status: str = "open"
    opens_at: str | None = None
    long_wait: bool = False


@dataclass(frozen=True, slots=True)
class HelpDay:
    """Who helps today, from … to (hh:mm), and with what."""

    start: str
    end: str
    who: str
    who_en: str
    what: str
    what_en: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no number can be had. `code`: the hub's word (`closed last_ticket quota holiday day_closed full …`);
    `service`: for which, "" for all; `opens_at`: ISO, or None where nobody knows."""

    code: str
    service: str = ""
    opens_at: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """How a part of the machine stands, for the staff. `part`: `hub uplink server scanner versions addresses`;
    `fine`: None where there is nothing to judge; `told`: figures and names, without words."""

    part: str
    fine: bool | None
    told: str


@dataclass(frozen=True, slots=True)
class HubView:
    """What the hub last said. `parts` are the public sentences of parts that do not work: (part, vi, en); `message`
    is the supervisor's text for everybody: (vi, en)."""

    connected: bool = False
    services: tuple[ServiceLine, ...] = ()
    calls: tuple[tuple[str, int], ...] = ()
    parts: tuple[tuple[str, str, str], ...] = ()
    message: tuple[str, str] | None = None
    help_days: tuple[HelpDay, ...] = ()
    day: str = ""  # the service day, ISO
    idle: tuple[tuple[str, str], ...] = ()  # notices and slogans of this hour: (vi, en)

    @property
    def printer(self) -> bool:
        """Whether paper can be expected."""
        return all(part != "printer" for part, _vi, _en in self.parts)

    @property
    def open(self) -> bool:
        """Whether any queue takes people now."""
        return any(service.open for service in self.services)

    def service(self, service_id: str) -> ServiceLine | None:
        """The service of an id."""
        return next((each for each in self.services if each.id == service_id), None)

    def refusal(self, service_id: str = "") -> Refusal:
        """Why no number can be had for a service, or for any of them: then the one that opens first speaks for all."""
        shut = [each for each in self.services if not each.open and service_id in ("", each.id)]
        shut.sort(key=lambda each: each.opens_at or "9")
        if not shut:
            return Refusal("closed", service_id)
        codes = {each.status for each in shut}
        code = shut[0].status if service_id or len(codes) == 1 else "closed"
        return Refusal("closed" if code in ("open", "no_counter") else code, service_id, shut[0].opens_at)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A number that was given out."""

    id: str
    number: str
    service: str
    ahead: int
    estimate: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class TicketNow:
    """How a ticket stands now. `before`: who will be called earlier, None where it waits no more; `day`: its service
    day, ISO; `counter`: where it is or was served."""

    id: str
    number: str
    service: str
    state: str
    day: str
    counter: int | None = None
    before: int | None = None
    estimate: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dossier's way."""

    name: str
    name_en: str
    at: str | None
    done: bool


@dataclass(frozen=True, slots=True)
class Fee:
    """What is still to be paid, in đồng, and for what."""

    amount: int
    what: str
    what_en: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as the server shows it; with `details` only after a second factor. Names arrive masked.

    `status`: the national number, "1" to "10", or another where a local list has more.
    """

    code: str
    field: str
    field_en: str
    group: str
    appointment: str | None = None
    details: bool = False
    status: str = ""
    status_vi: str = ""
    status_en: str = ""
    procedure: str = ""
    applicant: str = ""
    steps: tuple[Step, ...] = ()
    counter: tuple[int | None, str] | None = None
    bring: tuple[str, ...] = ()
    bring_en: tuple[str, ...] = ()
    supplement: tuple[str, ...] = ()
    supplement_en: tuple[str, ...] = ()
    late_new: str | None = None
    fee: Fee | None = None


@dataclass(frozen=True, slots=True)
class LookupResult:
    """One of four answers. `as_of` is hh:mm of what is shown; `offline` may carry the last known dossier: then `age_s`
    is how old it is, and `yesterday` whether that was the day before."""

    kind: ResultKind
    dossier: Dossier | None = None
    as_of: str = ""
    retry_s: int = 0
    age_s: int = 0
    yesterday: bool = False
