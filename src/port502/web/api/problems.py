"""Errors of the API, as problem details (RFC 9457)."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from port502.errors import (
    ConfigError,
    DeviceError,
    LinkError,
    NoReplyError,
    Port502Error,
    ProtocolError,
    UsageError,
)

log = logging.getLogger("port502.web")

MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[Port502Error], int], ...] = (
    (UsageError, 422),
    (ConfigError, 422),
    (DeviceError, 502),
    (NoReplyError, 504),
    (LinkError, 502),
    (ProtocolError, 502),
)


class ProblemError(Exception):
    """Something that cannot be done: the status and what is wrong, in words."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **more: object) -> JSONResponse:
    """A problem as a response."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of an application leave as a problem."""

    @app.exception_handler(ProblemError)
    async def ours(request: Request, error: ProblemError) -> JSONResponse:
        return problem(error.status, error.detail, error.headers)

    @app.exception_handler(Port502Error)
    async def of_modbus(request: Request, error: Port502Error) -> JSONResponse:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if isinstance(error, DeviceError):
            return problem(status, str(error), function=error.function, exception=error.code)
        return problem(status, str(error))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "this should not have happened; the log of the site says more")

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = [
            {"where": ".".join(str(part) for part in one["loc"]), "what": one["msg"]}
            for one in error.errors()
        ]
        return problem(422, "the request is not valid", faults=faults)

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))
