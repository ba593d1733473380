"""The installed product on a machine that really boots: systemd starts it, restarts it, and numbers go on."""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from machine import Machine, from_environment, until

SERVICES = ["motcua-hub.service", "motcua-bridge.service", "motcua-kiosk.service"]
UNITS = ["motcua.target", "motcua-hub.socket", *SERVICES]
SITE = "/etc/motcua/site.toml"

BOARD = "00000000000000b0"
PRESSES = itertools.count(1)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    machine = from_environment()
    try:
        machine.start()
        # The rig runs at any hour of any day.
        machine.write(SITE, machine.do("cat", SITE).stdout.replace("[hours]\n", "[hours]\nenforce = false\n"))
        machine.do("systemctl", "restart", *SERVICES)
        yield machine
    finally:
        machine.remove()


def press(machine: Machine) -> str:
    """A ticket, taken over the hub's socket by the bridge's user; its number."""
    count = next(PRESSES)
    answer = machine.hub("bridge", f"hub.press('{BOARD}', 1, {count}, 0, 'reception')", user="motcua-bridge")
    return str(answer["ticket"]["number"])


def numbers(machine: Machine) -> list[str]:
    return sorted(ticket["number"] for ticket in machine.snapshot()["tickets"])


def after(number: str) -> str:
    return f"{number[0]}{int(number[1:]) + 1:03d}"


def test_all_units_are_up(machine: Machine) -> None:
    for unit in UNITS:
        assert machine.show(unit, "ActiveState") == "active", machine.journal(unit)
        assert machine.show(unit, "NRestarts") in ("0", "")


def test_systemd_finds_nothing_to_say(machine: Machine) -> None:
    done = machine.do("systemd-analyze", "verify", *UNITS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for unit in SERVICES:
        # In tenths: at most 2.0 of 10, as this systemd counts, which knows more than Debian 12's.
        done = machine.do("systemd-analyze", "security", "--no-pager", "--threshold=20", unit)
        assert done.returncode == 0, done.stdout[-300:]


def test_each_runs_as_its_own_user_and_takes_no_new_rights(machine: Machine) -> None:
    for unit in SERVICES:
        status = machine.do("cat", f"/proc/{machine.main_pid(unit)}/status").stdout
        user = machine.do("id", "-u", unit.removesuffix(".service")).stdout.strip()
        assert re.search(rf"^Uid:\s+{user}\s+{user}\s", status, re.MULTILINE), status
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.MULTILINE)
        assert re.search(r"^CapEff:\s+0+$", status, re.MULTILINE)


def test_doctor_says_what_is_not_plugged_in(machine: Machine) -> None:
    done = machine.do("motcua", "doctor", "--json")
    found = {each["part"]: each for each in json.loads(done.stdout)}
    assert found["config"]["level"] == "ok"
    assert found["hub"]["level"] == "ok"
    assert found["storage"]["level"] == "ok"
    assert found["bus-main"]["level"] == "fail"


def test_a_ticket_by_each_door(machine: Machine) -> None:
    assert press(machine) == "A001"
    taken = machine.hub("kiosk", "hub.issue('reception', False, new_key())", user="motcua-kiosk")
    assert taken["ticket"]["number"] == "A002"
    # A technician's command; and the kernel says who calls: the kiosk's user is no bridge, nobody is nothing at all.
    assert machine.do("motcua", "press", user="motcua-bridge").stdout.split()[0] == "A003"
    assert machine.do("motcua", "press", user="motcua-kiosk").returncode != 0
    assert machine.do("motcua", "press", user="nobody").returncode != 0
    assert numbers(machine) == ["A001", "A002", "A003"]


def test_what_is_missing_is_a_sentence_for_staff(machine: Machine) -> None:
    """No printer and no cable in this machine: the rest works on, and the hub has been told in words."""

    def notices() -> set[str] | None:
        parts = {each["part"] for each in machine.snapshot()["notices"]}
        return parts if {"printer", "bus-main"} <= parts else None

    until("notices of the printer and the bus", notices, 60)
    assert "refused" not in machine.journal("motcua-bridge.service")


@pytest.mark.parametrize("unit", SERVICES)
def test_killed_and_there_again(machine: Machine, unit: str) -> None:
    before, known = machine.main_pid(unit), numbers(machine)
    assert machine.do("kill", "-KILL", str(before)).returncode == 0
    # The socket is kept by process 1: a press in the hub's absence waits and is answered.
    assert press(machine) == after(known[-1])
    now = until(f"{unit} again", lambda: machine.main_pid(unit))
    assert now != before
    assert numbers(machine) == [*known, after(known[-1])]


def test_a_hang_is_noticed_and_ended(machine: Machine) -> None:
    before = {unit: machine.main_pid(unit) for unit in SERVICES}
    known = numbers(machine)
    assert machine.do("kill", "-STOP", *map(str, before.values())).returncode == 0
    for unit in SERVICES:
        until(f"{unit} again", lambda unit=unit: machine.main_pid(unit) not in (0, before[unit]))
        assert "Watchdog timeout" in machine.journal(unit)
    assert press(machine) == after(known[-1])


def test_a_wrong_setting_does_not_stop_a_waiting_room(machine: Machine) -> None:
    good = machine.do("cat", SITE).stdout
    before = {unit: machine.main_pid(unit) for unit in SERVICES}
    last = numbers(machine)[-1]
    machine.write(SITE, good.replace("[printer]", "[printer]\nwidht_dots = 576"))
    try:
        # The running ones go on with the settings they have; the installer leaves them alone.
        assert press(machine) == after(last)
        done = machine.do("/srv/source/systemd/install.sh", "--no-python")
        assert {unit: machine.main_pid(unit) for unit in SERVICES} == before, done.stdout + done.stderr
        # One that has to start says file, key and the nearest name, and tries until the settings are mended.
        machine.do("systemctl", "restart", "--no-block", "motcua-kiosk.service")
        until("words about the key", lambda: "widht_dots" in machine.journal("motcua-kiosk.service"))
        assert re.search(rf"{SITE}:\d+: printer\.widht_dots: .*width_dots", machine.journal("motcua-kiosk.service"))
        assert press(machine) == after(after(last))
    finally:
        machine.write(SITE, good)
    until("the kiosk again", lambda: machine.main_pid("motcua-kiosk.service"))


def test_a_second_installation_changes_nothing(machine: Machine) -> None:
    before = {unit: machine.main_pid(unit) for unit in SERVICES}
    done = machine.do("/srv/source/systemd/install.sh")
    assert done.returncode == 0, done.stderr
    assert "Không có gì thay đổi." in done.stdout, done.stdout
    assert {unit: machine.main_pid(unit) for unit in SERVICES} == before


def test_numbers_go_on_after_a_reboot(machine: Machine) -> None:
    known = numbers(machine)
    machine.do("systemctl", "reboot")
    machine.await_boot()
    assert numbers(machine) == known
    assert press(machine) == after(known[-1])


def test_numbers_go_on_after_a_power_cut(machine: Machine) -> None:
    known = numbers(machine)
    known.append(press(machine))
    machine.power_cut()
    machine.start()
    assert numbers(machine) == known
    assert press(machine) == after(known[-1])


def test_removed_and_the_ledger_stays(machine: Machine) -> None:
    """Last: after it there is no product in the machine any more."""
    done = machine.do("/srv/source/systemd/install.sh", "--uninstall")
    assert done.returncode == 0, done.stderr
    assert machine.do("systemctl", "list-units", "--no-legend", "motcua*").stdout.strip() == ""
    assert machine.do("test", "-s", "/var/lib/motcua/ledger.db").returncode == 0
    assert machine.do("test", "-s", SITE).returncode == 0
    assert machine.do("test", "-e", "/opt/motcua").returncode != 0
