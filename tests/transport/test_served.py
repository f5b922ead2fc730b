"""One connection to a listener on TLS: the same as on TCP, records and frames cut anywhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from port502.client import Client
from port502.service.admission import Limits
from port502.service.call import Call, Reply
from tests.secure import ANSWER, READ, Plant, connected, until


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


async def test_many_frames_in_one_record_are_all_answered(plant: Plant) -> None:
    async with (
        plant.serving() as server,
        connected(server.port, plant.context(plant.client)) as (reader, writer),
    ):
        writer.write(READ * 16)
        assert await asyncio.wait_for(reader.readexactly(16 * len(ANSWER)), 10) == ANSWER * 16


async def test_an_idle_client_is_closed_on_tls_too(plant: Plant) -> None:
    async with (
        plant.serving(limits=Limits(idle=0.1)) as server,
        connected(server.port, plant.context(plant.client)) as (reader, _),
    ):
        assert await asyncio.wait_for(reader.read(), 10) == b""
        assert server.counters.causes == {"idle": 1}


async def test_a_client_that_says_goodbye_with_a_request_in_flight_leaves_no_trace(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    asked, gate = asyncio.Event(), asyncio.Event()

    async def service(call: Call) -> Reply:
        asked.set()
        await gate.wait()
        return None

    async with plant.serving(service, answer_within=0.1) as server:
        async with connected(server.port, plant.context(plant.client)) as (_, writer):
            writer.write(READ)
            await asked.wait()
        await until(lambda: server.counters.closed == 1)
    assert not [record for record in caplog.records if record.name == "asyncio"]


async def test_a_stopping_server_answers_what_is_in_flight(plant: Plant) -> None:
    gate = asyncio.Event()

    async def service(call: Call) -> Reply:
        await gate.wait()
        reply: Reply = plant.device(call)  # type: ignore[assignment]
        return reply

    async with plant.serving(service) as server, Client(server.url, **plant.files()) as client:
        asking = asyncio.create_task(client.read_holding_registers(0))
        await until(lambda: server._listener.tasks)  # type: ignore[union-attr]
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        gate.set()
        assert await asking == [42]
        await stopping
