"""A citizen's data held before the camera: nowhere afterwards. With a planted control that the search must find."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.fixtures import receipts

CODE = "H38.12.25-240815-0003"
MARKERS = ("079099123456", "NGUYEN THI DAU HIEU", "0987612345")
TEXTS = (
    f"{MARKERS[0]}||{MARKERS[1]}|01011990|Nữ|Xã Mẫu, {MARKERS[2]}|02012022",
    f"https://dvc.example.gov.vn/tra-cuu?SGT={MARKERS[0]}&ten={MARKERS[1].replace(' ', '+')}"
    f"&MHS={CODE}&dt={MARKERS[2]}",
    f"BEGIN:VCARD\nN:{MARKERS[1]}\nTEL:{MARKERS[2]}\nNOTE:{MARKERS[0]}\nEND:VCARD",
    f"../../{MARKERS[0]}\x1b[31m{MARKERS[1]}\x00{MARKERS[2]}",
)

# A kiosk in small: the scanner as the kiosk runs it, and every result and state written as a log would be.
PROGRAM = """
import json, logging, sys, time
from pathlib import Path
from config.clock import make_clock
from config.load import load_settings
from config.process import setup_logging
from kiosk.scanner import ScannerProcess

setup_logging("kiosk", logging.DEBUG)
log = logging.getLogger("kiosk")
loaded = load_settings(Path(sys.argv[1]))
scanner = loaded.scanner.model_copy(update={"source": "folder:" + sys.argv[2], "fps": 10.0})
keeper = ScannerProcess(loaded.model_copy(update={"scanner": scanner}), make_clock("Asia/Ho_Chi_Minh"))
def told(result):
    log.info("%s", result)
    print(json.dumps([result.kind, result.code]), flush=True)
keeper.start(told, lambda state: log.info("%s", state))
sys.stdin.read()
keeper.stop()
"""


def everywhere(*places: Path) -> bytes:
    return b"\0".join(each.read_bytes() for place in places for each in sorted(place.rglob("*")) if each.is_file())


def found(haystack: bytes) -> set[str]:
    forms = {marker: (marker, marker.replace(" ", "+"), marker.replace(" ", "%20")) for marker in MARKERS}
    return {marker for marker, spelt in forms.items() if any(form.encode() in haystack for form in spelt)}


def test_what_was_held_up_is_found_nowhere_afterwards(tmp_path: Path) -> None:
    import config

    # The camera's folder holds pictures of the markers, so it is the one place that is not searched.
    camera, home = tmp_path / "camera", tmp_path / "home"
    camera.mkdir()
    home.mkdir()
    site = Path(config.__file__).parent / "sites" / "one-pi.toml"
    environ = {**os.environ, "TMPDIR": str(home), "HOME": str(home), "XDG_CACHE_HOME": str(home)}
    with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
        kiosk = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(site), str(camera)],
            stdin=subprocess.PIPE, stdout=out, stderr=err, env=environ, cwd=Path(config.__file__).parents[1],
        )  # fmt: skip
        try:
            for number, text in enumerate(TEXTS):
                shown = receipts.pose(receipts.paper(receipts.symbol(text, "QRCode", module=3)), (1280, 720), scale=1.0)
                shown.save(camera / f".{number}.png")
                (camera / f".{number}.png").rename(camera / f"{number}.png")
                deadline = time.monotonic() + 40
                while len((home / "out").read_bytes().splitlines()) <= number:
                    assert kiosk.poll() is None, (home / "err").read_text(encoding="utf-8")
                    assert time.monotonic() < deadline, f"picture {number} was not answered"
                    time.sleep(0.05)
        finally:
            assert kiosk.stdin is not None
            kiosk.stdin.close()
            kiosk.wait(20)
    told = [line for line in (home / "out").read_text(encoding="utf-8").splitlines() if line]
    assert told[:2] == ['["card", null]', f'["url_with_dossier", "{CODE}"]']
    assert set(told[2:]) == {'["unknown", null]'}
    assert found(everywhere(home)) == set()
    # The control: the same search finds the same markers where they are planted.
    (home / "planted").write_text(TEXTS[0], encoding="utf-8")
    assert found(everywhere(home)) == set(MARKERS)
    (home / "planted").write_text(TEXTS[1], encoding="utf-8")
    assert found(everywhere(home)) == set(MARKERS)
