"""MQTT topics: `motcua/v1/{province}/{commune}/{device}/…` (house §6). Every level is `[a-z0-9-]`, no dots."""

from __future__ import annotations

import re
from dataclasses import dataclass

ROOT = "motcua/v1"
_LEVEL = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")


class TopicError(ValueError):
    """A topic or a level of one that breaks the contract."""


@dataclass(frozen=True)
class Topics:
    """The topics of one device.

    Levels are 1–32 characters of `[a-z0-9-]`, not beginning or ending in `-`; anything else raises `TopicError`.
    """

    province: str
    commune: str
    device: str

    def __post_init__(self) -> None:
        for name in ("province", "commune", "device"):
            level = getattr(self, name)
            if not _LEVEL.match(level):
                raise TopicError(f"{name} is {level!r}; allowed: 1 to 32 of a-z, 0-9 and -, e.g. 'dong-thanh'")

    @property
    def base(self) -> str:
        """Everything of this device stands under this prefix."""
        return f"{ROOT}/{self.province}/{self.commune}/{self.device}"

    def event(self, event_class: str) -> str:
        """Where events of a class are published."""
        if not _LEVEL.match(event_class):
            raise TopicError(f"event class is {event_class!r}; allowed: a-z, 0-9 and -")
        return f"{self.base}/ev/{event_class}"

    @property
    def hello(self) -> str:
        """Published on every connection: asks the server for its watermark."""
        return f"{self.base}/ev/hello"

    @property
    def ack(self) -> str:
        """The server's commit watermark."""
        return f"{self.base}/ack"

    @property
    def state(self) -> str:
        """Retained presence: birth, and death by will."""
        return f"{self.base}/state"

    def command(self, name: str) -> str:
        """A command to the device; `+` subscribes to all."""
        return f"{self.base}/cmd/{name}"

    def response(self, name: str) -> str:
        """The device's answer to a command."""
        return f"{self.base}/rsp/{name}"


@dataclass(frozen=True)
class ParsedTopic:
    """A topic taken apart: whose, which kind (`ev`, `ack`, `state`, `cmd`, `rsp`), and the last level if any."""

    topics: Topics
    kind: str
    leaf: str | None


def parse(topic: str) -> ParsedTopic:
    """Take a topic apart. Raises `TopicError` for anything outside the contract."""
    parts = topic.split("/")
    if parts[:2] != ROOT.split("/") or len(parts) not in (6, 7):
        raise TopicError(f"{topic[:120]!r} is not of the form {ROOT}/province/commune/device/kind[/leaf]")
    topics = Topics(*parts[2:5])
    kind, leaf = parts[5], parts[6] if len(parts) == 7 else None
    if kind in ("ack", "state"):
        if leaf is not None:
            raise TopicError(f"{topic[:120]!r}: nothing may stand under {kind}")
    elif kind not in ("ev", "cmd", "rsp") or leaf is None or not _LEVEL.match(leaf):
        raise TopicError(f"{topic[:120]!r}: the kind must be ev, cmd, rsp (with a leaf), ack or state")
    return ParsedTopic(topics, kind, leaf)
