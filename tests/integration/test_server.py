"""The commune server as a process: look-ups over mutual TLS, the admin listener, nothing personal left behind."""

from __future__ import annotations

import json
import ssl
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.commune import CommuneServer, Device
from tests.fixtures.farend import DEVICE, OTHER, TOPICS, Broker, Probe, envelope, pki, wait_for

OPEN_LIMITS = "per_minute = 1000\nmisses_per_minute = 1000\ntries = 20\nfloor_ms = 60"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pki(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Iterator[Broker]:
    one = Broker(tmp_path_factory.mktemp("broker"), keys)
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys: Path, broker: Broker) -> Iterator[CommuneServer]:
    one = CommuneServer(tmp_path_factory.mktemp("server"), keys, broker.address, dossiers=OPEN_LIMITS)
    one.start()
    yield one
    assert one.stop() == 0, one.text()


@pytest.fixture
def device(server: CommuneServer) -> Iterator[Device]:
    one = server.device()
    yield one
    one.close()


def samples(server: CommuneServer, count: int, *options: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "config.cli", "server", "samples", "--config", str(server.config), "--json"]
    done = subprocess.run([*command, "--n", str(count), *options], capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)["samples"]
    return found


@pytest.fixture(scope="module")
def known(server: CommuneServer) -> list[dict[str, Any]]:
    return samples(server, 40)


def test_code_alone_and_both_factors(device: Device, known: list[dict[str, Any]]) -> None:
    one = known[0]
    status, found = device.lookup(f" {one['code'].lower()} ")
    assert status == 200 and found["view"] == "code_only"
    assert set(found["dossier"]) == {"code", "field", "field_en", "group", "appointment"}
    for kind, value in (("lookup_code", one["lookup_code"]), ("id_last4", one["id_last4"])):
        status, found = device.lookup(one["code"], kind, value)
        assert status == 200 and found["view"] == "details"
        dossier = found["dossier"]
        assert dossier["fee"] or "***" in dossier["applicant"]
        assert len(dossier["steps"]) == 4 and dossier["counter"]["id"] >= 1
        assert not {"name", "id_number", "lookup_code", "id_last4", "address", "phone"} & set(dossier)


def test_unknown_code_and_wrong_factor_are_one_answer(device: Device, known: list[dict[str, Any]]) -> None:
    body = {"code": known[1]["code"], "factor": {"kind": "lookup_code", "value": "ZZZZ"}}
    wrong = device.ask("POST", "/v1/dossiers/lookup", body)
    unknown = device.ask("POST", "/v1/dossiers/lookup", body | {"code": "H38.12.25-200101-0001"})

    def shape(answer: tuple[int, dict[str, str], bytes]) -> Any:
        return answer[0], {key: value for key, value in answer[1].items() if key != "date"}, answer[2]

    assert shape(wrong) == shape(unknown)
    assert wrong[0] == 404 and json.loads(wrong[2]) == {"result": "not_found"}


def test_unknown_code_and_wrong_factor_take_the_same_time(device: Device, known: list[dict[str, Any]]) -> None:
    times: dict[str, list[float]] = {"wrong": [], "unknown": []}
    for turn in range(30):
        pair = [("wrong", known[turn]["code"]), ("unknown", f"H38.12.25-200101-{turn:04d}")]
        for name, code in pair if turn % 2 else reversed(pair):
            start = time.perf_counter()
            status, _ = device.lookup(code, "id_last4", "none")
            times[name].append(time.perf_counter() - start)
            assert status == 404
    ratio = statistics.median(times["wrong"]) / statistics.median(times["unknown"])
    assert 0.9 < ratio < 1.1, times


@pytest.mark.parametrize(
    "code",
    ["../../etc/passwd", "' OR 1=1 --", "\x1b[2J", "\x00", "%s%n", "{{7*7}}", "HỒ SƠ", "H38.12.25-200101-0001 ",
     "079012345678|123456789|Nguyễn Văn A", "＜script＞"],
)  # fmt: skip
def test_hostile_codes_are_not_found(device: Device, server: CommuneServer, code: str) -> None:
    assert device.lookup(code) == (404, {"result": "not_found"})
    assert code.strip() not in server.text()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", {"code": ""}, {"code": "x" * 65}, {"code": "x" * 7000}, {"code": "x" * 70_000},
     {"code": 1}, {"code": None},
     {"code": "x", "factor": {"kind": "birth_date", "value": "1"}}, {"code": "x", "factor": {"kind": "id_last4"}},
     {"code": "x", "000123456789": "0912345678"}],
)  # fmt: skip
def test_a_body_outside_the_contract_gets_a_sentence_and_no_echo(device: Device, body: Any) -> None:
    status, _, raw = device.ask("POST", "/v1/dossiers/lookup", body)
    assert status in (400, 413, 422)
    error = json.loads(raw)["error"]
    assert error["vi"] and error["en"] and len(raw) < 300 and b"000123456789" not in raw


def test_five_wrong_tries_then_a_pause(tmp_path: Path, keys: Path, broker: Broker) -> None:
    # Its ingest would take the name of the shared server's session: this one gets a broker that is not there.
    server = CommuneServer(tmp_path, keys, "127.0.0.1:9", sample=20, dossiers="floor_ms = 0\nmisses_per_minute = 30")
    server.start()
    device, other = server.device(), server.device(OTHER)
    code = samples(server, 1)[0]
    for _ in range(5):
        assert device.lookup(code["code"], "lookup_code", "ZZZZ")[0] == 404
    status, headers, raw = device.ask("POST", "/v1/dossiers/lookup", {"code": code["code"], "factor": None})
    assert status == 429 and json.loads(raw)["result"] == "try_later"
    assert 1 <= int(headers["retry-after"]) == json.loads(raw)["retry_s"] <= 300
    assert other.lookup(code["code"], "lookup_code", code["lookup_code"])[0] == 200, "another device is not punished"
    answers = [device.lookup(f"H38.12.25-200101-{turn:04d}")[0] for turn in range(60)]
    assert answers.count(404) <= 27 and answers[-1] == 429, "consecutive codes cannot be walked through"
    device.close()
    other.close()
    assert server.stop() == 0


def test_no_certificate_and_a_strangers_get_no_answer(server: CommuneServer, keys: Path) -> None:
    for name in (None, "foreign"):
        stranger = Device(keys, server.port, name)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            stranger.lookup("H38.12.25-200101-0001")
        stranger.close()


def test_the_catalogue_is_sent_once(device: Device) -> None:
    status, headers, raw = device.ask("GET", "/v1/catalogue")
    assert status == 200 and len(raw) > 1000
    status, again, raw = device.ask("GET", "/v1/catalogue", headers={"If-None-Match": headers["etag"]})
    assert (status, raw, again["etag"]) == (304, b"", headers["etag"])
    status, _, _ = device.ask("GET", "/v1/catalogue", headers={"If-None-Match": '"older"'})
    assert status == 200


def test_events_are_read_on_the_admin_listener_only(
    server: CommuneServer, device: Device, broker: Broker, keys: Path
) -> None:
    wait_for("the server is at the broker", lambda: server.admin_get("/v1/health")["broker"])
    speaker = Probe(keys, DEVICE, broker.port).ready()
    for seq in (1, 2, 3):
        speaker.publish(TOPICS.event("ticket"), envelope(seq))
    found = wait_for("three rows", lambda: (e := server.admin_get("/v1/events?device=edge-01"))["count"] == 3 and e)
    assert [each["seq"] for each in found["events"]] == [1, 2, 3]
    assert found["events"][0]["data"]["number"] == "A002"
    assert [each["seq"] for each in server.admin_get("/v1/events?after=1&limit=1")["events"]] == [2]
    assert [each["seq"] for each in server.admin_get("/v1/events?newest=true&limit=2")["events"]] == [3, 2]
    assert server.admin_get("/v1/devices")["devices"][0]["watermark"] == 3
    assert device.ask("GET", "/v1/events")[0] == 404 and device.ask("GET", "/")[0] == 404
    with pytest.raises(urllib.error.HTTPError) as refused:
        server.admin_get("/v1/events?device=%25")
    with refused.value as error:
        assert error.code == 422
    with urllib.request.urlopen(f"http://127.0.0.1:{server.admin}/", timeout=20) as answer:
        page = answer.read().decode()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "edge-01" in page and "Phiếu hôm nay" in page
    for asset in ("/assets/status.css", "/assets/status.js", "/fonts/400"):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.admin}{asset}", timeout=20) as answer:
            assert answer.status == 200
    speaker.close()


def test_no_personal_data_is_left_in_logs_and_files(
    server: CommuneServer, device: Device, known: list[dict[str, Any]]
) -> None:
    person, phone, name = "000987654321", "0900000123", "Lò Thị Thử Nghiệm"
    device.lookup(person)
    device.lookup(name)
    device.lookup(known[2]["code"], "id_last4", person)
    device.lookup(known[2]["code"], "lookup_code", phone)
    device.ask("POST", "/v1/dossiers/lookup", {"code": known[3]["code"], "factor": None, phone: person})
    device.ask("GET", f"/v1/dossiers/{person}?phone={phone}")
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    control = server.folder / "control.txt"
    control.write_text(f"{person} {phone} {name}", encoding="utf-8")

    def hits(path: Path) -> list[str]:
        data = path.read_bytes()
        return [marker for marker in (person, phone, name) if marker.encode() in data]

    assert hits(control) == [person, phone, name], "the search finds what is there"
    assert {path.name: hits(path) for path in files if hits(path)} == {}
    log = server.text()
    assert known[2]["code"] not in log and "not found" in log, "codes are not logged, the event of a look-up is"
    control.unlink()


def test_a_port_in_use_and_missing_certificates_are_sentences(
    tmp_path: Path, keys: Path, server: CommuneServer
) -> None:
    twin = CommuneServer(tmp_path, keys, "127.0.0.1:9", sample=0)
    command = [sys.executable, "-m", "config.cli", "server", "run", "--config", str(twin.config)]
    text = twin.config.read_text()
    for change, word in (
        ((f":{twin.port}", f":{server.port}"), "Không mở được cổng"),
        (("https.key", "none.key"), "motcua server pki"),
        (("server.key", "none.key"), "motcua server pki"),
        (("sample = 0", "samples = 0"), "samples"),
        (("server/server.db", "server.toml"), "Không mở được cơ sở dữ liệu"),
    ):
        twin.config.write_text(text.replace(*change), encoding="utf-8")
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and word in done.stderr and "Traceback" not in done.stderr


def test_backup_while_running_restore_only_when_stopped(tmp_path: Path, keys: Path) -> None:
    server = CommuneServer(tmp_path, keys, "127.0.0.1:9", sample=0)
    server.start()

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "config.cli", "server", *words, "--config", str(server.config)]
        return subprocess.run(line, capture_output=True, text=True, timeout=60)

    copy = tmp_path / "copy.db"
    assert command("backup", "--to", str(copy)).returncode == 0 and copy.stat().st_mode & 0o777 == 0o600
    assert command("backup", "--to", str(copy)).returncode == 4, "a backup never overwrites"
    refused = command("restore", "--from", str(copy))
    assert refused.returncode == 4 and "Dừng máy chủ" in refused.stderr
    assert server.stop() == 0
    assert command("restore", "--from", str(tmp_path / "none.db")).returncode == 4
    assert command("restore", "--from", str(copy)).returncode == 0
    server.start()
    assert server.stop() == 0
