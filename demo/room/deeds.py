"""What a visitor of the room can do, as a closed list: fingers, paper before the camera, switches."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.settings import Settings
from demo.control import ControlFailed, ControlRefused
from demo.processes import NotReady
from demo.receipts import hold, take_away
from demo.room.eyes import Eyes
from demo.room.harm import Harm, HarmRefused
from demo.room.samples import Sample, make_samples
from demo.start import Room

PAGES = {"clerk": "clerk", "reception": "reception", "supervisor": "supervisor"}
"""Staff's page → the role that signs in for it."""
KEYS = ("call", "recall", "no-show", "transfer")


class DeedRefused(Exception):
    """It was not done; a sentence for the visitor."""

    def __init__(self, vi: str, en: str, status: int = 409) -> None:
        super().__init__(en)
        self.vi, self.en, self.status = vi, en, status


@dataclass(frozen=True)
class Done:
    """The result of a deed, and a cookie of the hub where it was a sign-in."""

    value: Any
    cookie: str = ""


class Deeds:
    """The visitor's hands."""

    def __init__(self, room: Room, eyes: Eyes, settings: Settings) -> None:
        self._room = room
        self._eyes = eyes
        self._settings = settings
        self._harm = Harm(room)
        self._samples: list[Sample] = []
        self.receipts = room.site.folder / "receipts"
        self._deeds: dict[str, Callable[..., Any]] = {
            "press": self._press, "key": self._key, "tap": self._tap, "type": self._type, "hold": self._hold,
            "take_away": self._take_away, "switch": self._switch, "enter": self._enter,
        }  # fmt: skip

    def start(self) -> None:
        """Draw the sample receipts meanwhile; the page shows them when they are there."""
        self._eyes.see("switches", self._harm.positions())
        self._eyes.see("held", None)
        threading.Thread(target=self._draw, name="receipts", daemon=True).start()

    def _draw(self) -> None:
        self._samples = make_samples(self._room, self.receipts)
        self._eyes.see("samples", [each.facts() for each in self._samples])

    def facts(self) -> dict[str, Any]:
        """What does not change while the room stands."""
        settings, site = self._settings, self._settings.site
        services = {each.id: each for each in settings.services}
        titles = {each.id: each for each in settings.counters}
        return {
            "site": {"name": site.name, "place": site.place, "name_en": site.name_en, "primary": site.primary},
            "hub": self._room.site.hub_url,
            "admin": self._room.site.admin_url,
            "buttons": [
                {
                    "id": each.id, "service": each.service, "letter": services[each.service].letter,
                    "vi": services[each.service].name, "en": services[each.service].name_en,
                }
                for each in settings.buttons
            ],
            "counters": [
                {
                    "id": each.id, "name": each.label, "vi": each.title, "en": each.title_en,
                    "services": list(each.services),
                }
                for each in settings.counters
            ],
            "keypads": [each.counter for each in settings.keypads],
            "boards": [
                {"id": each.id, "kind": each.kind, "counter": each.counter, "title": titles[each.counter].title}
                if each.counter in titles else {"id": each.id, "kind": each.kind, "counter": None, "title": ""}
                for each in settings.boards
            ],
            "switches": [
                {
                    "id": each.id, "vi": each.vi, "en": each.en, "parts": each.parts,
                    "modes": [{"id": mode.id, "vi": mode.vi, "en": mode.en} for mode in each.modes],
                }
                for each in self._harm.there()
            ],
            "absent": self._room.absent,
        }  # fmt: skip

    def do(self, deed: str, args: dict[str, Any]) -> Done:
        """Do one deed. Raises `DeedRefused`."""
        run = self._deeds.get(deed)
        if run is None:
            raise DeedRefused(f"Không có việc “{deed}”.", f"There is no deed {deed!r}.", 404)
        try:
            found = run(**args)
        except (TypeError, ValueError, KeyError) as error:
            raise DeedRefused("Yêu cầu chưa đúng.", f"The request is not right: {error}", 422) from error
        except ControlRefused as error:
            raise DeedRefused("Thiết bị ảo chưa làm được việc này.", str(error)) from error
        except (ControlFailed, OSError, http.client.HTTPException) as error:
            raise DeedRefused("Thiết bị này đang không trả lời.", str(error), 503) from error
        except NotReady as error:
            raise DeedRefused("Phần này chưa khởi động lại được.", str(error), 503) from error
        return found if isinstance(found, Done) else Done(found)

    # -- fingers

    def _press(self, button: str) -> Any:
        return self._room.cabinet.ask("press", button=button)

    def _key(self, counter: int, key: str) -> Any:
        if key not in KEYS:
            raise ValueError(f"key {key!r}; keys: {', '.join(KEYS)}")
        return self._room.cabinet.ask("key", counter=counter, key=key)

    def _tap(self, x: int, y: int) -> Any:
        self._eyes.touched()
        return self._room.kiosk.ask("tap", x=int(x), y=int(y))

    def _type(self, text: str) -> Any:
        self._eyes.touched()
        return self._room.kiosk.ask("type", text=str(text)[:80])

    # -- paper before the camera

    def _hold(self, sample: str) -> None:
        if sample not in [each.id for each in self._samples]:
            raise ValueError(f"sample {sample!r}")
        hold(self._room.site.camera, self.receipts / f"{sample}.png")
        self._eyes.touched()
        self._eyes.see("held", sample)

    def _take_away(self) -> None:
        take_away(self._room.site.camera)
        self._eyes.see("held", None)

    # -- switches

    def _switch(self, switch: str, mode: str) -> dict[str, str]:
        try:
            self._harm.put(switch, mode)
        except HarmRefused as error:
            raise ValueError(str(error)) from error
        finally:
            self._eyes.see("switches", self._harm.positions())
        return self._harm.positions()

    # -- the staff's pages

    def _enter(self, counter: int | None = None, page: str = "clerk") -> Done:
        """Sign this browser in at the hub for a page of the staff; a cookie of one host holds for all its ports."""
        site = self._room.site
        connection = http.client.HTTPConnection("127.0.0.1", site.hub_port, timeout=5)
        try:
            token = site.tokens[PAGES[page]]
            body = json.dumps({"token": token} if counter is None else {"token": token, "counter": int(counter)})
            connection.request("POST", "/v1/session", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            response.read()
            cookie = response.getheader("Set-Cookie") or ""
        finally:
            connection.close()
        if response.status >= 400 or not cookie:
            raise DeedRefused("Máy gọi số chưa cho vào.", f"The hub answered {response.status}.")
        return Done({"url": f"{site.hub_url}/{page}"}, cookie)
