"""The kiosk as a real process beside a real hub and a look-up server with a certificate."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

import config
from demo.control import Control
from queue_display.client import HubClient, HubUnreachable

SITE = Path(config.__file__).parent / "sites" / "six-counters.toml"
CODE = "H38.12.25-261116-0003"
SLOW = "H38.12.25-261116-0004"
BUSY = "H38.12.25-261116-0005"
FULL_NAME = "NGUYEN VAN MAU"


def until(check: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait for a true answer, at most so long."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
    return found


class Line:
    """The control socket of a virtual kiosk, one connection for all: what is said wrong on it must not end it."""

    def __init__(self, path: Path) -> None:
        until(Control(path).there)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rwb")

    def ask(self, do: str, **args: Any) -> dict[str, Any]:
        self._file.write(json.dumps({"id": 7, "do": do, "args": args}).encode() + b"\n")
        self._file.flush()
        answer = json.loads(self._file.readline())
        assert answer["id"] == 7
        return answer

    def do(self, do: str, **args: Any) -> dict[str, Any]:
        answer = self.ask(do, **args)
        assert answer["ok"], answer
        result: dict[str, Any] = answer["result"]
        return result

    def screen(self, name: str, seconds: float = 20.0) -> dict[str, Any]:
        def there() -> dict[str, Any] | None:
            now = self.do("screen")
            return now if now["name"] == name else None

        found: dict[str, Any] = until(there, seconds)
        return found

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Answers(BaseHTTPRequestHandler):
    """A small commune server with four kinds of answer."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        code, factor = body["code"], body["factor"]
        if code == SLOW:
            self.server.hang.wait(20)  # type: ignore[attr-defined]
        dossier: dict[str, Any] = {
            "code": code, "field": "Hộ tịch", "field_en": "Civil status", "group": "come", "appointment": "2026-11-20"
        }  # fmt: skip
        status, answer = 404, {"result": "not_found"}
        if code == BUSY:
            status, answer = 429, {"result": "try_later", "retry_s": 3}
        elif code == CODE and factor is None:
            status = 200
            answer = {"result": "found", "view": "code_only", "as_of": "2026-11-23T01:40:00+00:00", "dossier": dossier}
        elif code == CODE and factor == {"kind": "id_last4", "value": "0042"}:
            dossier |= {"procedure": "Đăng ký khai sinh", "applicant": "N*** V*** M**", "steps": [], "late": None}
            dossier |= {"counter": {"id": 1, "name": "Tiếp nhận"}, "bring": ["Giấy hẹn"], "supplement": []}
            status = 200
            answer = {"result": "found", "view": "details", "as_of": "2026-11-23T01:40:00+00:00", "dossier": dossier}
        raw = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)


class Room:
    """Hub, look-up server and kiosk in one folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="kq"))
        _certificate(self.folder)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.server.daemon_threads = True
        self.server.hang = threading.Event()  # type: ignore[attr-defined]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()
        place = self.folder
        self.env = {
            key: value for key, value in os.environ.items() if not key.startswith(("MOTCUA_", "SDL_", "DISPLAY"))
        }
        self.env |= {
            "MOTCUA_PATHS__RUNTIME": str(place),
            "MOTCUA_PATHS__STATE": str(place),
            "MOTCUA_HUB__SOCKET": str(place / "hub.sock"),
            "MOTCUA_HUB__LEDGER": str(place / "ledger.db"),
            "MOTCUA_CLOCK__TRUST": "assume",
            "MOTCUA_HOURS__ENFORCE": "false",  # a test may run at night
            "MOTCUA_KIOSK__VIDEO": "dummy",
            "MOTCUA_SCANNER__SOURCE": "none",
            "MOTCUA_LOOKUP__BASE_URL": f"https://127.0.0.1:{self.server.server_address[1]}",
            "MOTCUA_LOOKUP__CA": str(place / "cert.pem"),
            "MOTCUA_LOOKUP__TOTAL_S": "1.5",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.hub = HubClient(f"unix:{place / 'hub.sock'}", role="technician", device="test")
        self.start("hub")
        until(self.answers)
        self.start("kiosk", "--virtual", str(place))
        self.control = Line(place / "control" / "kiosk.sock")
        until(lambda: self.control.do("screen")["hub"])

    def answers(self) -> bool:
        try:
            return bool(self.hub.get("/v1/health"))
        except HubUnreachable:
            return False

    def start(self, name: str, *more: str) -> None:
        command = [sys.executable, "-m", "config.cli", name, "run", "--config", str(SITE), *more]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)

    def end(self, name: str, how: int = signal.SIGTERM) -> int:
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(15)

    def home(self) -> None:
        if self.control.do("screen")["name"] != "home":
            self.control.do("tap", id="home")

    def type_code(self, code: str) -> None:
        self.home()
        self.control.do("tap", id="go:scan")
        self.control.do("type", text=code)
        self.control.do("tap", id="look")

    def close(self) -> None:
        self.control.close()
        self.hub.close()
        for name in list(self.processes):
            self.end(name)
        self.server.hang.set()  # type: ignore[attr-defined]
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    made = Room()
    try:
        yield made
    finally:
        made.close()


def test_a_number_is_taken_with_two_taps_and_stands_in_the_ledger(room: Room) -> None:
    room.home()
    room.control.do("tap", id="go:service")
    room.control.do("tap", id="take:civil-status")
    shown = room.control.screen("ticket")
    tickets = room.hub.get("/v1/tickets")["tickets"]
    assert [each["number"] for each in tickets] == [shown["ticket"]]
    assert shown["ticket"] in shown["words"]


@pytest.mark.slow
def test_a_printer_that_stays_silent_leaves_the_number_to_remember(room: Room) -> None:
    room.home()
    room.control.do("tap", id="go:service")
    room.control.do("tap", id="take:land")
    room.control.screen("ticket")
    until(lambda: room.control.do("screen")["paper"] == "broken", 25)
    assert "Xin ghi lại số này, hoặc chụp ảnh" in room.control.do("screen")["words"]


def test_a_typed_code_shows_the_status_then_the_details(room: Room) -> None:
    room.type_code(CODE)
    status = room.control.screen("status")
    assert status["group"] == "come" and "Đã có kết quả – mời đến nhận" in status["words"]
    assert "Cập nhật lúc 08:40" in status["words"]
    assert not any("N***" in word for word in status["words"])
    room.control.do("tap", id="go:factor")
    for digit in "0042":
        room.control.do("tap", id=f"key:{digit}")
    room.control.do("tap", id="unlock")
    details = room.control.screen("details")
    assert any("N***" in word for word in details["words"])
    room.control.do("tap", id="done")
    home = room.control.screen("home")
    assert not any("N***" in word or CODE in word for word in home["words"])


def test_unknown_busy_and_silent_servers_have_their_screens(room: Room) -> None:
    room.type_code("H38.12.25-261116-9999")
    room.control.screen("not_found")
    room.type_code(BUSY)
    room.control.screen("try_later")
    began = time.monotonic()
    room.type_code(SLOW)
    room.control.screen("offline")
    assert time.monotonic() - began < 10


def test_look_ups_and_ratings_reach_the_hub_as_events_without_a_person(room: Room) -> None:
    room.home()
    before = room.hub.get("/v1/uplink")["seq"]
    room.control.do("tap", id="go:rate")
    room.control.do("tap", id="face:4")
    room.control.do("tap", id="reason:time")
    room.control.do("tap", id="send")
    room.control.screen("thanks")
    until(lambda: room.hub.get("/v1/uplink")["seq"] > before)


def test_a_picture_is_what_the_window_shows(room: Room) -> None:
    room.home()
    path = room.folder / "home.png"
    room.control.do("screenshot", path=str(path))
    size = room.control.do("size")
    with Image.open(path) as picture:
        assert picture.size == (size["width"], size["height"])
        colours = {colour for _count, colour in picture.convert("RGB").getcolors(1 << 20) or []}
    assert (0x0E, 0x4A, 0x56) in colours and (0xF6, 0xF4, 0xEE) in colours


def _carry(room: Room) -> None:
    room.home()
    for target in ("go:popular", "procedure:1.001193", "go:carry", "print"):
        room.control.do("tap", id=target)


def _list(room: Room) -> int:
    waiting = until(lambda: [each for each in room.hub.jobs("queued") if each["kind"] == "list"])
    return int(waiting[0]["id"])


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("printed", "Mời lấy giấy ở khe bên dưới"),
        ("no_paper", "Máy đang hết giấy. Mời quét mã, hoặc hỏi người hướng dẫn"),
    ],
)
def test_a_list_of_papers_goes_to_the_printer_and_the_screen_says_what_became_of_it(
    room: Room, state: str, said: str
) -> None:
    bridge = HubClient(f"unix:{room.folder / 'hub.sock'}", role="bridge", device="test")
    _carry(room)
    job = bridge.take(_list(room))
    assert job["payload"]["title"] == "Giấy tờ cần mang: Đăng ký khai sinh"
    assert job["payload"]["lines"][0] == "Tờ khai theo mẫu"
    assert job["payload"]["notes"][-1].endswith("1/7/2026")
    assert "Đang in, xin chờ một chút" in room.control.do("screen")["words"]
    bridge.report_job(job["id"], state)
    until(lambda: said in room.control.do("screen")["words"])
    bridge.close()


def test_bad_requests_get_a_sentence_and_the_socket_lives_on(room: Room) -> None:
    assert "nothing to tap" in room.control.ask("tap", id="nonsense")["error"]
    assert "unknown request" in room.control.ask("explode")["error"]
    assert "absolute" in room.control.ask("screenshot", path="x.png")["error"]
    assert room.control.ask("tap")["ok"] is False
    assert room.control.ask("screen")["ok"]


def test_without_a_hub_procedures_still_work_and_numbers_come_back(room: Room) -> None:
    room.home()
    room.end("hub", signal.SIGKILL)
    until(lambda: not room.control.do("screen")["hub"])
    room.control.do("tap", id="go:service")
    assert room.control.do("screen")["name"] == "out_of_service"
    room.control.do("tap", id="go:popular")
    room.control.do("tap", id="go:fields")
    room.control.do("tap", id="field:civil-status")
    room.control.do("tap", id="procedure:1.001193")
    assert "Đăng ký khai sinh" in room.control.do("screen")["words"]
    room.start("hub")
    until(lambda: room.control.do("screen")["hub"], 30)
    room.home()
    room.control.do("tap", id="go:service")
    room.control.do("tap", id="take:civil-status")
    room.control.screen("ticket")


def test_nothing_of_a_person_is_in_the_kiosks_log_or_files(room: Room) -> None:
    for code, screen in ((CODE, "status"), (SLOW, "offline")):
        room.type_code(code)
        room.control.screen(screen)
    marks = [mark.encode() for mark in (CODE, SLOW, "N***", FULL_NAME)]
    files = [path for path in room.folder.rglob("*") if path.is_file() and path.suffix != ".png"]
    found = [(path.name, mark) for path in files for mark in marks if mark in path.read_bytes()]
    log = (room.folder / "kiosk.log").read_text(encoding="utf-8")
    assert "commune server lost" in log  # the log is there and was read
    assert found == [] and "0042" not in log


def test_a_signal_ends_it_cleanly_and_its_socket_is_gone(room: Room) -> None:
    assert room.end("kiosk") == 0
    assert not (room.folder / "control" / "kiosk.sock").exists()
    assert "Traceback" not in (room.folder / "kiosk.log").read_text(encoding="utf-8")
