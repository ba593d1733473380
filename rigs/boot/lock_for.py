"""The lock as another Python reads it: `lock_for.py requirements.lock 3.13` prints what holds there, without markers.

pip weighs markers by the Python it runs on, whatever `--python-version` says; so they are weighed here. What only the
tests need is left out, as the installer does.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from packaging.markers import Marker, default_environment


def entries(text: str) -> list[list[str]]:
    """The lock's lines, one list for each package (its first line and the hashes after it)."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if re.match(r"[A-Za-z0-9_.-]+==", line):
            found.append([line])
        elif found:
            found[-1].append(line)
    return found


def main() -> None:
    lock, version = Path(sys.argv[1]), sys.argv[2]
    project = tomllib.loads((lock.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tests = {re.split(r"[<>=!~; \[]", each)[0].lower() for each in project["optional-dependencies"]["test"]}
    there: dict[str, str] = {**default_environment(), "python_version": version, "python_full_version": f"{version}.0"}  # type: ignore[dict-item]
    for lines in entries(lock.read_text(encoding="utf-8")):
        name, _, marker = lines[0].rstrip(" \\").partition(";")
        if name.split("==")[0].lower() in tests or (marker and not Marker(marker.strip()).evaluate(there)):
            continue
        sys.stdout.write("\n".join([f"{name.strip()} \\", *lines[1:]]) + "\n")


main()
