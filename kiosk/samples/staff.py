"""Samples: the staff's screens."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model import Guard, Link, Model, Staff
from kiosk.samples.world import ONE

LINKS = (
    Link("hub", True, "rev 4182"),
    Link("uplink", False, "37 · 912 s"),
    Link("server", True, "may-chu.xa.example.vn:8443 41 ms"),
    Link("scanner", True, "picamera2 · ok"),
    Link("versions", None, "kiosk 0.4.0 · hub 0.4.0"),
    Link("addresses", None, "192.0.2.41 · 2001:db8::41"),
)


def samples() -> dict[str, Model]:
    """Name → model. Names begin with the screen's."""
    shut = replace(ONE, screen="staff_pin", trail=("home",), now=100.0, touched=100.0)
    inside = replace(ONE, screen="staff", trail=("home",), staff=Staff(open=True))

    def part(name: str, **more: object) -> Model:
        staff = replace(Staff(open=True), **more)  # type: ignore[arg-type]
        return replace(inside, screen=f"staff_{name}", trail=("home", "staff"), staff=staff)

    trail = tuple((0.2 + 0.008 * step, 0.5 + 0.02 * (step % 7)) for step in range(40))
    return {
        "staff_pin": shut,
        "staff_pin-unset": replace(shut, staff=Staff(state="unset")),
        "staff_pin-typed": replace(shut, staff=Staff(pin="48213")),
        "staff_pin-asking": replace(shut, staff=Staff(state="asking")),
        "staff_pin-wrong": replace(shut, staff=Staff(state="wrong"), guard=Guard(1, 0.0)),
        "staff_pin-wait": replace(shut, staff=Staff(state="wrong"), guard=Guard(4, 158.0)),
        "staff_pin-unreachable": replace(shut, staff=Staff(state="unreachable")),
        "staff": inside,
        "staff-restart": replace(inside, staff=Staff(open=True, state="sure")),
        "staff_camera": part("camera"),
        "staff_camera-none": replace(part("camera"), camera=False),
        "staff_touch": part("touch", crosses=frozenset({0, 3}), trail=trail),
        "staff_touch-all": part("touch", crosses=frozenset(range(5))),
        "staff_colours": part("colours"),
        "staff_colours-2": replace(part("colours"), page=1),
        "staff_colours-3": replace(part("colours"), page=2),
        "staff_sound": part("sound", volume=70),
        "staff_sound-none": part("sound", state="none"),
        "staff_sound-played": part("sound", volume=80, state="played"),
        "staff_printer": part("printer"),
        "staff_printer-asking": part("printer", state="asking"),
        "staff_printer-printed": part("printer", state="printed"),
        "staff_printer-paper": part("printer", state="no_paper"),
        "staff_links": part("links", links=LINKS),
        "staff_links-asking": part("links", state="asking"),
    }
