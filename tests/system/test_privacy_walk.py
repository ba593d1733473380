"""A citizen's data goes through camera, keys and look-up of the whole room, and is found nowhere afterwards.

Must show 7: markers (a 12-digit id, a name, a phone) sent through scan and look-up, 0 hits in logs, databases, MQTT and
files; the very same search finds them where they were planted.
"""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
import ssl
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from demo.control import ControlFailed
from demo.hub import Hub, wait_for
from demo.receipts import held, hold, qr, take_away
from demo.start import MOTCUA, Room
from tests.fixtures.farend import Probe
from tests.fixtures.room import room

pytestmark = pytest.mark.slow

IDENTITY, NAME, PHONE = "079199765432", "NGUYỄN THỊ DẤU VẾT", "0987650143"
MARKERS = (IDENTITY, NAME, PHONE)
CARD = f"{IDENTITY}|270765432|{NAME}|01011990|Nữ|Thôn Mẫu, Xã Mẫu, {PHONE}|02012022"


def forms(marker: str) -> set[bytes]:
    """Every way a program would write this text."""
    texts = {unicodedata.normalize(form, marker) for form in ("NFC", "NFD")}
    texts |= {text.lower() for text in texts} | {text.title() for text in texts}
    plain = "".join(c for c in unicodedata.normalize("NFD", marker) if not unicodedata.combining(c))
    texts |= {plain, plain.lower(), plain.replace(" ", "")}
    texts |= {json.dumps(text)[1:-1] for text in texts} | {quote(t) for t in texts} | {quote_plus(t) for t in texts}
    return {text.encode() for text in texts} | {text.encode("utf-16-le") for text in texts}


FORMS = {marker: forms(marker) for marker in MARKERS}


def hits(haystacks: dict[str, bytes]) -> list[str]:
    """`place: marker` for every marker found."""
    return [
        f"{place}: {marker}"
        for place, data in sorted(haystacks.items())
        for marker, written in FORMS.items()
        if any(form in data for form in written)
    ]


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the run, databases and their journals as raw bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def messages(probe: Probe) -> dict[str, bytes]:
    return {f"mqtt {at} {topic}": topic.encode() + payload for at, (topic, payload, _) in enumerate(probe.messages)}


@pytest.fixture
def started() -> Iterator[Room]:
    with room() as found:
        yield found


def everything(started: Room) -> Probe:
    """A client that may read every topic: for this test alone, added to the broker's list while it runs."""
    acl = started.site.folder / "broker" / "mosquitto.acl"
    with acl.open("a", encoding="utf-8") as out:
        out.write("\nuser demo-admin\ntopic readwrite motcua/#\n")
    broker = started.part("broker")
    assert broker is not None and broker.process is not None
    broker.process.send_signal(signal.SIGHUP)
    probe = Probe(started.site.pki, "demo-admin", started.site.broker_port).ready()
    probe.client.subscribe("motcua/#", qos=1)
    return probe


class Citizen:
    """Hands at the kiosk."""

    def __init__(self, started: Room) -> None:
        self._kiosk = started.kiosk
        self._camera = started.site.camera
        self._count = 0

    def screen(self, *names: str) -> dict[str, Any]:
        return wait_for(f"screen {names}", lambda: self._on(*names), 60)

    def _on(self, *names: str) -> dict[str, Any] | None:
        now: dict[str, Any] = self._kiosk.ask("screen")
        return now if now["name"] in names else None

    def tap(self, *targets: str) -> None:
        """Tap one after the other, each once it is there."""
        for target in targets:
            wait_for(f"{target} on {self._kiosk.ask('screen')['name']}", lambda target=target: self._tapped(target), 30)  # type: ignore[misc]

    def _tapped(self, target: str) -> bool | None:
        try:
            self._kiosk.ask("tap", id=target)
        except ControlFailed:
            return None
        return True

    def type(self, text: str) -> None:
        self._kiosk.ask("type", text=text)

    def show(self, text: str) -> None:
        """Hold a QR code before the camera."""
        self._count += 1
        hold(self._camera, held(qr(text, 6).convert("RGB")), f"held-{self._count}.png")

    def away(self) -> None:
        take_away(self._camera)

    def home(self) -> None:
        self.tap("done")
        self.screen("home")


def look_up(started: Room, body: dict[str, Any]) -> int:
    """A look-up over HTTPS with the device's certificate, as a kiosk with a fault in it might send it."""
    site = started.site
    context = ssl.create_default_context(cafile=str(site.pki / "ca.crt"))
    context.load_cert_chain(site.pki / f"{site.device}.crt", site.pki / f"{site.device}.key")
    connection = http.client.HTTPSConnection("127.0.0.1", site.server_port, timeout=20, context=context)
    try:
        connection.request("POST", "/v1/dossiers/lookup", json.dumps(body), {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()


def a_dossier(started: Room) -> dict[str, Any]:
    told = subprocess.run(
        [*MOTCUA, "server", "samples", "--config", str(started.site.server_config), "--status", "come", "--n", "1",
         "--json"], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return dict(json.loads(told.stdout)["samples"][0])


def test_markers_sent_through_scan_and_look_up_are_found_nowhere(started: Room) -> None:
    probe = everything(started)
    citizen, hub, dossier = Citizen(started), Hub(started.site), a_dossier(started)
    try:
        walk(started, citizen, dossier)
        wait_for("the look-up's event", lambda: _answered(probe), 30)
        wait_for("all events delivered", lambda: hub.get("/v1/uplink")["depth"] == 0 or None, 30)
        assert len(files(started.site.folder)) > 20
        assert hits(files(started.site.folder) | messages(probe)) == []

        plant(started, probe)
        found = hits(files(started.site.folder) | messages(probe))
        for place in ("log/planted.log", "planted.db", "mqtt"):
            assert {line.split(": ")[1] for line in found if line.startswith(place)} == set(MARKERS), place
    finally:
        probe.close()


def walk(started: Room, citizen: Citizen, dossier: dict[str, Any]) -> None:
    """Everything a person could do with these data at the kiosk, and a few things only a fault could."""
    citizen.screen("home")
    citizen.tap("go:scan")
    citizen.screen("scan")
    citizen.show(CARD)
    wait_for("the card is refused politely", lambda: _says(started, "căn cước", "Căn cước"), 60)
    citizen.away()
    citizen.show(
        f"https://dvc.example.gov.vn/tra-cuu?SGT={IDENTITY}&ten={quote_plus(NAME)}&MHS={dossier['code']}&dt={PHONE}"
    )
    citizen.screen("status")
    citizen.away()
    citizen.tap("go:factor", "factorkind:id_last4")
    citizen.type(IDENTITY)
    citizen.tap("unlock")
    wait_for("an answer to the wrong factor", lambda: _answered_factor(started), 60)
    citizen.home()
    citizen.tap("go:scan", "go:typing")
    for marker in (IDENTITY, PHONE):
        citizen.type(marker)
    citizen.home()
    citizen.tap("go:popular", "go:search")
    for marker in MARKERS:
        citizen.type(marker)
    citizen.home()
    for code in (dossier["code"], IDENTITY, NAME):
        for kind, value in (("id_last4", IDENTITY), ("lookup_code", PHONE), ("lookup_code", NAME[:16])):
            assert look_up(started, {"code": code, "factor": {"kind": kind, "value": value}}) in (404, 422, 429)


def _says(started: Room, *words: str) -> bool | None:
    shown = json.dumps(started.kiosk.ask("screen"), ensure_ascii=False)
    return any(word in shown for word in words) or None


def _answered_factor(started: Room) -> bool | None:
    screen = started.kiosk.ask("screen")
    return (
        screen["name"] in ("factor", "later", "not_found", "details") and _says(started, "khớp", "đúng", "sau")
    ) or None


def _answered(probe: Probe) -> bool | None:
    return any(b"lookup.answered" in payload for _, payload, _ in probe.messages) or None


def plant(started: Room, probe: Probe) -> None:
    """The markers where a careless product would leave them."""
    text = " ".join(MARKERS)
    (started.site.folder / "log" / "planted.log").write_text(f"scanned {text}\n", encoding="utf-8")
    with sqlite3.connect(started.site.folder / "planted.db") as database:
        database.execute("CREATE TABLE planted (said TEXT)")
        database.execute("INSERT INTO planted VALUES (?)", (json.dumps(text),))
    database.close()
    assert probe.publish("motcua/v1/h38/dong-thanh/planted/ev/ticket", {"said": text}) == 0
    wait_for("the planted message", lambda: any("planted" in topic for topic, *_ in probe.messages) or None, 10)
