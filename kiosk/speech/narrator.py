"""When the kiosk speaks, and what: a new screen is read out, a pressed control says its name, what changes is added.

It only ever asks the voice; whatever it asks for ends what was being said.
"""

from __future__ import annotations

from dataclasses import replace

from config.settings import Settings
from config.voice import Accent
from kiosk.locale import Words
from kiosk.model import HubView, Model, Modes
from kiosk.speech.pronounce import Pronounce
from kiosk.speech.spoken import called, reading
from kiosk.speech.voice import Speech, Voice
from kiosk.view.layout import Item

ACCENTS: dict[Accent, str] = {"north": "vi", "central": "vi-vn-x-central", "south": "vi-vn-x-south"}
"""espeak-ng's voices of the three accents of `speaker.accent`."""


class Narrator:
    """Follows what is shown. Its methods never wait and never raise for a voice that does not work."""

    def __init__(self, voice: Voice, settings: Settings) -> None:
        self._voice = voice
        self._settings = settings
        self._last: tuple[str, ...] = ()
        self._seen: Model | None = None
        self._name = ""
        self._says: dict[str, tuple[Words, Pronounce]] = {}

    def shown(self, model: Model, items: list[Item]) -> None:
        """The screen is painted."""
        if not model.modes.speak:
            if self._seen is not None:
                self.forget()
            return
        seen = _heard(model)
        if seen == self._seen:
            return
        words, say = self._language(model.language)
        sentences = reading(items, model, say, words, private=self._settings.kiosk.headphones)
        fresh = self._seen is None or _place(seen) != _place(self._seen)
        told = sentences if fresh else tuple(each for each in sentences if each not in self._last)
        self._seen, self._last = seen, sentences
        # The name of what was pressed was cut short by what it led to.
        told = (self._name, *told) if self._name and told and told[0] != self._name else told
        self._name = ""
        self._say(told, model, words)

    def pressed(self, model: Model, items: list[Item], target: str | None) -> None:
        """A finger came down on a control."""
        if not model.modes.speak or target is None:
            return
        words, say = self._language(model.language)
        self._name = called(items, target, model, say, words, private=self._settings.kiosk.headphones)
        self._say((self._name,) if self._name else (), model, words)

    def forget(self) -> None:
        """A person is gone: silence, and nothing of theirs is kept."""
        self._seen, self._last, self._name = None, (), ""
        self._voice.forget()

    def close(self) -> None:
        """End the voice."""
        self._voice.close()

    def _say(self, sentences: tuple[str, ...], model: Model, words: Words) -> None:
        if not sentences or not words.has("language.voice"):
            return
        voice = words("language.voice")
        voice = ACCENTS[self._settings.speaker.accent] if voice == "vi" else voice
        volume = self._settings.kiosk.volume if model.modes.volume is None else model.modes.volume
        own = bool(model.result or model.code or model.factor or model.ticket or model.query)
        self._voice.say(Speech(sentences, voice, volume, own))

    def _language(self, language: str) -> tuple[Words, Pronounce]:
        if language not in self._says:
            words = Words(language)
            numbers = (self._settings.site.hotline,)
            self._says[language] = (words, Pronounce(words, self._settings.speaker.accent, numbers))
        return self._says[language]


def _heard(model: Model) -> Model:
    """The model as far as a change of it is worth saying: not the clock, not the queue, not letters being typed."""
    hub = HubView(connected=model.hub.connected, message=model.hub.message)
    return replace(
        model,
        hub=hub,
        now=0.0,
        touched=0.0,
        face=None,
        camera=False,
        request=0,
        rated_at=(),
        extended=0,
        warn_left=None if model.warn_left is None else 1,
        query="",
        code="",
        factor="",
    )


def _place(model: Model) -> Model:
    """Where a person is: elsewhere the whole screen is read out."""
    modes = Modes(sheet=model.modes.sheet)
    return Model(
        screen=model.screen,
        page=model.page,
        language=model.language,
        modes=modes,
        warn_left=model.warn_left,
        field=model.field,
        procedure=model.procedure,
        result=model.result,
        score=model.score,
    )
