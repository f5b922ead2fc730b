"""TLS where it is not expected, and certificates, versions and roles that do not fit."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from port502.discover.doctor.question import Question
from tests.discover.doctor.bench.scenario import asked, on_loopback
from tests.secure import Plant, by_role


def _asked(plant: Plant, port: str, context: ssl.SSLContext) -> Question:
    return asked(f"tls://127.0.0.1:{port}", tls=context, timeout=1.0)


@on_loopback("APP.TLS", "a Modbus/TCP Security server, asked without TLS")
@contextlib.asynccontextmanager
async def plain_to_tls(folder: Path) -> AsyncIterator[Question]:
    plant = Plant(folder)
    async with plant.serving() as server:
        yield asked(f"tcp://127.0.0.1:{server.url.rpartition(':')[2]}")


@on_loopback("TLS.CERT", "a server whose certificate has expired")
@contextlib.asynccontextmanager
async def expired(folder: Path) -> AsyncIterator[Question]:
    plant = Plant(folder)
    now = datetime.now(UTC)
    context = plant.context(plant.client)
    old = plant.authority.server(begins=now - timedelta(days=9), ends=now - timedelta(days=2))
    async with plant.serving(pair=old) as server:
        yield _asked(plant, server.url.rpartition(":")[2], context)


@on_loopback("TLS.CERT", "a client that shows no certificate")
@contextlib.asynccontextmanager
async def without_certificate(folder: Path) -> AsyncIterator[Question]:
    plant = Plant(folder)
    async with plant.serving() as server:
        yield _asked(plant, server.url.rpartition(":")[2], plant.context())


@on_loopback("TLS.VERSION", "a client that has no cipher in common with the server")
@contextlib.asynccontextmanager
async def other_cipher(folder: Path) -> AsyncIterator[Question]:
    plant = Plant(folder)
    context = plant.context(plant.client)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES256-SHA")
    async with plant.serving() as server:
        yield _asked(plant, server.url.rpartition(":")[2], context)


@on_loopback("TLS.ROLE", "a certificate whose role may do nothing")
@contextlib.asynccontextmanager
async def no_right(folder: Path) -> AsyncIterator[Question]:
    plant = Plant(folder)
    async with plant.serving(by_role({"engineer": {3}})) as server:
        yield _asked(plant, server.url.rpartition(":")[2], plant.context(plant.client))


@on_loopback("OK", "a healthy device behind TLS")
@contextlib.asynccontextmanager
async def healthy(folder: Path) -> AsyncIterator[Question]:
    plant = Plant(folder)
    async with plant.serving() as server:
        yield _asked(plant, server.url.rpartition(":")[2], plant.context(plant.client))
