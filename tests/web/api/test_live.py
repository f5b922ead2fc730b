from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from port502.web.gate import COOKIE
from tests.web.serving import PASSWORD, Serving, serving

pytestmark = pytest.mark.slow


async def test_samples_come_as_events(served: Serving) -> None:
    async with (
        asyncio.timeout(20),
        served.client() as client,
        client.stream("GET", "/api/v1/live", params={"point": "pump.speed"}) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        values = []
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                samples = json.loads(line.removeprefix("data: "))
                assert {sample["point"] for sample in samples} == {"pump.speed"}
                values.append(samples[-1]["value"])
                served.device.holding.write(0, [500])
            if 50.0 in values:
                break
        assert values[0] == pytest.approx(48.1)


async def test_samples_come_through_a_websocket(served: Serving) -> None:
    url = served.web.url.replace("http://", "ws://") + "/api/v1/live/ws"
    async with asyncio.timeout(20), connect(f"{url}?point=pump.speed&point=pump.twice") as socket:
        first = json.loads(await socket.recv())
        assert [sample["point"] for sample in first] == ["pump.speed", "pump.twice"]
        served.device.holding.write(0, [500])
        value = None
        while value != 100.0:
            value = {one["point"]: one["value"] for one in json.loads(await socket.recv())}.get("pump.twice")
        assert len(served.web.station.feed) == 1
    async with asyncio.timeout(20):
        while len(served.web.station.feed):
            await asyncio.sleep(0)


async def test_a_websocket_is_refused_to_pages_from_elsewhere_and_for_points_that_are_none(
    served: Serving,
) -> None:
    url = served.web.url.replace("http://", "ws://") + "/api/v1/live/ws"
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with connect(url, origin="http://evil.example") as socket:  # type: ignore[arg-type]
            await socket.recv()
    with pytest.raises((InvalidStatus, ConnectionClosed)):
        async with connect(f"{url}?point=pump.nothing") as socket:
            await socket.recv()
    async with served.client() as client:
        assert (await client.get("/api/v1/live", params={"point": "pump.nothing"})).status_code == 404
    assert len(served.web.station.feed) == 0


async def everything(socket: ClientConnection) -> None:
    async for text in socket:
        assert "50.0" not in str(text)


async def test_streams_end_with_the_login_where_nobody_looks_without_one(tmp_path: Path) -> None:
    async with serving(tmp_path, host="0.0.0.0") as served, asyncio.timeout(30):
        url = served.web.url.replace("0.0.0.0", "127.0.0.1")
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            await client.post("/api/v1/session", json={"name": "ann", "password": PASSWORD})
            cookie = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
            place = url.replace("http://", "ws://") + "/api/v1/live/ws"
            async with (
                client.stream("GET", "/api/v1/live", params={"point": "pump.speed"}) as events,
                connect(place, additional_headers=cookie) as socket,
            ):
                await socket.recv()
                served.web.sessions.end_of("ann")
                served.device.holding.write(0, [500])
                async for line in events.aiter_lines():
                    assert "50.0" not in line
                with pytest.raises(ConnectionClosed, match="the login has ended"):
                    await everything(socket)
            assert (await client.get("/api/v1/me")).status_code == 401
