"""What somebody takes home of a procedure: a list on paper, a text in a code. Pure; nothing of a person is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.catalogue_model import Paper, Procedure
from config.settings import Settings
from kiosk.catalogue import Catalogue
from kiosk.locale import Words

LINE = 200
"""Letters of a line the hub takes."""
MOST_LINES, MOST_NOTES = 60, 20
MOST_BYTES = 620
"""Bytes of a text in a code: more makes squares too many for a ten-inch panel and a cheap phone."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A list for the ticket printer: lines with a box to tick, notes below them."""

    title: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


def dong(amount: int, words: Words) -> str:
    """`200000` → "200.000 đồng", in English "200,000 VND"."""
    grouped = f"{amount:,}"
    return words("fee.dong", amount=grouped if words.language == "en" else grouped.replace(",", "."))


def days(half_days: int, words: Words) -> str:
    """Half working days as people write them: 3 → "1,5", in English "1.5"."""
    whole, half = divmod(half_days, 2)
    point = "." if words.language == "en" else ","
    return f"{whole}{point}5" if half else f"{whole}"


def papers_by_case(procedure: Procedure) -> tuple[tuple[str | None, tuple[Paper, ...]], ...]:
    """What everybody brings first (None), then case by case, each in the file's order."""
    cases: dict[str | None, list[Paper]] = {None: []}
    for paper in procedure.papers:
        cases.setdefault(paper.case, []).append(paper)
    return tuple((case, tuple(papers)) for case, papers in cases.items() if papers)


def paper_line(paper: Paper, words: Words, *, with_case: bool = False) -> str:
    """One paper in words: what, which of it, in which case, and (*) where nobody verified it."""
    said = words.pick(paper.text, paper.text_en)
    form = words(f"paper.{paper.form}") if paper.form in ("original", "copy") else ""
    # "Bản chính giấy phép (bản chính)" says it twice.
    if form and not said.casefold().startswith(form.casefold()):
        said = f"{said} ({form})"
    if with_case and paper.case:
        case = words.pick(paper.case, paper.case_en or "")
        said = f"{said} ({case[:1].lower()}{case[1:]})"
    return said + ("" if paper.verified else " (*)")


def doubted(procedure: Procedure) -> bool:
    """Whether anything of it is not verified."""
    sure = procedure.time.verified and procedure.fee.verified
    return not (sure and all(paper.verified for paper in procedure.papers))


def valid_on(catalogue: Catalogue, words: Words) -> str:
    """The day the figures were read."""
    date = catalogue.valid_on
    return words("procedure.valid", date=f"{date.day}/{date.month}/{date.year}")


def _lines(procedure: Procedure, words: Words) -> Iterator[str]:
    for _case, papers in papers_by_case(procedure):
        for paper in papers:
            yield paper_line(paper, words, with_case=True)


def _facts(procedure: Procedure, words: Words, where: str) -> Iterator[str]:
    time, fee = procedure.time, procedure.fee
    for key, value, sure in (
        ("procedure.time", words.pick(time.text, time.text_en), time.verified),
        ("procedure.fee", words.pick(fee.text, fee.text_en), fee.verified),
        ("procedure.where", where, True),
    ):
        yield f"{words(key)}: {value}" + ("" if sure else " (*)")


def where(settings: Settings, procedure: Procedure, words: Words) -> str:
    """Which counter serves it."""
    for counter in settings.counters:
        if procedure.service in counter.services:
            title = words.pick(counter.title, counter.title_en)
            label = counter.label if words.language == "vi" else f"Counter {counter.id}"
            return f"{label} – {title}" if title else label
    return words("procedure.desk")


def slip(catalogue: Catalogue, procedure: Procedure, words: Words, where: str) -> Slip:
    """The list as it is printed. Long lines are cut at a word: the hub takes 200 letters."""
    notes = [*_facts(procedure, words, where)]
    if doubted(procedure):
        notes.append(words("procedure.unverified"))
    notes.append(valid_on(catalogue, words))
    title = words("slip.title", name=words.pick(procedure.name, procedure.name_en))
    lines = tuple(short(line, LINE) for line in _lines(procedure, words))[:MOST_LINES]
    return Slip(short(title, LINE), lines, tuple(short(note, LINE) for note in notes)[:MOST_NOTES])


def short(text: str, most: int) -> str:
    """The text, or as many whole words of it as go into `most` letters, with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + "…"


def carried(settings: Settings, catalogue: Catalogue, procedure: Procedure, words: Words, where: str) -> str | None:
    """What the QR code holds: the list as text, or the commune's link; None where there is to be no code."""
    carry = settings.kiosk.carry
    if carry.kind == "none":
        return None
    if carry.kind == "link":
        return carry.link.replace("{code}", procedure.code)
    head = [words.pick(procedure.name, procedure.name_en)]
    # Plain dashes and no stars: what a phone shows as a note is read by a person, not ticked by a machine.
    papers = [f"- {line}" for line in _lines(procedure, words)]
    foot = [*_facts(procedure, words, where)]
    if doubted(procedure):
        foot.append(words("carry.unverified"))
    foot.append(valid_on(catalogue, words))
    for most in (LINE, 120, 80, 50):
        kept = [short(line, most) for line in papers]
        text = "\n".join([short(head[0], most), *kept, *(short(line, most) for line in foot)])
        if len(text.encode()) <= MOST_BYTES:
            return text
    kept = [short(line, 50) for line in papers]
    while kept:
        kept.pop()
        more = words("carry.more", n=len(papers) - len(kept))
        text = "\n".join([short(head[0], 50), *kept, more, *(short(line, 50) for line in foot)])
        if len(text.encode()) <= MOST_BYTES:
            return text
    return short(head[0], 50)
