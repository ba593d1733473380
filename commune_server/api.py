"""HTTP: look-ups and the catalogue for devices (mutual TLS), events and the status page for staff (loopback only)."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from commune_server.dossiers import DossierStore, Factor
from commune_server.limits import Limits
from commune_server.page import render
from commune_server.peer import device_of
from commune_server.readings import Readings
from config import __version__
from config.clock import Clock
from config.fonts import font_file
from config.settings import ServerSettings

log = logging.getLogger("api")

LONGEST_BODY = 16 * 1024
_PLACES = {"code", "factor", "kind", "value", "device", "epoch", "after", "limit", "newest"}
_DEVICE = r"^[a-z0-9/-]{1,100}$"
DASHBOARD = Path(__file__).parent / "dashboard"


class FactorBody(BaseModel):
    """The second factor."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["lookup_code", "id_last4"]
    value: Annotated[str, Field(min_length=1, max_length=16)]


class LookupBody(BaseModel):
    """A question about one dossier."""

    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(min_length=1, max_length=64)]
    factor: FactorBody | None = None


class Step(BaseModel):
    """One step of a dossier's way."""

    name: str
    name_en: str
    at: str | None
    done: bool


class CounterBody(BaseModel):
    """Where to go."""

    id: int
    name: str


class Late(BaseModel):
    """The new appointment of a late dossier."""

    new_date: str


class FeeBody(BaseModel):
    """What is still to be paid."""

    amount: Annotated[int, Field(gt=0, description="đồng")]
    what: str
    what_en: str


class DossierBody(BaseModel):
    """A dossier as a citizen may see it; from `status` on only with the second factor."""

    code: str
    field: str
    field_en: str
    group: Literal["waiting", "open", "act", "come", "closed", "refused"]
    appointment: str | None
    status: int | None = None
    status_vi: str | None = None
    status_en: str | None = None
    procedure: str | None = None
    applicant: Annotated[str | None, Field(description="masked: N*** V*** A***; null where a fee is due")] = None
    steps: list[Step] | None = None
    counter: CounterBody | None = None
    bring: list[str] | None = None
    bring_en: list[str] | None = None
    supplement: list[str] | None = None
    supplement_en: list[str] | None = None
    late: Late | None = None
    fee: FeeBody | None = None


class Found(BaseModel):
    """The dossier was found."""

    result: Literal["found"]
    view: Literal["code_only", "details"]
    as_of: str
    dossier: DossierBody


class NotFound(BaseModel):
    """No such code, or the factor is wrong: one answer for both."""

    result: Literal["not_found"]


class TryLater(BaseModel):
    """Too many questions."""

    result: Literal["try_later"]
    retry_s: int


@dataclass(frozen=True)
class Services:
    """What the handlers work with."""

    settings: ServerSettings
    dossiers: DossierStore
    readings: Readings
    limits: Limits
    clock: Clock
    catalogue: Path | None
    broker_connected: Callable[[], bool]


def _problem(status: int, places: list[str]) -> JSONResponse:
    code, vi, en = {
        400: ("bad_request", "Yêu cầu chưa đúng mẫu.", "The request is not of the contract."),
        403: ("no_device", "Chứng thư không ghi tên máy.", "The certificate names no device."),
        404: ("no_such_path", "Không có địa chỉ này.", "There is nothing at this address."),
        405: ("wrong_method", "Địa chỉ này không nhận cách gọi đó.", "This address does not take that method."),
        413: ("too_long", "Yêu cầu quá dài.", "The request is too long."),
        422: ("bad_request", "Yêu cầu chưa đúng mẫu.", "The request is not of the contract."),
    }.get(status, ("failed", "Chưa làm được. Mời thử lại sau.", "This did not work. Please try later."))
    return JSONResponse({"error": {"code": code, "vi": vi, "en": en, "given": places}}, status)


async def _no_input_echo(_request: Request, error: Exception) -> JSONResponse:
    """FastAPI's own 422 repeats what was sent: that may be an identity number. This one names only the places."""
    places: list[str] = []
    if isinstance(error, RequestValidationError):
        # Only names we know: an unknown key is the sender's own text.
        places = sorted({str(part) for each in error.errors() for part in each["loc"] if part in _PLACES})
    return _problem(422, places)


async def _plain_error(_request: Request, error: Exception) -> JSONResponse:
    return _problem(error.status_code if isinstance(error, HTTPException) else 500, [])


class ShortBodies:
    """Refuses a body that is longer than any question of the contract, before it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            length = headers.get(b"content-length", b"0")
            if b"transfer-encoding" in headers or not length.isdigit() or int(length) > LONGEST_BODY:
                await _problem(413, [])(scope, receive, send)
                return
        await self._app(scope, receive, send)


def device_routes(services: Services) -> APIRouter:
    """What devices may ask."""
    router = APIRouter(prefix="/v1", tags=["device"])
    dossiers, limits, clock = services.dossiers, services.limits, services.clock
    floor_s = services.settings.dossiers.floor_ms / 1000

    async def at_least(started: float) -> None:
        # Every answer takes the same shortest time, so that it does not tell what was looked at.
        await asyncio.sleep(max(0.0, floor_s - (clock.monotonic() - started)))

    @router.post(
        "/dossiers/lookup",
        response_model=Found,
        response_model_exclude_unset=True,
        responses={404: {"model": NotFound}, 429: {"model": TryLater}},
        summary="How a dossier stands",
    )
    async def lookup(body: LookupBody, device: Annotated[str, Depends(device_of)]) -> Any:
        started = clock.monotonic()
        code = body.code.strip().upper()
        wait = limits.wait(device, code, started)
        if wait:
            later = {"result": "try_later", "retry_s": wait}
            return JSONResponse(later, 429, {"Retry-After": str(wait), "Cache-Control": "no-store"})
        factor = Factor(body.factor.kind, body.factor.value) if body.factor else None
        found = await run_in_threadpool(dossiers.lookup, code, factor)
        if found is None:
            limits.missed(device, code, clock.monotonic())
            answer = JSONResponse({"result": "not_found"}, 404, {"Cache-Control": "no-store"})
        else:
            if factor is not None:
                limits.found(device, code)
            as_of = clock.wall().isoformat(timespec="seconds")
            answer = JSONResponse({"result": "found", "as_of": as_of, **found}, 200, {"Cache-Control": "no-store"})
        log.info("look-up %s by %s: %s", limits.tag(device, code).hex()[:8], device, "found" if found else "not found")
        await at_least(started)
        return answer

    @router.get("/catalogue", summary="The procedures", responses={304: {}, 404: {}})
    async def catalogue(
        _device: Annotated[str, Depends(device_of)], if_none_match: Annotated[str | None, Header()] = None
    ) -> Response:
        if services.catalogue is None or not services.catalogue.is_file():
            body = {"code": "no_catalogue", "vi": "Chưa có danh mục thủ tục.", "en": "There is no catalogue yet."}
            return JSONResponse({"error": body}, 404)
        data = await run_in_threadpool(services.catalogue.read_bytes)
        etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        asked = [each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")]
        if etag in asked or "*" in asked:
            return Response(status_code=304, headers=headers)
        kind = "application/json" if services.catalogue.suffix == ".json" else "application/toml"
        return Response(data, headers=headers, media_type=kind)

    return router


def admin_routes(services: Services) -> APIRouter:
    """What the server's own staff may look at. Nothing here changes anything."""
    router = APIRouter(tags=["admin"])
    readings, clock = services.readings, services.clock

    @router.get("/v1/events", summary="The table of events")
    def events(
        device: Annotated[str | None, Query(pattern=_DEVICE)] = None,
        epoch: Annotated[str | None, Query(pattern=r"^[a-z0-9]{4,16}$")] = None,
        after: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        limit: Annotated[int, Query(ge=1, le=5000)] = 200,
        newest: bool = False,
    ) -> dict[str, Any]:
        return readings.events(device, epoch, after, limit, newest)

    @router.get("/v1/devices", summary="Devices, their presence and watermarks")
    def devices() -> dict[str, Any]:
        return {"devices": readings.devices(clock.wall())}

    @router.get("/v1/health", summary="Whether the server works")
    def health() -> dict[str, Any]:
        return {"ok": True, "version": __version__, "broker": services.broker_connected(), **readings.totals()}

    @router.get("/", response_class=HTMLResponse, summary="The status page")
    def page() -> HTMLResponse:
        now: datetime = clock.wall()
        text = render(
            services.settings, now, readings.devices(now), readings.day(now.date().isoformat()), readings.totals(),
            readings.alarms(), services.dossiers.counts(), readings.events(limit=8, newest=True)["events"],
            services.broker_connected(),
        )  # fmt: skip
        policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'"
        return HTMLResponse(text, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    @router.get("/assets/{name}", include_in_schema=False)
    def asset(name: Literal["status.css", "status.js"]) -> FileResponse:
        return FileResponse(DASHBOARD / name)

    @router.get("/fonts/{weight}", include_in_schema=False)
    def font(weight: Literal["400", "500", "600", "700"]) -> FileResponse:
        return FileResponse(font_file(int(weight)), media_type="font/ttf")  # type: ignore[arg-type]

    return router


def build_app(*routers: APIRouter, title: str = "Một Cửa Edge – máy chủ xã / commune server") -> FastAPI:
    """An application of these routes, without FastAPI's own pages (they load scripts from the internet)."""
    app = FastAPI(title=title, version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(ShortBodies)
    app.add_exception_handler(RequestValidationError, _no_input_echo)
    app.add_exception_handler(HTTPException, _plain_error)
    for router in routers:
        app.include_router(router)
    return app
