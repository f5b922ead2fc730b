"""Being a device on a serial line, over a pair of pseudo-terminals."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from port502.client import Client
from port502.errors import ConnectError, NoReplyError, ServerDeviceFailureError, UsageError
from port502.guard.auditor import Auditor
from port502.guard.gate import Gate
from port502.guard.layer import policy_layer
from port502.guard.policy import Action, Refusal
from port502.protocol.register_access import ReadHoldingRegistersResponse
from port502.service.call import Call, Reply, Service
from port502.service.device import Device
from port502.service.ending import EndConnection
from port502.service.maybe import must_wait
from port502.service.units import Units
from port502.transport.serial_listener import SerialListener
from port502.transport.url import parse_url
from tests.guard.rules import policy, rule
from tests.peers.socat import line

pytestmark = pytest.mark.interop


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[str, str]]:
    with line(tmp_path) as both:
        yield both


@contextlib.asynccontextmanager
async def serving(
    service: Service, end: str, scheme: str = "rtu", **settings: Any
) -> AsyncIterator[SerialListener]:
    listener = SerialListener(service, parse_url(f"{scheme}://{end}?parity=N&stop=1"), **settings)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop(0.5)


def client(end: str, scheme: str = "rtu", **settings: Any) -> Client:
    settings.setdefault("retries", 0)
    return Client(f"{scheme}://{end}?parity=N&stop=1", **settings)


@pytest.mark.parametrize("scheme", ["rtu", "ascii"])
async def test_requests_for_our_unit_are_answered(ends: tuple[str, str], scheme: str) -> None:
    device = Device(holding={0: [42, 43]})
    async with serving(Units({7: device}), ends[0], scheme), client(ends[1], scheme, unit=7) as asking:
        assert await asking.read_holding_registers(0, 2) == [42, 43]
        await asking.write_register(0, 1)
        assert device.holding[0] == 1


async def test_other_units_get_silence(ends: tuple[str, str]) -> None:
    async with serving(Units({7: Device(holding={0: [42]})}), ends[0]), client(ends[1], unit=8) as asking:
        with pytest.raises(NoReplyError):
            await asking.read_holding_registers(0, timeout=0.2)
        assert await asking.read_holding_registers(0, unit=7) == [42]


async def test_a_broadcast_is_carried_out_and_not_answered(ends: tuple[str, str]) -> None:
    device = Device(holding={0: [42]})
    async with serving(Units({7: device}), ends[0]), client(ends[1], unit=7) as asking:
        await asking.write_register(0, 99, unit=0)
        assert await asking.read_holding_registers(0) == [99]
        with pytest.raises(UsageError, match="broadcast"):
            await asking.read_holding_registers(0, unit=0)


async def test_a_service_that_waits_or_fails_is_answered(ends: tuple[str, str]) -> None:
    async def service(call: Call) -> Reply:
        await asyncio.sleep(0)
        if call.unit == 2:
            raise ZeroDivisionError
        return ReadHoldingRegistersResponse(b"\0\x2a")

    async with serving(service, ends[0]), client(ends[1]) as asking:
        assert await asking.read_holding_registers(0) == [42]
        with pytest.raises(ServerDeviceFailureError):
            await asking.read_holding_registers(0, unit=2)


@pytest.mark.parametrize("action", [Action.DROP, Action.CLOSE])
async def test_a_policy_that_drops_or_closes_is_silent_on_a_line(
    ends: tuple[str, str], action: Action
) -> None:
    """A line cannot be closed, and others live on it: the next allowed request is answered as ever."""
    device = Device(holding={0: [42, 43]})

    async def slowly(call: Call) -> Reply:
        await asyncio.sleep(0)
        reply = device(call)
        return await reply if must_wait(reply) else reply

    allowed = rule("reads and writes", "read write", "holding:0")
    gate = Gate(policy(allowed, refusal=Refusal(action), read_before="always"), Auditor())
    async with (
        serving(Units({7: policy_layer(gate)(slowly)}), ends[0]) as listener,
        client(ends[1], unit=7) as asking,
    ):
        assert await asking.read_holding_registers(0) == [42]
        with pytest.raises(NoReplyError):
            await asking.read_holding_registers(1, timeout=0.2)
        with pytest.raises(NoReplyError):
            await asking.write_register(1, 99, timeout=0.2)
        with pytest.raises(NoReplyError):
            await asking.call(66, b"\0", timeout=0.2)
        await asking.write_register(0, 5)
        assert await asking.read_holding_registers(0) == [5]
        assert device.holding[1] == 43
        assert asking.link.counters.connects == 1
        assert listener._stream is not None
    assert gate.watch.counters["turned away"] == 3


@pytest.mark.parametrize("waits", [False, True])
async def test_a_service_that_ends_the_connection_is_silent_on_a_line(
    ends: tuple[str, str], waits: bool
) -> None:
    async def later(call: Call) -> Reply:
        await asyncio.sleep(0)
        return now(call)

    def now(call: Call) -> Reply:
        if call.unit == 2:
            raise EndConnection("no more of you")
        return ReadHoldingRegistersResponse(b"\0\x2a")

    async with serving(later if waits else now, ends[0]), client(ends[1]) as asking:
        with pytest.raises(NoReplyError):
            await asking.read_holding_registers(0, unit=2, timeout=0.2)
        assert await asking.read_holding_registers(0) == [42]


async def test_it_comes_back_after_noise(ends: tuple[str, str]) -> None:
    async with serving(Units({1: Device(holding={0: [42]})}), ends[0]) as listener, client(ends[1]) as asking:
        assert await asking.read_holding_registers(0) == [42]
        link = asking.link
        assert link._stream is not None
        link._stream.write(b"\x01\x03noise")
        framing = listener._connection._framing
        async with asyncio.timeout(5):
            while not framing.errors.noise:
                await asyncio.sleep(0)
        assert await asking.read_holding_registers(0) == [42]


async def test_a_port_that_vanishes_is_opened_again(tmp_path: Path) -> None:
    service = Units({1: Device(holding={0: [42]})})
    with line(tmp_path) as (ours, _):
        listener = SerialListener(service, parse_url(f"rtu://{ours}?parity=N&stop=1"))
        listener._backoff.first = 0.01
        await listener.start()
    try:
        async with asyncio.timeout(10):
            while not listener._tasks:
                await asyncio.sleep(0)
            with line(tmp_path) as (_, theirs):
                while listener._tasks:
                    await asyncio.sleep(0)
                async with client(theirs) as asking:
                    assert await asking.read_holding_registers(0) == [42]
                await listener.stop(0.1)
    finally:
        await listener.stop(0.1)


async def test_a_port_that_is_not_there_says_so() -> None:
    listener = SerialListener(Units(Device()), parse_url("rtu:///dev/none"))
    with pytest.raises(ConnectError, match="could not open"):
        await listener.start()
