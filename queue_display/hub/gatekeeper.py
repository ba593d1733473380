"""What happens to every request before its handler: who, whether, how big, with which key; and how refusals look.

The roles of a route come from the one table in `access.py`, so a route without
an entry there keeps the hub from starting.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from queue_display.desk import Asked, dumps, fingerprint
from queue_display.hub.access import OPEN, TABLE, Gate, Principal, check_key, forbidden, refuse
from queue_display.hub.peer import UNIX
from queue_display.model import EngineError

log = logging.getLogger("hub")

MAX_BODY = 64 * 1024
KEYLESS = frozenset({"/v1/press", "/v1/session", "/v1/session/seat", "/v1/session/leave"})
"""POSTs that need no key: a press is its own, a session and a seat change nothing in the ledger."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Json(Response):
    """JSON that is text already."""

    media_type = "application/json"


def principal_of(gate: Gate, scope: Scope, headers: Any) -> Principal:
    """Who sent it. Refuses (401, 403)."""
    client = scope.get("client")
    if client is not None and client[0] == UNIX:
        return gate.peer(client[1], headers)
    return gate.remote(headers)


def principal(request: Request) -> Principal:
    """The principal the gate has put there."""
    found: Principal = request.scope["principal"]
    return found


def asked(request: Request) -> Asked:
    """Key and fingerprint of a command."""
    found: Asked = request.scope["asked"]
    return found


def gated(gate: Gate) -> type[APIRoute]:
    """The route class whose every handler stands behind `gate`."""

    class Gated(APIRoute):
        def get_route_handler(self) -> Handler:
            commands = self.methods == {"POST"}
            inner = lean(self.endpoint) if commands else super().get_route_handler()
            method = next(iter(self.methods or ()))
            roles = TABLE[(method, self.path)]
            keyed = method == "POST" and self.path not in KEYLESS

            async def handler(request: Request) -> Response:
                headers = request.headers
                if roles is not OPEN:
                    who = principal_of(gate, request.scope, headers)
                    if who.role not in roles:
                        raise forbidden(who.role, sorted(roles))
                    request.scope["principal"] = who
                if method != "GET":
                    gate.check_origin(headers)
                    _check_size(headers)
                    if keyed:
                        gate.acts(request.scope["principal"])
                        key = check_key(headers.get("idempotency-key"))
                        body = await request.body()
                        actor = request.scope["principal"].actor
                        path = request.scope["path"]
                        request.scope["asked"] = Asked(actor, key, fingerprint(path, actor, body))
                return await inner(request)

            return handler

    return Gated


def lean(endpoint: Callable[..., Any]) -> Handler:
    """A command's handler without FastAPI's dependency machinery, which took a third of a press's time.

    The same signature is read for the OpenAPI, so that both say the same: `request`, values of the path, and `body`, a
    pydantic model; a model with a default may come without a body at all.
    """
    signature = inspect.signature(endpoint, eval_str=True)
    body = signature.parameters["body"]
    whole = body.default is inspect.Parameter.empty
    wanted = {
        name: TypeAdapter(parameter.annotation)
        for name, parameter in signature.parameters.items()
        if name not in ("request", "body")
    }
    with_request = "request" in signature.parameters

    async def handler(request: Request) -> Response:
        raw = await request.body()
        try:
            values: dict[str, Any] = {}
            place: tuple[str, ...] = ()
            for name, one in wanted.items():
                place = ("path", name)
                values[name] = one.validate_python(request.path_params[name])
            place = ("body",)
            if with_request:
                values["request"] = request
            if raw or whole:
                _check_json(request.headers)
                values["body"] = body.annotation.model_validate_json(raw)
        except ValidationError as error:
            found = error.errors(include_input=False, include_url=False, include_context=False)
            # Where the mistake has no place of its own, say which part of the request it is in.
            raise invalid([{**one, "loc": one["loc"] or place} for one in found]) from error
        answer: Response = await endpoint(**values)
        return answer

    return handler


def _check_json(headers: Any) -> None:
    given = headers.get("content-type", "")
    if given.split(";")[0].strip().lower() != "application/json":
        vi, en = "Nội dung phải là JSON.", "The body must be JSON."
        raise refuse(415, "not_json", vi, en, given[:60], "application/json")


def invalid(errors: Sequence[Any]) -> EngineError:
    """A body or a path of the wrong form: where and what kind of mistake, never the value, which somebody typed."""
    found = [{"at": ".".join(str(each) for each in one["loc"]), "en": one["msg"]} for one in errors[:8]]
    en = "; ".join(f"{each['at']}: {each['en']}" for each in found)
    return EngineError("bad_request", "Yêu cầu không đúng dạng.", en, found, "config/contracts/hub.openapi.json", 422)


def _check_size(headers: Any) -> None:
    length = headers.get("content-length")
    if length is None and "transfer-encoding" in headers:
        raise refuse(
            411, "no_length", "Yêu cầu thiếu độ dài.", "Send a Content-Length.", None, f"up to {MAX_BODY} bytes"
        )
    if length is not None and int(length) > MAX_BODY:
        raise refuse(413, "too_big", "Yêu cầu quá lớn.", "The request is too big.", int(length), MAX_BODY)


def error_body(error: EngineError) -> str:
    """The one form of every refusal (docs/contracts.md §2)."""
    out: dict[str, Any] = {"code": error.code, "vi": error.vi, "en": error.en}
    out |= {"given": error.given, "allowed": error.allowed}
    return dumps({"error": out})


def refusal(error: EngineError) -> Json:
    """A refusal as an answer."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return Json(error_body(error), status_code=error.status, headers=headers)


_HTTP_VI = {404: "Không có địa chỉ này.", 405: "Địa chỉ này không nhận kiểu yêu cầu đó."}


def install_errors(app: FastAPI) -> None:
    """Every 4xx and 5xx in the one form."""

    async def engine(_request: Request, error: Exception) -> Response:
        assert isinstance(error, EngineError)
        return refusal(error)

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_request")
        vi = _HTTP_VI.get(error.status_code, "Yêu cầu không đúng.")
        return refusal(EngineError(code, vi, str(error.detail), status=error.status_code))

    async def malformed(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refusal(invalid(error.errors()))

    async def broken(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        vi, en = "Máy gặp lỗi. Xin thử lại, và báo người quản trị.", "An error of ours. Try again; tell the technician."
        return refusal(EngineError("internal", vi, en, status=500))

    app.add_exception_handler(EngineError, engine)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(Exception, broken)
