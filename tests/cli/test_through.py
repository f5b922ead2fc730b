"""Devices of a running site are asked through it: their one connection is not taken from it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from port502.cli.target import Asked, peer_for
from port502.cli.through import Through
from port502.server import Limits, Server
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.control import ask_status, control_path
from port502.site.running import Running
from tests.cli.conftest import Run

SITE = """
site: test
history: {{path: kept}}
connections:
  plc: {{url: "{url}", response_timeout: 2s}}
devices:
  boiler:
    connection: plc
    writes: true
    interval: 10s
    points:
      level: {{ref: 40001, scale: 0.1, unit: "%"}}
      setpoint: {{ref: 40002, write: {{min: 0, max: 50}}}}
      ghost: {{ref: 49999}}
"""


@contextlib.contextmanager
def running_site(folder: Path) -> Iterator[Device]:
    """A site that runs in a thread on a device which takes one connection only."""
    device = Device(holding={0: [10, 20]})
    ready: Future[Callable[[], object]] = Future()

    async def live() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        limits = Limits(connections=1, per_client=1, evict=False)
        try:
            async with Server(device, "tcp://127.0.0.1:0", limits=limits) as server:
                path = folder / "site.yaml"
                path.write_text(SITE.format(url=server.url))
                async with Running(load_site(path)) as running:
                    async with asyncio.timeout(20):
                        while running.status().collector.connections[0].state != "ready":
                            await asyncio.sleep(0)
                    ready.set_result(lambda: loop.call_soon_threadsafe(stop.set))
                    await stop.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=lambda: asyncio.run(live()), name="running site")
    thread.start()
    stop = ready.result(30)
    try:
        yield device
    finally:
        # One whole question and answer: whoever connected before it has been let in by now.
        ask_status(control_path(folder / "kept"))
        stop()
        thread.join(30)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with running_site(tmp_path) as found:
        yield found


def test_reading_goes_through_the_site(run: Run, device: Device, tmp_path: Path) -> None:
    done = run("read", "@boiler", "level", "holding:1", "--json")
    assert done.code == 0, done
    level, register = done.json["values"]
    assert (level["ref"], level["name"], level["value"], level["registers"]) == (
        "level",
        "boiler.level",
        1.0,
        [10],
    )
    assert level["unit_of_measure"] == "%"
    assert (register["ref"], register["value"]) == ("holding:1", 20)
    assert "no frames to show" in run("read", "@boiler", "level", "-v").err
    assert isinstance(peer_for(Asked("@boiler", site=tmp_path / "site.yaml")), Through)


def test_a_connection_is_asked_by_the_unit_of_its_device(run: Run, device: Device) -> None:
    assert run("read", "@plc", "holding:0", "--quiet").out == "10\n"
    refused = run("read", "@plc", "holding:0", "--unit", "9")
    assert refused.code == 2
    assert "no device of the site is unit 9" in refused.err


def test_a_refusal_of_all_ends_with_1(run: Run, device: Device) -> None:
    done = run("read", "@boiler", "ghost", "--json")
    assert (done.code, done.json["exception"]) == (1, 2)


def test_what_the_device_refuses_is_bad_and_ends_with_1(run: Run, device: Device) -> None:
    mixed = run("read", "@boiler", "level", "ghost", "--json")
    assert mixed.code == 1
    assert [one["value"] for one in mixed.json["values"]] == [1.0, None]
    assert mixed.json["values"][1]["reason"] == "exception 2, illegal data address"


def test_writing_goes_through_the_site(run: Run, device: Device) -> None:
    done = run("write", "@boiler", "setpoint=42", "--yes", "--json")
    assert done.json == {
        "writes": [{"ref": "setpoint", "before": 20, "sent": [42], "after": 42, "verified": True}]
    }
    assert device.holding[1] == 42
    assert (
        "verified"
        not in run("write", "@boiler", "setpoint=1", "--yes", "--json", "--no-verify").json["writes"][0]
    )
    assert run("write", "@boiler", "setpoint=51", "--yes").code == 2


def test_messages_do_not_go_through_the_site(run: Run, device: Device) -> None:
    done = run("call", "@boiler", "3", "0", "1")
    assert done.code == 2
    assert "port502 run works on this site" in done.err
