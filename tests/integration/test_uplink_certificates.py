"""Certificates that do not hold: the uplink waits with the right sentence, and goes on when they do."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from commune_server.pki import make_pki
from config.clock import SystemClock
from queue_display.uplink import Uplink
from tests.fixtures.farend import DEVICE, Broker, SmallOutbox, device_settings, pki, wait_for
from tests.fixtures.ports import free_port

CLOCK = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"), vouched=True)


def future_broker(folder: Path, keys: Path) -> None:
    """A broker's certificate of our authority that holds only in nine days."""
    ahead = folder / "ahead"
    shutil.copytree(keys, ahead)
    (ahead / "broker.crt").unlink()
    make_pki(ahead, [DEVICE], datetime.now(UTC) + timedelta(days=10))
    for name in ("broker.crt", "broker.key"):
        shutil.copy(ahead / name, keys / name)


def strangers_device(_folder: Path, keys: Path) -> None:
    """A device whose certificate is of another authority."""
    for end in ("crt", "key"):
        shutil.copy(keys / f"foreign.{end}", keys / f"{DEVICE}.{end}")


def strangers_broker(_folder: Path, keys: Path) -> None:
    """A device that trusts another authority."""
    shutil.copy(keys / "foreign-ca.crt", keys / "device-ca.crt")


def no_key(_folder: Path, keys: Path) -> None:
    """The device's key is not there."""
    (keys / f"{DEVICE}.key").unlink()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (no_key, "uplink_certificate"),
        (future_broker, "uplink_clock"),
        (strangers_device, "uplink_refused"),
        (strangers_broker, "uplink_certificate"),
        (None, "uplink_unreachable"),
    ],
)
def test_what_keeps_events_waiting_is_said(tmp_path: Path, change: object, code: str) -> None:
    keys = pki(tmp_path)
    if callable(change):
        change(tmp_path, keys)
    broker = Broker(tmp_path, keys)
    address = f"127.0.0.1:{free_port()}"
    if change is not None:
        broker.start()
        address = broker.address
    settings = device_settings(keys, [address])
    if change is strangers_broker:
        uplink_settings = settings.uplink.model_copy(update={"ca": str(keys / "device-ca.crt")})
        settings = settings.model_copy(update={"uplink": uplink_settings})
    outbox = SmallOutbox(tmp_path / "outbox.db")
    outbox.put(3)
    uplink = Uplink(settings, outbox, CLOCK)
    uplink.start()
    problem = wait_for("a sentence", lambda: uplink.state().problem)
    assert problem.code == code and problem.vi and problem.en
    state = uplink.state()
    assert not state.connected and state.depth == 3
    uplink.stop()
    outbox.close()
    broker.stop()


def test_a_site_that_sends_nothing_starts_nothing(tmp_path: Path) -> None:
    settings = device_settings(tmp_path, ["127.0.0.1:1"])
    settings = settings.model_copy(update={"uplink": settings.uplink.model_copy(update={"enabled": False})})
    outbox = SmallOutbox(tmp_path / "outbox.db")
    outbox.put(2)
    uplink = Uplink(settings, outbox, CLOCK)
    uplink.start()
    assert uplink.state().depth == 2 and not uplink.state().connected and uplink.state().problem is None
    uplink.stop()
    outbox.close()
