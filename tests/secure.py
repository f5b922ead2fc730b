"""A server on TLS and clients of it that choose what they show: for the tests of Modbus/TCP Security."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from port502.server import Server
from port502.service.call import Call, Reply, Service, Session
from port502.service.device import Device
from port502.service.units import Units
from tests.certificates import Authority, Pair

READ = bytes.fromhex("0007 0000 0006 01 03 0000 0001")
ANSWER = bytes.fromhex("0007 0000 0005 01 03 02 002A")
PATIENCE = 20.0


class Plant:
    """One authority, a server's certificate and a client's, and who came to the server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self.server = self.authority.server()
        self.client = self.authority.client("operator")
        self.sessions: list[Session] = []
        self.device = Units(Device(holding={0: [42, 43, 44]}))

    def service(self, call: Call) -> Any:
        """The device, which notes who asked."""
        self.sessions.append(call.session)
        return self.device(call)

    def files(self, pair: Pair | None = None, crl: Path | None = None) -> dict[str, Any]:
        """The arguments of a client; ``pair`` is another certificate than the usual one."""
        pair = pair or self.client
        found = {"certificate": pair.certificate, "key": pair.key, "authority": self.authority.certificate}
        return found if crl is None else {**found, "crl": crl}

    @contextlib.asynccontextmanager
    async def serving(
        self,
        service: Service | None = None,
        *,
        crl: Path | None = None,
        pair: Pair | None = None,
        **options: Any,
    ) -> AsyncIterator[Server]:
        """A server of ours on a port that the system chose."""
        files = self.files(pair or self.server, crl)
        async with Server(service or self.service, "tls://127.0.0.1:0", **files, **options) as server:
            yield server

    def context(self, pair: Pair | None = None) -> ssl.SSLContext:
        """A client's context without any opinion of ours, to be bent as a test wants it; None shows no certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.authority.certificate)
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        return context


@contextlib.asynccontextmanager
async def connected(
    port: int, context: ssl.SSLContext
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of raw bytes inside TLS; raises ssl.SSLError when the handshake fails."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=context, server_hostname="localhost"
        )
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def ask(port: int, context: ssl.SSLContext, request: bytes = READ) -> bytes:
    """What a server answers to one request of a new connection; empty when it closes without a word.

    Raises ssl.SSLError for a refusal, in the handshake or, with TLS 1.3, at the first read.
    """
    async with connected(port, context) as (reader, writer):
        writer.write(request)
        async with asyncio.timeout(PATIENCE):
            return await reader.read(260)


async def refusal(port: int, context: ssl.SSLContext) -> str:
    """Why a server refuses a client, in OpenSSL's words; fails if it answers."""
    try:
        answer = await ask(port, context)
    except ssl.SSLError as error:
        return error.reason or str(error)
    except ConnectionError as error:
        return type(error).__name__
    assert answer == b"", f"answered {answer.hex()}"
    return "closed"


async def until(condition: Any) -> None:
    """Wait for a state, with a deadline."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0)


def by_role(allowed: dict[str | None, set[int]]) -> Service:
    """A service that lets each role use some functions and refuses the rest with exception 01."""
    from port502.protocol.message import ExceptionResponse

    device = Units(Device(holding={0: [42, 43, 44]}))

    def service(call: Call) -> Any:
        if call.request.function in allowed.get(call.session.role, set()):
            return device(call)
        refused: Reply = ExceptionResponse(call.request.function, 1)
        return refused

    return service
