"""The pages for clerks, TVs and sign-in, served by the hub itself: plain files, no build step, no outside address.

The pages hold no data of their own; everything they show comes from the API, with the same rights as any other client.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from config.fonts import Weight, font_file
from config.settings import Settings

STATIC = Path(__file__).with_name("static")

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The TV asks to keep its screen awake; nothing else of the browser is wanted.
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), screen-wake-lock=(self)",
}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FONT_WEIGHTS: tuple[Weight, ...] = (400, 500, 600, 700)
# A font of one package version never changes: kept for a day without a question.
_FONT_CACHE = "public, max-age=86400"
# Our own files change with an update: the browser keeps them but asks first (an ETag answers in one line).
_FILE_CACHE = "no-cache"


def page_facts(settings: Settings) -> dict[str, Any]:
    """What a page must know before it may ask the API: who we are, the services and counters by name, notices."""
    site = settings.site
    return {
        "site": {"name": site.name, "name_en": site.name_en, "place": site.place, "place_en": site.place_en},
        "help": {"vi": site.help_line, "en": site.help_line_en},
        "hours": site.hours,
        "hotline": site.hotline,
        "notices": list(site.notices),
        "rules": {
            "recall_limit": settings.queue.recall_limit,
            "no_show_after": settings.queue.no_show_after,
            "undo_s": settings.queue.undo_s,
            "long_wait_min": settings.queue.long_wait_min,
        },
        # Which desks a PIN opens: the sign-in offers no others. Not who sits there.
        "pins": {
            "counters": sorted({number for each in settings.staff for number in each.counters}),
            "roles": sorted({each.role for each in settings.staff} - {"clerk"}),
        },
        "carry": settings.queue.carry_overnight,
        "advice": [each.id for each in settings.services if each.advice],
        "lounges": [{"id": each.id, "name": each.name} for each in settings.lounges],
        "counters": [
            {
                "id": each.id,
                "name": each.label,
                "title": each.title,
                "title_en": each.title_en,
                "services": list(each.services),
            }
            for each in settings.counters
        ],
    }


@dataclass(frozen=True)
class Page:
    """One page: its title, the body it is drawn into (`static/{body}.html`), its style sheets after `base.css`.

    Its script is `static/js/{name}.js`.
    """

    title: str
    body: str
    styles: tuple[str, ...]


PAGES: Mapping[str, Page] = {
    "login": Page("Đăng nhập", "login", ("login",)),
    "clerk": Page("Quầy", "staff", ("staff", "clerk")),
    "reception": Page("Tiếp đón", "staff", ("staff", "reception")),
    "supervisor": Page("Phụ trách", "staff", ("staff", "idle", "supervisor")),
    "tv": Page("Màn hình gọi số", "tv", ("tv", "idle")),
}
"""Every page there is: a new one is one line here."""


def render(name: str, settings: Settings) -> str:
    """One page's HTML with the facts of this site in a `<meta>` (a script in the page would break our own policy)."""
    page = PAGES[name]
    facts = json.dumps(page_facts(settings), ensure_ascii=False, separators=(",", ":"))
    styles = "\n".join(f'  <link rel="stylesheet" href="/static/css/{each}.css">' for each in ("base", *page.styles))
    values = {
        "name": name,
        "title": html.escape(page.title),
        "styles": styles,
        "body": (STATIC / f"{page.body}.html").read_text(encoding="utf-8").rstrip("\n"),
        "facts": html.escape(facts, quote=True),
        "site": html.escape(f"{settings.site.name} · {settings.site.place}", quote=True),
    }
    text = (STATIC / "page.html").read_text(encoding="utf-8")
    # In one pass, so that nothing a site writes into its settings is taken for a place of ours.
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


def attach(app: FastAPI, settings: Settings) -> None:
    """Add the pages, `/` and `/static/…` to the hub. None of them needs a principal or shows a datum."""
    files = {
        f"/static/{path.relative_to(STATIC).as_posix()}": path
        for path in sorted(STATIC.rglob("*"))
        if path.is_file() and path.suffix in (".css", ".js", ".svg")
    }
    fonts = {f"/static/fonts/be-vietnam-pro-{weight}.ttf": font_file(weight) for weight in _FONT_WEIGHTS}
    theme = f":root {{ --primary: {settings.site.primary}; }}\n"

    def add(name: str) -> None:
        text = render(name, settings)

        @app.get(f"/{name}", include_in_schema=False, name=name)
        def page() -> Response:
            return Response(text, media_type="text/html", headers={**HEADERS, "Cache-Control": "no-store"})

    for name in PAGES:
        add(name)

    @app.get("/", include_in_schema=False)
    def home() -> Response:
        return RedirectResponse("/login", status_code=307, headers=HEADERS)

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon(request: Request) -> Response:
        return _send(request, STATIC / "mark.svg", _FILE_CACHE)

    @app.get("/static/theme.css", include_in_schema=False)
    def theme_css() -> Response:
        return Response(theme, media_type="text/css", headers={**HEADERS, "Cache-Control": _FILE_CACHE})

    @app.get("/static/{path:path}", include_in_schema=False)
    def static(path: str, request: Request) -> Response:
        # Only what was found at start is served: a path with dots in it can name nothing else.
        address = f"/static/{path}"
        if address in fonts:
            return _send(request, fonts[address], _FONT_CACHE)
        if address in files:
            return _send(request, files[address], _FILE_CACHE)
        return Response("not found\n", status_code=404, media_type="text/plain", headers=HEADERS)


def _send(request: Request, path: Path, cache: str) -> Response:
    stat = path.stat()
    etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
    headers = {**HEADERS, "Cache-Control": cache, "ETag": etag, "Last-Modified": formatdate(stat.st_mtime, usegmt=True)}
    if etag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=_TYPES.get(path.suffix, "font/ttf"), headers=headers)
