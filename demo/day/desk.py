"""The simulated day itself: people come, clerks call, things break; every deed goes through the real hub and wires.

A list of moments is worked off in order. Before each the clock file is moved to that moment (config/clock.py), so that
nine hours of the desk take as long as the hub and the wires need for the deeds, and nothing waits for the clock.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from config.settings import Settings
from demo.day.eye import DayClock, Eye
from demo.day.faults import Fault, wires_up
from demo.day.people import Person
from demo.hub import wait_for
from demo.start import Room
from queue_display.client import HubClient, HubRefused, HubUnreachable

AGAIN_S = 10.0
"""Who finds no hub tries again after so long."""
BETWEEN_S = 6.0
"""From one citizen to the next at a counter."""
RECALL_S = 40.0
RECALLS = 2


@dataclass(frozen=True)
class Hours:
    """Seconds since midnight: `spans` numbers are issued in, ascending; the break between them is everybody's."""

    spans: tuple[tuple[float, float], ...]

    def break_at(self, moment: float) -> float | None:
        """When the break that `moment` falls into ends; None outside of one."""
        for (_, end), (start, _) in itertools.pairwise(self.spans):
            if end <= moment < start:
                return start
        return None


class Desk:
    """One day. `run` works it off; the tallies stay for the summary."""

    def __init__(self, room: Room, settings: Settings, clock: DayClock, hours: Hours, pads: frozenset[int]) -> None:
        self.room, self.settings, self.clock, self.hours = room, settings, clock, hours
        self.pads = pads
        """Counters whose clerk uses the key pad on the wire; the others use the page's routes."""
        self.eye = Eye(room.site.hub_address)
        address = room.site.hub_address
        self._kiosk = HubClient(address, role="kiosk", device="sim")
        self._reception = HubClient(address, role="reception", device="sim")
        self._clerks = {
            each.id: HubClient(address, role="clerk", device=f"sim-{each.id}", counter=each.id)
            for each in settings.counters
        }
        self._moments: list[tuple[float, int, Callable[[float], None]]] = []
        self._ticks = itertools.count()
        self.who: dict[str, Person] = {}
        self.issued_at: dict[str, float] = {}
        self.called_at: dict[str, float] = {}
        self.refused: Counter[str] = Counter()
        self.refused_inside = 0
        self.by: Counter[str] = Counter()
        self.deeds: Counter[str] = Counter()
        self.retries = 0
        self._idle: set[int] = set()
        self._set_aside: dict[int, list[tuple[float, str]]] = {each.id: [] for each in settings.counters}
        self._pressed: list[Person] = []

    # -- the list of moments ---------------------------------------------------------------------------------------

    def at(self, moment: float, deed: Callable[[float], None]) -> None:
        """Do this then."""
        heapq.heappush(self._moments, (moment, next(self._ticks), deed))

    def run(self, people: list[Person], faults: list[Fault]) -> None:
        """The whole day, until nothing is left to do."""
        for person in people:
            self.at(person.at, lambda now, who=person: self._comes(now, who))  # type: ignore[misc]
        for fault in faults:
            self.at(fault.at, lambda _now, one=fault: one.harm())  # type: ignore[misc]
            self.at(fault.at + fault.lasts, lambda now, one=fault: self._mend(now, one))  # type: ignore[misc]
        for number in self._clerks:
            self.at(self.hours.spans[0][0] + number, lambda now, at=number: self._free(now, at))  # type: ignore[misc]
        while self._moments:
            moment, _, deed = heapq.heappop(self._moments)
            self.clock.to(moment)
            try:
                deed(moment)
            except HubUnreachable:
                self.retries += 1
                self.at(moment + AGAIN_S, deed)

    def _mend(self, now: float, fault: Fault) -> None:
        fault.mend()
        wait_for(f"everything is well again after {fault.name}", lambda: wires_up(self.room) or None, 60)
        # Who pressed while it was broken has a number now.
        wait_for("the numbers pressed for meanwhile", lambda: self._all_taken(now) or None, 20)

    # -- people ----------------------------------------------------------------------------------------------------

    def _comes(self, now: float, person: Person) -> None:
        if person.how == "button":
            self._press(now, person)
            return
        client = self._kiosk if person.how == "kiosk" else self._reception
        try:
            ticket = client.issue(person.service, priority=person.priority)["ticket"]
        except HubRefused as refused:
            self.refused[refused.code] += 1
            self.refused_inside += not person.outside
            return
        self._has_number(now, person, ticket["id"])

    def _press(self, now: float, person: Person) -> None:
        said = self.room.cabinet.ask("press", button=f"button-{person.service}")
        if "press" not in said:
            # The chip took it as part of a tap that still waits for its commit: the finger presses once more.
            self.retries += 1
            self.at(now + AGAIN_S, lambda again: self._press(again, person))
            return
        self._pressed.append(person)
        if wires_up_now(self.room):
            wait_for("the pressed ticket", lambda: self._all_taken(now) or None, 20)

    def _all_taken(self, now: float) -> bool:
        while self._pressed and self._take_pressed(now):
            pass
        return not self._pressed

    def _take_pressed(self, now: float) -> bool:
        """Give the first pressed ticket that nobody holds yet to who pressed first for its service."""
        for ticket in self.eye.unheld(set(self.who)):
            for person in self._pressed:
                if person.service == ticket["service"]:
                    self._pressed.remove(person)
                    self._has_number(now, person, ticket["id"])
                    return True
        return False

    def _has_number(self, now: float, person: Person, ticket: str) -> None:
        self.who[ticket] = person
        self.issued_at[ticket] = now
        self.by[person.how] += 1
        if person.gives_up_after is not None:
            self.at(now + person.gives_up_after, lambda _at: self._gives_up(ticket))
        self._somebody_waits(now)

    def _gives_up(self, ticket: str) -> None:
        if self._state(ticket) == "waiting":
            self._reception.ticket_act(ticket, "cancel", reason="gave_up")
            self.deeds["cancel"] += 1

    def _state(self, ticket: str) -> str:
        return str(self._reception.get(f"/v1/tickets/{ticket}")["ticket"]["state"])

    def _somebody_waits(self, now: float) -> None:
        for number in sorted(self._idle):
            self._idle.discard(number)
            self.at(now + 3.0, lambda at, here=number: self._free(at, here))  # type: ignore[misc]

    # -- clerks ----------------------------------------------------------------------------------------------------

    def _free(self, now: float, counter: int) -> None:
        until = self.hours.break_at(now)
        if until is not None:
            self._clerks[counter].act(counter, "pause", reason="short_break", minutes=max(1, int((until - now) / 60)))
            self.deeds["pause"] += 1
            self.at(until + counter, lambda at: self._back(at, counter))
            return
        ticket = self._call(now, counter)
        if ticket is None:
            self._idle.add(counter)
            return
        self.called_at.setdefault(ticket, now)
        self.deeds["call"] += 1
        person = self.who[ticket]
        if person.comes:
            self.at(now + person.walk_s, lambda at: self._begins(at, counter, ticket))
        else:
            self.at(now + RECALL_S, lambda at: self._recall(at, counter, ticket, RECALLS))

    def _back(self, now: float, counter: int) -> None:
        self._clerks[counter].act(counter, "resume")
        self._free(now, counter)

    def _call(self, now: float, counter: int) -> str | None:
        due = [each for each in self._set_aside[counter] if each[0] <= now]
        if due:
            self._set_aside[counter].remove(due[0])
            ticket = self._clerks[counter].ticket_act(due[0][1], "call", counter=counter)["ticket"]
            self.deeds["call_set_aside"] += 1
            return str(ticket["id"])
        if counter not in self.pads or not wires_up_now(self.room):
            answer = self._clerks[counter].next(counter)["ticket"]
            return None if answer is None else str(answer["id"])
        if not self.eye.waits_for(counter):
            return None
        before = self.eye.at_counter(counter)
        self.room.cabinet.ask("key", counter=counter, key="next")
        self.deeds["key"] += 1
        return wait_for("the key's call", lambda: self.eye.new_at_counter(counter, before), 20)

    def _recall(self, now: float, counter: int, ticket: str, left: int) -> None:
        if left and self._clerks[counter].act(counter, "recall", ticket=ticket)["ticket"]["state"] == "called":
            self.deeds["recall"] += 1
            self.at(now + RECALL_S, lambda at: self._recall(at, counter, ticket, left - 1))
            return
        if self._state(ticket) == "called":
            self._clerks[counter].act(counter, "no-show", ticket=ticket)
        self.deeds["no_show"] += 1
        person = self.who[ticket]
        if person.returns_after is not None:
            self.who[ticket] = replace(person, comes=True, returns_after=None)
            self.at(now + person.returns_after, lambda at: self._returns(at, ticket))
        self.at(now + BETWEEN_S, lambda at: self._free(at, counter))

    def _returns(self, now: float, ticket: str) -> None:
        self._reception.ticket_act(ticket, "return")
        self.deeds["return"] += 1
        self._somebody_waits(now)

    def _begins(self, now: float, counter: int, ticket: str) -> None:
        if counter not in self.pads:  # a key pad has no key for it: the call counts
            self._clerks[counter].act(counter, "start", ticket=ticket)
        self.at(now + self.who[ticket].turn_s, lambda at: self._ends(at, counter, ticket))

    def _ends(self, now: float, counter: int, ticket: str) -> None:
        clerk, person = self._clerks[counter], self.who[ticket]
        ending = person.ending
        self.deeds[ending] += 1
        if ending in ("park", "papers"):
            clerk.act(counter, "park", ticket=ticket, papers=ending == "papers")
            self._set_aside[counter].append((now + person.turn_s, ticket))
            # Somebody has to look: an idle clerk does when the time comes.
            self.at(now + person.turn_s, self._somebody_waits)
            self.who[ticket] = replace(person, ending="done", turn_s=person.turn_s / 2)
        elif ending == "transfer":
            others = [number for number in self._clerks if number != counter]
            clerk.act(counter, "transfer", ticket=ticket, to_counter=others[int(person.turn_s) % len(others)])
            self.who[ticket] = replace(person, ending="done", turn_s=person.turn_s / 2)
            self._somebody_waits(now)
        else:
            clerk.act(counter, "done" if ending == "done" else "done-on-spot", ticket=ticket)
        self.at(now + BETWEEN_S, lambda at: self._free(at, counter))


def wires_up_now(room: Room) -> bool:
    """Whether a press or a key would reach the hub now, as far as the running parts can tell."""
    bridge, hub = room.part("bridge"), room.part("hub")
    if bridge is None or hub is None or bridge.pid is None or hub.pid is None:
        return False
    broken: dict[str, Any] = room.cabinet.ask("state")["broken"]
    return "bus" not in broken or broken["bus"] == "loss"
