"""Layers that are put around any service: what they are given goes in, what they let pass comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from port502.protocol.codes import ILLEGAL_FUNCTION, SERVER_DEVICE_FAILURE
from port502.protocol.message import ExceptionResponse
from port502.service.call import Call, Layer, Reply, Service
from port502.service.maybe import must_wait


def read_only(service: Service) -> Service:
    """Refuse every request that may change something with exception 01, unknown functions among them."""

    def serve(call: Call) -> Reply | Awaitable[Reply]:
        if call.request.writes:
            return ExceptionResponse(call.request.function, ILLEGAL_FUNCTION)
        return service(call)

    return serve


def deadline(seconds: float) -> Layer:
    """Give a service that has to wait so many seconds; then cancel it, and answer with exception 04."""

    def around(service: Service) -> Service:
        async def wait(call: Call, waiting: Awaitable[Reply]) -> Reply:
            try:
                async with asyncio.timeout(seconds) as limit:
                    return await waiting
            except TimeoutError:
                if not limit.expired():
                    raise
                return ExceptionResponse(call.request.function, SERVER_DEVICE_FAILURE)

        def serve(call: Call) -> Reply | Awaitable[Reply]:
            reply = service(call)
            return wait(call, reply) if must_wait(reply) else reply

        return serve

    return around
