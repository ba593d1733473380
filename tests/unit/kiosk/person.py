"""Somebody at the screen, with a clock: taps, papers and answers go through the real flow."""

from __future__ import annotations

from typing import TypeVar

from kiosk.flow import Flow
from kiosk.model import CameraState, Effect, Event, Face, HubChanged, HubView, Model, ServiceLine, Tap, Tick
from kiosk.moves import Env

FACE = Face(2026, 11, 23, 0, 8, 42)
SERVICES = (
    ServiceLine("civil-status", "A", "Hộ tịch", "Civil status", 6, (15, 25)),
    ServiceLine("land", "D", "Địa chính", "Land", 2, (10, 20)),
)
HUB = HubView(True, SERVICES, day="2026-11-23")

E = TypeVar("E")


class Person:
    """One visit, or several. `env` goes to the flow's `Env`."""

    def __init__(self, **env: object) -> None:
        self.flow = Flow(Env(idle_s=45, warn_s=20, **env))  # type: ignore[arg-type]
        self.model = self.flow.start(100.0)
        self.effects: list[Effect] = []
        self.feed(Tick(100.0, FACE))
        self.feed(HubChanged(HUB))
        self.feed(CameraState(True))

    def feed(self, event: Event) -> Model:
        """Something happens."""
        self.model, effects = self.flow.on(event, self.model)
        self.effects += effects
        return self.model

    def tap(self, *ids: str) -> Model:
        """Controls are pressed, one after the other, at the same moment."""
        for each in ids:
            self.feed(Tap(each))
        return self.model

    def type(self, text: str) -> Model:
        """Keys of the screen."""
        return self.tap(*(f"key:{letter}" for letter in text))

    def wait(self, seconds: float, face: Face | None = FACE) -> Model:
        """Time goes by."""
        return self.feed(Tick(self.model.now + seconds, face))

    def all(self, kind: type[E]) -> list[E]:
        """What was asked for, of a kind."""
        return [each for each in self.effects if isinstance(each, kind)]

    def last(self, kind: type[E]) -> E:
        """The newest of it."""
        return self.all(kind)[-1]
