from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from port502.client import Client
from port502.errors import (
    ConnectError,
    GatewayPathUnavailableError,
    GatewayTargetError,
    IllegalFunctionError,
)
from port502.guard.auditor import Auditor
from port502.guard.gate import Gate
from port502.guard.guard import Guard, guarded, upstream_for
from port502.guard.layer import PolicedService
from port502.guard.pki import SiteAuthority
from port502.guard.policy import ClientRule, Policy
from port502.guard.settings import GuardSettings
from port502.server import Limits, Server
from port502.service.device import Device
from tests.guard.rules import rule
from tests.hostile.raw import until
from tests.peers.ports import free_port
from tests.transport.test_upstream import scripted

READS = Policy((rule("reads", "read", "holding:0*50", units={1}),))


@contextlib.asynccontextmanager
async def guarding(
    url: str, made: Policy = READS, **options: Any
) -> AsyncIterator[tuple[Guard, list[dict[str, Any]]]]:
    heard: list[dict[str, Any]] = []
    gate = Gate(made, Auditor(tell=(heard.append,)))
    async with Guard("tcp://127.0.0.1:0", url, gate, **options) as guard:
        yield guard, heard


async def test_a_guard_lets_through_what_is_allowed_and_nothing_else() -> None:
    device = Device(holding={0: list(range(100))})
    async with (
        Server(device, "tcp://127.0.0.1:0") as server,
        guarding(server.url, settings=GuardSettings(window=8)) as (guard, heard),
        Client(guard.url, window=8) as client,
    ):
        values = await asyncio.gather(*(client.read_holding_registers(at) for at in range(50)))
        assert values == [[at] for at in range(50)]
        with pytest.raises(IllegalFunctionError):
            await client.read_holding_registers(50)
        with pytest.raises(IllegalFunctionError):
            await client.write_register(3, 7)
    assert device.holding[3] == 3
    assert [said["event"] for said in heard] == ["refused", "refused"]


@pytest.mark.slow
async def test_h189_a_device_that_is_gone_is_never_passed_by() -> None:
    async with guarding(f"tcp://127.0.0.1:{free_port()}") as (guard, _), Client(guard.url) as client:
        with pytest.raises(GatewayPathUnavailableError):
            await client.read_holding_registers(0)


@pytest.mark.slow
async def test_h181_h182_what_answers_no_request_is_dropped_and_written_down() -> None:
    right, stray = b"\0\0\0\5\1\3\2\0\7", b"\x77\x77\0\0\0\5\1\3\2\0\1"
    async with (
        scripted(right + stray + stray, b"\0\0\0\5\1\4\2\0\1") as (_, url),
        guarding(url) as (guard, heard),
        Client(guard.url) as client,
    ):
        assert await client.read_holding_registers(0) == [7]
        with pytest.raises(GatewayTargetError):
            await client.read_holding_registers(0)
        await until(lambda: any(said.get("cause") == "unasked replies" for said in heard))
    findings = {said["cause"]: said for said in heard if said["event"] == "finding"}
    assert findings["unasked replies"]["count"] == 2
    assert "expected" in findings["wrong reply"]["reason"]


async def test_another_policy_holds_on_open_connections() -> None:
    async with (
        Server(Device(holding={0: 1}), "tcp://127.0.0.1:0") as server,
        guarding(server.url) as (guard, _),
        Client(guard.url) as client,
    ):
        assert await client.read_holding_registers(0) == [1]
        guard.gate.replace(Policy())
        with pytest.raises(IllegalFunctionError):
            await client.read_holding_registers(0)


async def test_connections_that_are_refused_are_events() -> None:
    async with (
        Server(Device(holding={0: 1}), "tcp://127.0.0.1:0") as server,
        guarding(server.url, allow=["10.0.0.0/8"]) as (guard, heard),
    ):
        _, writer = await asyncio.open_connection("127.0.0.1", guard.server.port)
        await until(lambda: heard)
        writer.close()
    assert [(said["event"], said["cause"]) for said in heard] == [("connection", "refused")]
    assert guard.gate.watch.counters["refused"] == 1


async def test_a_port_that_is_taken_leaves_nothing_behind() -> None:
    async with Server(Device(holding={0: 1}), "tcp://127.0.0.1:0") as server:
        guard = Guard(server.url, server.url, Gate(READS), limits=Limits())
        with pytest.raises(ConnectError):
            await guard.start()


async def test_the_stack_is_the_policy_before_the_upstream() -> None:
    gate = Gate(READS)
    asked: list[Any] = []

    class Nobody:
        def submit(self, *arguments: Any, **options: Any) -> Any:
            asked.append(arguments)

        def cancel(self, transaction: Any) -> None:
            pass

    upstream = upstream_for(Nobody(), gate, GuardSettings(timeout=2, age=3, pending=4))
    stack = guarded(upstream, gate)
    assert isinstance(stack, PolicedService)
    assert stack.service is upstream
    assert (upstream.timeout, upstream.age, upstream.most) == (2, 3, 4)


async def test_roles_of_certificates_are_what_the_policy_names(tmp_path: Path) -> None:
    authority = SiteAuthority(tmp_path)
    authority.init()
    authority.issue("guard", hosts=["127.0.0.1"])
    files = {"engineer": "engineer", "operator": "operator", "nobody": None}
    for name, role in files.items():
        authority.issue(name, client=True, role=role)
    made = Policy(
        (rule("reads", "read", clients=("anyone",)), rule("writes", "write", clients=("engineer",))),
        (
            ClientRule("anyone", roles=frozenset({"engineer", "operator"})),
            ClientRule("engineer", roles=frozenset({"engineer"})),
        ),
    )

    def shown(name: str) -> dict[str, Path]:
        return {
            "certificate": tmp_path / f"{name}.pem",
            "key": tmp_path / f"{name}.key",
            "authority": authority.certificate,
        }

    may: dict[str, tuple[bool, bool]] = {}
    async with Server(Device(holding={0: [1, 2]}), "tcp://127.0.0.1:0") as server:
        heard: list[dict[str, Any]] = []
        gate = Gate(made, Auditor(tell=(heard.append,)))
        async with Guard("tls://127.0.0.1:0", server.url, gate, **shown("guard")) as guard:
            for name in files:
                async with Client(guard.url, **shown(name)) as client:
                    may[name] = (
                        await allowed(client.read_holding_registers(0)),
                        await allowed(client.write_register(0, 1)),
                    )
    assert may == {"engineer": (True, True), "operator": (True, False), "nobody": (False, False)}
    assert [said["role"] for said in heard if said["event"] == "write"] == ["engineer"]
    assert {said.get("role") for said in heard if said["event"] == "refused"} == {"operator", None}


async def allowed(asked: Any) -> bool:
    try:
        await asked
    except IllegalFunctionError:
        return False
    return True
