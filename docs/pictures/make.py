"""Make every picture of the README: `make pictures`. Each comes from the running product, none is drawn by hand."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
MOTCUA = [sys.executable, "-m", "config.cli"]


def kiosk(screen: str, name: str, size: str = "1920x1080") -> None:
    """One screen of the kiosk in its sample state."""
    with tempfile.TemporaryDirectory() as folder:
        command = [*MOTCUA, "kiosk", "screenshot", "--screen", screen, "--size", size, "--out", folder]
        subprocess.run(command, check=True)
        shutil.copyfile(next(iter(sorted(Path(folder).glob("*.png")))), HERE / name)


def main() -> None:
    """Kiosk, paper, then the pages and the room in a real Chromium."""
    kiosk("home", "home.png")
    kiosk("details", "status.png")
    subprocess.run([*MOTCUA, "ticket", "preview", "--png", str(HERE / "ticket.png")], check=True)
    for script in ("pages.py", "room.py"):
        if (HERE / script).exists():
            subprocess.run([sys.executable, str(HERE / script)], check=True)


if __name__ == "__main__":
    main()
