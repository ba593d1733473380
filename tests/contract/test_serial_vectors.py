"""The same vectors through both ends: CPython here, real MicroPython there, with the very files that go on the chip."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge import contract
from firmware_bridge.frame import Decoder, Frame, cobs_encode, crc16
from firmware_bridge.image import assemble, micropython

VALUES = {
    "u8": 200,
    "u16": 40000,
    "u32": 4_000_000_000,
    "uid": "e661deadbeef0042",
    "digest": "ab" * 32,
    "bytes": "0001ff",
    "text": "A042",
    "rows": [["A042", 3], ["B7", 12]],
}

CHIP = """
import json
from wire_words import WORDS
from firmware_bridge.dictionary import Dictionary, BadFields
from firmware_bridge.frame import Decoder, Frame, cobs_decode, cobs_encode, crc16
from firmware_bridge.link import Link
import firmware_bridge.firmware.core
words = Dictionary(WORDS)
with open("vectors.json") as file:
    vectors = json.load(file)
out = {"hash": words.hash, "frames": [], "blocks": [], "heard": []}
for name, values in vectors["messages"]:
    if "data" in values:
        values["data"] = bytes(int(values["data"][i:i + 2], 16) for i in range(0, len(values["data"]), 2))
    payload = words.encode(name, **values)
    out["frames"].append([hex(b) for b in Frame(words.id_of(name), 7, 0x12, 1, payload).encode()])
for text in vectors["blocks"]:
    data = bytes(int(text[i:i + 2], 16) for i in range(0, len(text), 2))
    stuffed = cobs_encode(data)
    same = stuffed == cobs_encode(bytearray(data))
    out["blocks"].append([same, cobs_decode(stuffed) == data, crc16(data), len(stuffed)])
text = vectors["wire"]
decoder = Decoder()
for i in range(0, len(text), 2):
    for frame in decoder.feed(bytes((int(text[i:i + 2], 16),))):
        name, values = words.decode(frame.kind, frame.payload)
        if "data" in values:
            values["data"] = "".join("%02x" % byte for byte in values["data"])
        out["heard"].append([name, values])
out["bad"] = decoder.bad()
try:
    words.decode(0x22, b"")
except BadFields:
    out["refused"] = True
link = Link(1, True, 3)
link.send(0x12, b"abc")
out["link"] = len(link.poll(0))
print(json.dumps(out))
"""


def with_bytes(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no bytes: the field `data` travels as hex."""
    return {field: bytes.fromhex(value) if field == "data" else value for field, value in values.items()}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    assemble(folder, "unix")
    (folder / "vectors.py").write_text(CHIP, encoding="utf-8")
    return folder


def test_both_ends_say_and_hear_the_same(image: Path) -> None:
    words = contract.dictionary()
    messages = [
        [message[1], {field: VALUES[kind] for field, kind in message[4]}] for message in contract.words()["messages"]
    ]
    blocks = [bytes(range(1, 255)), b"\x01" * 255, b"\x07" * 508 + b"\x00", b"", b"\x00\x00", bytes(range(256)) * 2]
    frames = [
        Frame(words.id_of(name), 7, 0x12, 1, words.encode(name, **with_bytes(values))).encode()
        for name, values in messages
    ]
    harmed = bytearray(frames[3])
    harmed[5] ^= 4
    vectors = {
        "messages": messages,
        "blocks": [block.hex() for block in blocks],
        "wire": (b"\x00\x05noise\x00" + b"".join(frames) + bytes(harmed)).hex(),
    }
    (image / "vectors.json").write_text(json.dumps(vectors), encoding="utf-8")
    done = subprocess.run(
        [str(micropython()), "vectors.py"],
        cwd=image,
        env={"MICROPYPATH": f"{image}:.frozen", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    chip = json.loads(done.stdout)
    assert chip["hash"] == words.hash
    assert [bytes(int(byte, 16) for byte in frame) for frame in chip["frames"]] == frames
    assert chip["blocks"] == [[True, True, crc16(block), len(cobs_encode(block))] for block in blocks]
    here = Decoder()
    heard = [
        [name, {field: value.hex() if isinstance(value, bytes) else value for field, value in values.items()}]
        for name, values in (
            words.decode(each.kind, each.payload) for each in here.feed(bytes.fromhex(vectors["wire"]))
        )
    ]
    assert json.loads(json.dumps(heard)) == chip["heard"]
    assert len(heard) == len(messages)
    assert chip["bad"] == here.bad() == 2
    assert chip["refused"] and chip["link"] > 0


def test_every_file_for_the_chip_compiles_there(tmp_path: Path) -> None:
    assemble(tmp_path, "pico")
    (tmp_path / "check.py").write_text(
        "import sys\nfor path in sys.argv[1:]:\n    with open(path) as f:\n        compile(f.read(), path, 'exec')\n",
        encoding="utf-8",
    )
    files = [str(path) for path in tmp_path.rglob("*.py")]
    assert len(files) >= 12
    done = subprocess.run([str(micropython()), "check.py", *files], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
