"""The web asked by many, by slow ones, and while something beneath it is busy: the collector goes on all the while."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from port502.collect.sample import Sample
from port502.web import station
from port502.web.api import live
from tests.hostile.crowd import resident
from tests.web.pages.conftest import standing
from tests.web.serving import Serving, serving

pytestmark = pytest.mark.slow

CLIENTS = 50
FLOOD = 200
LEAST = 0.5
"""The part of the polls that must go on, on a machine that has other things to do too; alone it is all of them."""
PATIENCE = 30.0


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Serving]:
    async with serving(tmp_path) as one:
        yield one


async def until(fulfilled: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not fulfilled():
            await asyncio.sleep(0)


def socket_url(served: Serving) -> str:
    return served.web.url.replace("http://", "ws://") + "/api/v1/live/ws"


async def polls_in(served: Serving, seconds: float) -> tuple[int, int]:
    """How many polls fell due in a while, and how many were made."""
    made, began = served.running.status().collector.cycles, time.monotonic()
    await until(lambda: time.monotonic() - began > seconds)
    due = int((time.monotonic() - began) / 0.05)
    return due, served.running.status().collector.cycles - made


@pytest.mark.slow
async def test_fifty_clients_do_not_hold_up_the_collector(served: Serving) -> None:
    await until(lambda: served.web.station.counts().good == 3)
    alone, made_alone = await polls_in(served, 2.0)
    onlookers = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hostile.onlookers", served.web.url, str(CLIENTS)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert onlookers.stdin is not None
    assert onlookers.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await onlookers.stdout.readline() == b"ready\n"
    due, made = await polls_in(served, 3.0)
    late = served.running.status().collector.late_p99
    onlookers.stdin.close()
    assert await onlookers.wait() == 0
    assert made >= LEAST * due, f"{made} of {due} polls were made, {made_alone} of {alone} before"
    assert late is not None
    assert late < 0.25
    await until(lambda: len(served.web.station.feed) == 0)


@pytest.mark.slow
async def test_a_flood_of_pages_holds_up_neither_the_collector_nor_somebody_else(tmp_path: Path) -> None:
    with standing(tmp_path) as dashboard:
        token = {"Authorization": f"Bearer {dashboard.tokens['viewer']}"}
        unbounded = httpx.Limits(max_connections=None)
        async with (
            httpx.AsyncClient(base_url=dashboard.url, headers=token, trust_env=False) as viewer,
            httpx.AsyncClient(base_url=dashboard.url, limits=unbounded, trust_env=False) as flooding,
        ):

            async def cycles() -> int:
                status = (await viewer.get("/api/v1/status", timeout=PATIENCE)).json()
                (plc,) = (one for one in status["collector"]["connections"] if one["name"] == "plc")
                return int(plc["groups"][0]["cycles"])

            began, before, answered = time.monotonic(), await cycles(), 0
            pages = [asyncio.ensure_future(flooding.get("/points", timeout=60)) for _ in range(FLOOD)]
            while not all(page.done() for page in pages):
                made = await cycles() - before
                answered += 1
            due = (time.monotonic() - began) / 0.1
            assert {(await page).status_code for page in pages} == {200}
    assert made >= LEAST * due, f"{made} of {due:.0f} polls were made"
    assert answered >= FLOOD / 10, f"somebody else got {answered} answers meanwhile"


async def test_a_value_that_changes_all_the_time_comes_ten_times_a_second_and_ends_right(
    served: Serving,
) -> None:
    await served.running.collector.stop()
    messages = 0
    async with asyncio.timeout(PATIENCE), connect(f"{socket_url(served)}?point=pump.speed") as socket:
        await socket.recv()
        for value in range(1000):
            served.web.station.feed.put([Sample("pump.speed", time.time(), value)])
            await asyncio.sleep(0)
        served.web.station.feed.put([Sample("pump.speed", time.time(), "the last")])
        seen: list[object] = []
        while "the last" not in seen:
            seen += [sample["value"] for sample in json.loads(await socket.recv())]
            messages += 1
    assert messages < 100


@pytest.mark.slow
async def test_a_reader_that_does_not_read_costs_a_buffer_and_delays_nobody(
    served: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PAUSE", 0.0)
    await served.running.collector.stop()
    feed = served.web.station.feed
    big = "x" * 100_000
    slow = connect(f"{socket_url(served)}?point=pump.speed", max_queue=1, max_size=None)
    async with asyncio.timeout(PATIENCE), slow as silent, connect(socket_url(served)) as good:
        await until(lambda: len(feed) == 2)
        gc.collect()
        before = resident()
        for number in range(300):
            feed.put([Sample("pump.speed", time.time(), f"{number}{big}")])
            feed.put([Sample("pump.setpoint", time.time(), number)])
            seen = None
            while seen != number:
                told = {one["point"]: one["value"] for one in json.loads(await good.recv())}
                seen = told.get("pump.setpoint")
        gc.collect()
        assert resident() - before < 20 << 20, "thirty megabytes were not kept for who does not read"
        newest = ""
        while not newest.startswith("299x"):
            newest = str(json.loads(await silent.recv())[-1]["value"])


@pytest.mark.slow
async def test_alarms_whose_file_is_locked_are_told_from_memory_and_say_so(served: Serving) -> None:
    await until(lambda: served.web.station.counts().good == 3)
    with contextlib.closing(sqlite3.connect(served.running.alarm_file, timeout=0)) as locking:
        locking.execute("BEGIN EXCLUSIVE")
        began, before = time.monotonic(), served.running.status().collector.cycles
        served.device.holding.write(0, [505])
        async with served.client("operator") as client:
            async with asyncio.timeout(PATIENCE):
                while True:
                    alarms = (await client.get("/api/v1/alarms")).json()["alarms"]
                    if any(one["alarm"] == "fast" and one["active"] for one in alarms):
                        break
            await until(lambda: time.monotonic() - began > 1.0)
            due = (time.monotonic() - began) / 0.05
            assert served.running.status().collector.cycles - before >= LEAST * due
            answer = await client.get("/api/v1/alarms/events", timeout=PATIENCE)
            assert answer.status_code in (200, 503), answer.text
        locking.rollback()
    served.device.holding.write(0, [481])
    async with served.client() as client, asyncio.timeout(PATIENCE):
        while not (await client.get("/api/v1/alarms/events")).json()["events"]:
            await asyncio.sleep(0)


@pytest.mark.slow
async def test_many_questions_about_the_past_do_not_hold_up_the_present(
    served: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, disk = station._samples, threading.Event()

    def slowly(*asked: Any) -> list[Sample]:
        disk.wait(0.05)
        return read(*asked)

    monkeypatch.setattr(station, "_samples", slowly)
    await until(lambda: served.web.station.counts().good == 3)

    async def asks(client: httpx.AsyncClient) -> None:
        while True:
            past = {"point": ["pump.speed", "pump.twice"], "since": "1h"}
            assert (await client.get("/api/v1/history", params=past, timeout=PATIENCE)).status_code == 200

    async with served.client() as client:
        asking = [asyncio.ensure_future(asks(client)) for _ in range(20)]
        due, made = await polls_in(served, 1.5)
        for one in asking:
            one.cancel()
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in outcomes), outcomes
    assert made >= LEAST * due, f"{made} of {due} polls were made"


async def test_a_site_whose_collector_has_stopped_still_answers(served: Serving) -> None:
    await until(lambda: served.web.station.counts().good == 3)
    await served.running.collector.stop()
    async with served.client() as client:
        for path in (
            "/api/v1/overview",
            "/api/v1/points",
            "/api/v1/status",
            "/api/v1/alarms",
            "/metrics",
            "/healthz",
        ):
            assert (await client.get(path)).status_code == 200, path
