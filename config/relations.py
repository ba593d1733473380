"""What settings say about each other: references, addresses and letters that must fit together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.relations_gpio import gpio_relations
from config.relations_queue import queue_relations
from config.relations_staff import staff_relations
from config.settings import Settings
from config.settings_playlist import overbooked


def relations(settings: Settings) -> list[tuple[str, str, list[str]]]:
    """What the file says that does not fit together: (place such as `counters.2.services`, sentence, known names)."""
    found: list[tuple[str, str, list[str]]] = []
    services = [each.id for each in settings.services]
    counters = [each.id for each in settings.counters]
    buses = [each.id for each in settings.buses]
    found += _twice("services", "id", services) + _twice(
        "services", "letter", [each.letter for each in settings.services]
    )
    found += _twice("counters", "id", counters) + _twice("buses", "id", buses)
    found += _twice("boards", "id", [each.id for each in settings.boards])
    for at, service in enumerate(settings.services):
        if service.first > service.last:
            found.append(
                (
                    f"services.{at}.first",
                    f"số đầu {service.first} lớn hơn số cuối {service.last}/first is above last",
                    [],
                )
            )
        if service.letter == settings.hub.reserve_letter:
            found.append(
                (f"services.{at}.letter", f"chữ {service.letter} để dành (hub.reserve_letter)/letter is reserved", [])
            )
    served = {name for counter in settings.counters for name in counter.services}
    for at, counter in enumerate(settings.counters):
        for name in counter.services:
            if name not in services:
                found.append(
                    (
                        f"counters.{at}.services",
                        f"quầy {counter.id}: lĩnh vực không có/counter {counter.id} serves unknown service {name!r}",
                        services,
                    )
                )
        if counter.transfer_to is not None and counter.transfer_to not in counters:
            known = [str(each) for each in counters]
            found.append(
                (
                    f"counters.{at}.transfer_to",
                    f"không có quầy {counter.transfer_to}/there is no counter {counter.transfer_to}",
                    known,
                )
            )
    for at, service in enumerate(settings.services):
        if service.id not in served:
            found.append(
                (
                    f"services.{at}.id",
                    f"không quầy nào phục vụ/no counter serves {service.id!r}; its tickets could never be called",
                    [],
                )
            )
    found += queue_relations(settings)
    found += staff_relations(settings)
    places: dict[tuple[str, int, str, int], str] = {}
    wired: list[tuple[str, str, str, int, int, str]] = [
        *((f"boards.{i}", b.id, b.bus, b.node, b.address, "board") for i, b in enumerate(settings.boards)),
        *((f"keypads.{i}", k.id, k.bus, k.node, k.address, "keypad") for i, k in enumerate(settings.keypads)),
        *((f"buttons.{i}", b.id, b.bus, b.node, b.input, "button") for i, b in enumerate(settings.buttons)),
    ]
    protocols = {bus.id: bus.protocol for bus in settings.buses}
    found += _boards_of_others(settings, protocols)
    for where, name, bus, node, address, kind in wired:
        if protocols.get(bus, "motcua") != "motcua":
            if kind != "board":
                found.append(
                    (
                        f"{where}.bus",
                        f"{name}: bus {bus!r} nói/speaks {protocols[bus]}; {kind} cần/needs protocol motcua",
                        [each for each, protocol in protocols.items() if protocol == "motcua"],
                    )
                )
            continue
        if bus != "gpio" and bus not in buses:
            found.append((f"{where}.bus", f"{name} nối vào bus không có/is on unknown bus {bus!r}", buses))
        key = (bus, node, kind, address)
        if key in places:
            place = "input" if kind == "button" else "address"
            found.append(
                (
                    f"{where}.{place}",
                    f"{name} và/and {places[key]}: trùng địa chỉ/two {kind}s on one address {address}",
                    [],
                )
            )
        places[key] = name
    for at, board in enumerate(settings.boards):
        if board.kind == "counter" and board.counter not in counters:
            known = [str(each) for each in counters]
            found.append(
                (
                    f"boards.{at}.counter",
                    f"bảng {board.id} cần một quầy có thật/counter board needs a known counter, not {board.counter}",
                    known,
                )
            )
    lounges = [each.id for each in settings.lounges]
    found += _twice("lounges", "id", lounges) + _twice("playlist", "id", [each.id for each in settings.playlist])
    in_lounges: list[tuple[str, str]] = [(f"counters.{i}", c.lounge) for i, c in enumerate(settings.counters)]
    in_lounges += [(f"boards.{i}", b.lounge) for i, b in enumerate(settings.boards)]
    for where, name in in_lounges:
        if name and name not in lounges:
            found.append((f"{where}.lounge", f"không có phòng chờ/there is no waiting room {name!r}", lounges))
    booked = overbooked(settings.playlist)
    if booked:
        weekday, hour, minutes = booked
        text = f"{weekday} {hour}:00–{hour + 1}:00: {minutes:g} phút trong một giờ/minutes asked of one hour"
        found.append(("playlist.0.minutes", text, []))
    for at, pad in enumerate(settings.keypads):
        if pad.counter not in counters:
            found.append(
                (
                    f"keypads.{at}.counter",
                    f"không có quầy {pad.counter}/there is no counter {pad.counter}",
                    [str(each) for each in counters],
                )
            )
    for at, button in enumerate(settings.buttons):
        if button.service not in services:
            found.append(
                (
                    f"buttons.{at}.service",
                    f"{button.id} lấy số cho lĩnh vực không có/issues for unknown service {button.service!r}",
                    services,
                )
            )
    host = settings.hub.listen.rpartition(":")[0]
    if (
        host
        and host not in ("127.0.0.1", "localhost", "[::1]")
        and not (settings.hub.tls_cert and settings.hub.tls_key)
    ):
        found.append(
            (
                "hub.listen",
                f"{settings.hub.listen} ra mạng: phải có/is on the network: tls_cert and tls_key must be set",
                [],
            )
        )
    found += gpio_relations(settings)
    needed = {"serial": "device", "file": "device", "network": "host"}.get(settings.printer.kind)
    if needed and not getattr(settings.printer, needed):
        found.append((f"printer.{needed}", f"kind = {settings.printer.kind!r} phải có/needs {needed}", []))
    if settings.speaker.backend == "file" and not settings.speaker.folder:
        found.append(("speaker.folder", "backend = 'file' phải có/needs folder", []))
    return found


def _boards_of_others(settings: Settings, protocols: Mapping[str, str]) -> list[tuple[str, str, list[str]]]:
    """Boards with a profile stand on a bus with its protocol, each on an address of its own; all others have none."""
    found: list[tuple[str, str, list[str]]] = []
    taken: dict[tuple[str, int | None, int], str] = {}
    for at, board in enumerate(settings.boards):
        protocol = protocols.get(board.bus)
        if protocol in (None, "motcua"):
            for key in ("profile", "unit"):
                if getattr(board, key):
                    others = [each for each, name in protocols.items() if name != "motcua"]
                    text = f"{board.id}: {key} chỉ trên bus modbus-rtu, ascii/only on a bus with such a protocol"
                    found.append((f"boards.{at}.{key}", text, others))
            continue
        if board.kind == "matrix":
            text = (
                f"{board.id}: chữ chạy chỉ nối vào bus motcua/a matrix board hangs on a bus with protocol motcua only"
            )
            found.append((f"boards.{at}.kind", text, ["counter", "main"]))
        if not board.profile:
            text = f"{board.id}: bus {protocol} cần/needs profile, unit; motcua boards profiles"
            found.append((f"boards.{at}.profile", text, []))
        if board.unit is None:
            text = f"{board.id}: thiếu địa chỉ trên bus/address on the bus is missing; ví dụ/e.g. unit = 3"
            found.append((f"boards.{at}.unit", text, []))
        place = (board.bus, board.unit, board.address)
        if board.unit is not None and place in taken:
            text = f"{board.id} và/and {taken[place]}: trùng địa chỉ/both are unit {board.unit} on {board.bus}"
            found.append((f"boards.{at}.unit", text, []))
        taken[place] = board.id
    return found


def _twice(section: str, key: str, values: list[Any]) -> list[tuple[str, str, list[str]]]:
    return [
        (f"{section}.{at}.{key}", f"{key} {value!r} có hai lần/stands twice in [[{section}]]", [])
        for at, value in enumerate(values)
        if value in values[:at]
    ]
