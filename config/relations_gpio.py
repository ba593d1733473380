"""What settings say about the Pi's own pins: one pin, one use; boards that a chain can show."""

from __future__ import annotations

from config.settings import Settings

Found = list[tuple[str, str, list[str]]]


def gpio_relations(settings: Settings) -> Found:
    """As `config.relations.relations`, for `[gpio]` and what stands on bus "gpio"."""
    return _pins(settings) + _boards(settings)


def _pins(settings: Settings) -> Found:
    gpio = settings.gpio
    boards = [board for board in settings.boards if board.bus == "gpio"]
    used: list[tuple[str, str, int]] = []
    for at, button in enumerate(settings.buttons):
        if button.bus == "gpio":
            used.append((f"buttons.{at}.input", button.id, button.input))
            if button.lamp is not None:
                used.append((f"buttons.{at}.lamp", f"đèn/lamp {button.id}", button.lamp))
    if gpio.buzzer is not None:
        used.append(("gpio.buzzer", "còi/buzzer", gpio.buzzer))
    if boards and gpio.chain != "none":
        used += [(f"gpio.{name}", f"chuỗi/chain {name}", getattr(gpio, name)) for name in ("data", "clock", "latch")]
    found: Found = []
    taken: dict[int, tuple[str, bool]] = {}
    for where, what, pin in used:
        is_input = where.endswith(".input")
        # Two buttons on one input are told by the rule for all buses already.
        if pin in taken and not (is_input and taken[pin][1]):
            found.append((where, f"{what} và/and {taken[pin][0]}: trùng chân/both on pin {pin}", []))
        taken.setdefault(pin, (what, is_input))
    return found


def _boards(settings: Settings) -> Found:
    found: Found = []
    digits: set[int] = set()
    lines: dict[int, str] = {}
    firsts: set[int] = set()
    for at, board in enumerate(settings.boards):
        if board.bus != "gpio":
            continue
        if settings.gpio.chain == "none":
            text = f"bảng {board.id} ở chân Pi cần/a board on the Pi's pins needs gpio.chain = 'max7219' | 'hc595'"
            found.append((f"boards.{at}.bus", text, []))
        if board.kind == "matrix":
            text = f"{board.id}: chữ chạy không nối vào chân Pi được/a matrix board cannot hang on the Pi's pins"
            found.append((f"boards.{at}.kind", text, ["counter", "main"]))
        if settings.gpio.chain == "hc595":
            digits.add(board.digits)
            if board.kind == "main":
                text = "bảng tổng cần chuỗi/a main panel needs chain = 'max7219'"
                found.append((f"boards.{at}.kind", text, []))
            elif len(digits) > 1:
                text = "các bảng của chuỗi hc595 phải cùng số chữ số/boards of an hc595 chain have the same digits"
                found.append((f"boards.{at}.digits", text, []))
        places = range(board.address, board.address + (board.rows if board.kind == "main" else 1))
        for place in places:
            # Two with the same address are told by the rule for all buses.
            if place in lines and not (place == board.address and place in firsts):
                text = f"{board.id} và/and {lines[place]}: trùng chỗ {place} trong chuỗi/one place of the chain"
                found.append((f"boards.{at}.address", text, []))
                break
            lines.setdefault(place, board.id)
        firsts.add(board.address)
    return found
