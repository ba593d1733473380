"""Make every picture of the README and the manuals: `make pictures`. Each comes from the running product.

The touchscreen comes from its own `screenshot` command; papers, pages and the room from one morning in
the virtual waiting room (hall.py); a citizen's tasks from the filmed walk (walk.py).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
MOTCUA = [sys.executable, "-m", "config.cli"]
SCREENS = {
    "home": "home.png",
    "details": "status.png",
    "ticket-no-paper": "kiosk-no-paper.png",
    "closed-last": "kiosk-closed.png",
    "busy": "kiosk-busy.png",
    "helper": "kiosk-helper.png",
}
"""Sample state of the touchscreen → picture."""


def kiosk(screen: str, name: str, size: str = "1920x1080") -> None:
    """One screen of the kiosk in its sample state."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*MOTCUA, "kiosk", "screenshot", "--screen", screen, "--size", size, "--out", folder]
        subprocess.run(command, check=True)
        shutil.copyfile(next(iter(sorted(Path(folder).glob("*.png")))), HERE / name)


def main() -> None:
    """Kiosk, then papers, pages and the room."""
    for screen, name in SCREENS.items():
        kiosk(screen, name)
    subprocess.run([sys.executable, str(HERE / "hall.py")], check=True)
    subprocess.run([sys.executable, str(HERE / "walk.py")], check=True)


if __name__ == "__main__":
    main()
