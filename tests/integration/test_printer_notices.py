"""A broken printer through the real hub, bridge and cabinet: staff and public read a sentence, numbers go on, and what
waited comes out by itself, once, when the printer is mended."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fixtures.wires import Room, until

pytestmark = pytest.mark.slow


class PaperRoom(Room):
    """A site with a printer and nothing else on its wires."""

    def _settings(self, site: str) -> str:
        text = super()._settings(site)
        return re.sub(r"^\[\[(buses|boards|buttons|keypads)\]\]\n(?:(?!\[).*\n?)*", "", text, flags=re.M)

    def issue(self) -> str:
        client = self.hub()
        return str(
            client.post("/v1/tickets", {"service": self.service}, key=f"issue-{self.issued()}-k")["ticket"]["id"]
        )

    @property
    def service(self) -> str:
        return str(self.hub().snapshot()["services"][0]["id"])

    def notices(self) -> dict[str, dict[str, Any]]:
        return {each["code"]: each for each in self.hub().snapshot()["notices"]}

    def print_state(self, ticket: str) -> str:
        return str(self.hub().get(f"/v1/tickets/{ticket}")["ticket"]["print"])

    def printer(self, mode: str) -> None:
        self.cabinet("misbehave", device="printer", mode=mode)

    def papers(self) -> list[list[str]]:
        return [each["qr"] for each in self.cabinet("paper")]


@pytest.mark.parametrize(
    ("mode", "code", "waits_as"),
    [
        ("paper_out", "printer_no_paper", "no_paper"),
        ("cover_open", "printer_cover_open", "failed"),
        ("cutter", "printer_cutter", "failed"),
        ("unplugged", "printer_offline", "failed"),
    ],
)
def test_each_trouble_is_told_and_the_ticket_prints_by_itself_when_mended(mode: str, code: str, waits_as: str) -> None:
    with PaperRoom() as room:
        room.start().ready()
        first = room.issue()
        until(lambda: room.print_state(first) == "printed")
        room.printer(mode)
        until(lambda: code in room.notices(), 10)
        notice = room.notices()[code]
        assert notice["vi"]
        assert notice["en"]
        assert notice["public_vi"]
        assert notice["public_en"]
        second = room.issue()
        assert second != first, "numbers go on without paper"
        until(lambda: room.print_state(second) == waits_as)
        room.printer("none")
        until(lambda: room.print_state(second) == "printed")
        until(lambda: code not in room.notices(), 10)
        assert len(room.papers()) == 2


def test_paper_running_low_is_told_before_it_is_out() -> None:
    with PaperRoom() as room:
        room.start().ready()
        room.printer("near_end")
        until(lambda: "printer_paper_low" in room.notices(), 10)
        ticket = room.issue()
        until(lambda: room.print_state(ticket) == "printed")


def test_a_paper_nobody_can_vouch_for_is_staffs_to_judge() -> None:
    with PaperRoom() as room:
        room.start().ready()
        room.cabinet("misbehave", device="printer", mode="cut", value=9000)
        ticket = room.issue()
        until(lambda: room.print_state(ticket) == "unknown")
        until(lambda: "print_unknown" in room.notices(), 10)
        assert ticket.rpartition("-")[2] in room.notices()["print_unknown"]["vi"]
        room.printer("none")
        other = room.issue()
        until(lambda: room.print_state(other) == "printed")
        assert room.print_state(ticket) == "unknown", "never printed again by itself"
        room.hub().post(f"/v1/tickets/{ticket}/reprint", {}, key=f"reprint-{ticket}")
        until(lambda: room.print_state(ticket) == "copy")
        until(lambda: "print_unknown" not in room.notices(), 10)


def test_a_wrong_profile_is_told_and_stops_no_number() -> None:
    with PaperRoom() as room:
        text = room.config.read_text(encoding="utf-8").replace("[printer]\n", '[printer]\nprofile = "generic-81"\n')
        room.config.write_text(text, encoding="utf-8")
        room.start().ready()
        until(lambda: "printer_profile_wrong" in room.notices(), 10)
        assert "generic-80" in room.notices()["printer_profile_wrong"]["vi"]
        ticket = room.issue()
        until(lambda: room.print_state(ticket) == "failed")
