"""Settings of the Pi's own pins: who drives them, the buzzer, and a chain of number boards.

Buttons and their lamps stand in `[[buttons]]` with `bus = "gpio"`, boards in `[[boards]]` with `bus = "gpio"` (their
`address` is the place in the chain, 0 nearest to the Pi). All pins are BCM numbers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.settings_base import Section

Pin = Annotated[int, Field(ge=0, le=27)]


class Gpio(Section):
    """The Pi's own pins."""

    factory: Literal["lgpio", "rpigpio", "native", "mock"] = Field(
        default="lgpio",
        description="Trình điều khiển chân, không tự đổi sang cái khác; mock: phòng ảo | driver of the pins, never "
        "another one in its place; mock: virtual room",
    )
    buzzer: Pin | None = Field(default=None, description="Chân còi | buzzer pin")
    beep_ms: int = Field(default=80, ge=20, le=1000, description="Còi kêu bao lâu, ms | length of a beep, ms")
    chain: Literal["none", "max7219", "hc595"] = Field(
        default="none", description="Chip của chuỗi bảng số | driver chips of the chain of boards"
    )
    data: Pin = Field(default=10, description="Chân dữ liệu của chuỗi (DIN) | data pin of the chain")
    clock: Pin = Field(default=11, description="Chân nhịp của chuỗi (CLK) | clock pin of the chain")
    latch: Pin = Field(default=8, description="Chân chốt của chuỗi (CS, RCLK) | latch pin of the chain")
    common_anode: bool = Field(default=False, description="LED anode chung (hc595) | common-anode digits (hc595)")
