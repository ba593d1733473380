"""What a step saw, in short for people and whole for a file; and what a run left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def command_of(pid: int) -> str:
    """The command line of a process as the kernel has it. Raises OSError when there is none."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def short(evidence: Any) -> str:
    """One line of at most 160 characters."""
    if isinstance(evidence, list):
        return ", ".join(f"{each['name']} {each['pid']}" for each in evidence)
    text = (
        ", ".join(f"{key} {value}" for key, value in evidence.items()) if isinstance(evidence, dict) else str(evidence)
    )
    return text if len(text) <= 160 else text[:157] + "…"


def leftovers(folder: Path) -> list[str]:
    """Processes that still name the run's folder in their command line, and are not this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if str(folder) in command and f"--keep {folder}" not in command:
            found.append(f"{entry.name} {command.strip()}")
    return found


def write_report(path: Path | None, steps: list[dict[str, Any]]) -> None:
    """`{"steps": [...]}` into a file, or nowhere."""
    if path is not None:
        path.write_text(json.dumps({"steps": steps}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
