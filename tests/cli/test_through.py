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
from tests.cli.served import served

pytestmark = pytest.mark.slow

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


@pytest.mark.parametrize(
    "words",
    [
        ("3", "0", "2"),
        ("3", "--data", "00000002"),
        ("read-holding-registers", "0", "1"),
        ("8/0", "A5", "37"),
        ("43/14", "1", "0"),
        ("17",),
        ("3", "500", "1"),
        ("3", "--data", "00", "--yes"),
        ("6", "1", "21", "--yes"),
        ("0x41", "--data", "0102", "--yes"),
        ("8/0", "nonsense"),
    ],
)
def test_a_call_through_the_site_shows_what_a_direct_one_does(
    run: Run, device: Device, words: tuple[str, ...]
) -> None:
    with served(Device(holding={0: [10, 20]})) as url:
        direct = run("call", url, *words, "--json")
    done = run("call", "@boiler", *words, "--json")
    assert done.code == direct.code
    if done.out:
        for key in ("function", "function_name", "request", "response", "exception"):
            assert done.json.get(key) == direct.json.get(key)
    shown = run("call", "@boiler", *words, "--quiet")
    assert (shown.code, bool(shown.out)) == (direct.code, direct.code == 0)


def test_a_call_that_writes_changes_the_device(run: Run, device: Device) -> None:
    asked_first = run("call", "@boiler", "6", "1", "21", stdin="")
    assert (asked_first.code, device.holding[1]) == (2, 20)
    done = run("call", "@boiler", "6", "1", "21", "--yes")
    assert (done.code, device.holding[1]) == (0, 21)
    assert done.out.startswith("write single register, answered in ")


def test_a_refusal_of_a_call_says_that_it_went_through_the_site(run: Run, device: Device) -> None:
    done = run("call", "@boiler", "3", "500", "1")
    assert done.code == 1
    assert "@boiler, unit 1, through the running site: read holding registers" in done.err
