"""Gateways and shared connections of a site at work: one owner for each line, all layers, and reloading."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
import pytest_asyncio

from port502.client import Client
from port502.errors import (
    ConfigError,
    GatewayPathUnavailableError,
    GatewayTargetError,
    IllegalFunctionError,
    LinkError,
    NoReplyError,
    Port502Error,
)
from port502.gateway.wire import BusWire
from port502.guard.chain import records, verify
from port502.guard.pki import SiteAuthority
from port502.server import Server, Units
from port502.service.call import Service
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.control import ask_read, ask_status, control_path
from port502.site.running import Running
from tests.peers.party_line import party_line
from tests.peers.ports import free_port
from tests.site.test_running import until

SITE = """
site: yard
history: {{path: data}}
connections:
  line: {{url: "{line}", response_timeout: 2s, retries: 0}}
  plc: {{url: "{plc}", response_timeout: 2s}}
devices:
  meter: {{connection: line, unit: 2, interval: 50ms, points: {{value: {{ref: "holding:0"}}}}}}
listeners:
  hall:
    url: tcp://127.0.0.1:0
    gateway: [{{units: 1-16, bus: line}}, {{units: 17-20, bus: plc, offset: -16}}]
"""
OPEN = "  open: {{url: 'tcp://127.0.0.1:0', share: {{connection: line}}}}\n"
POLICY = """
default: deny
rules:
  - {name: reads, functions: [read], units: [2]}
  - {name: writes, functions: [write], points: ['holding:1'], values: {max: 50}, units: [2]}
"""


class Yard:
    """A line with slaves, a PLC, and the site file of both."""

    def __init__(self, folder: Path, line: Server, plc: Server, slaves: dict[int, Device]) -> None:
        self.folder = folder
        self.line = line
        self.plc = plc
        self.slaves = slaves

    @property
    def path(self) -> Path:
        return self.folder / "site.yaml"

    def write(self, text: str = SITE, **more: str) -> Path:
        self.path.write_text(text.format(line=self.line.url, plc=self.plc.url, **more))
        return self.path


@pytest_asyncio.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    slaves = {unit: Device(holding={0: [unit, 7, 0]}) for unit in (1, 2, 3)}
    units: dict[int, Service] = {**slaves, 9: lambda call: None}
    async with (
        Server(Units(units), "rtu+tcp://127.0.0.1:0") as line,
        Server(Device(holding={0: [77, 78, 79]}), "tcp://127.0.0.1:0") as plc,
    ):
        yield Yard(tmp_path, line, plc, slaves)


def client_of(running: Running, listener: str = "hall", unit: int = 2) -> Client:
    return Client(running.listeners.running[listener].url, unit=unit)


def connects(yard: Yard) -> int:
    return yard.line.counters.accepted


async def test_polling_and_clients_share_the_one_line(yard: Yard) -> None:
    path = yard.write(SITE + OPEN)
    async with Running(load_site(path)) as running:
        await until(lambda: running.collector.latest["meter.value"].quality == "good")
        assert isinstance(running.collector.wire("line"), BusWire)

        async def poll(unit: int) -> None:
            async with client_of(running, unit=unit) as client:
                for _ in range(25):
                    assert await client.read_holding_registers(0, 2) == [unit, 7]

        async def share() -> None:
            async with client_of(running, "open", 3) as client:
                for _ in range(25):
                    assert await client.read_holding_registers(0, 2) == [3, 7]

        await asyncio.gather(poll(1), poll(2), poll(3), share())
        async with client_of(running, unit=17) as client:
            assert await client.read_holding_registers(0) == [77]
            await client.write_register(2, 9, unit=1)
            with pytest.raises(GatewayPathUnavailableError):
                await client.read_holding_registers(0, unit=40)
        (value,) = await asyncio.to_thread(ask_read, control_path(yard.folder / "data"), "meter", ("value",))
        assert value.value == 2
        collector = running.collector.status().connections[0]
        assert collector.timeouts == collector.failures == 0
        assert running.summary().bad == 0
    assert connects(yard) == 1
    assert yard.slaves[1].holding[2] == 9


@pytest.mark.slow
async def test_a_silent_unit_costs_neither_the_polling_nor_the_clients(yard: Yard) -> None:
    path = yard.write(SITE.replace("response_timeout: 2s, retries: 0", "response_timeout: 100ms, retries: 0"))
    async with Running(load_site(path)) as running, client_of(running) as client:
        for _ in range(4):
            with pytest.raises(GatewayTargetError):
                await client.read_holding_registers(0, unit=9)
        assert await client.read_holding_registers(0) == [2]
        bus = running.buses.find("line")
        assert bus is not None
        assert bus.counters.no_answer == 3
        assert running.summary().bad == 0


async def test_a_line_that_is_not_there_is_0a_and_polled_again(yard: Yard) -> None:
    text = SITE.replace(
        '"{line}"', f'"rtu+tcp://127.0.0.1:{free_port()}", reconnect: {{{{first: 100ms, max: 100ms}}}}'
    )
    async with Running(load_site(yard.write(text))) as running:
        await until(lambda: running.status().collector.connections[0].state == "backing off")
        async with client_of(running) as client:
            with pytest.raises(GatewayPathUnavailableError):
                await client.read_holding_registers(0)
        await until(lambda: running.status().collector.connections[0].failures >= 3)


async def test_limits_and_networks_come_first(yard: Yard) -> None:
    limits = SITE + "    limits: {{connections: 1, requests_per_second: 1000}}\n    allow: [127.0.0.1]\n"
    async with Running(load_site(yard.write(limits))) as running, client_of(running) as client:
        assert await client.read_holding_registers(0) == [2]
        url = running.listeners.running["hall"].url
        with pytest.raises((LinkError, NoReplyError)):
            async with Client(url, unit=2, source="127.0.0.2", retries=0) as stranger:
                await stranger.read_holding_registers(0)
        assert await client.read_holding_registers(0) == [2]
        assert running.listeners.running["hall"].gate.watch.counters["refused"] >= 1


async def test_a_policy_judges_before_the_line_and_everything_is_written_down(yard: Yard) -> None:
    (yard.folder / "policy.yaml").write_text(POLICY)
    path = yard.write(SITE + "    policy: policy.yaml\n")
    async with Running(load_site(path)) as running, client_of(running) as client:
        assert await client.read_holding_registers(0, 2) == [2, 7]
        await client.write_register(1, 50)
        for address, value, unit in ((1, 51, 2), (0, 1, 2), (1, 1, 3)):
            with pytest.raises(IllegalFunctionError):
                await client.write_register(address, value, unit=unit)
        with pytest.raises(IllegalFunctionError):
            await client.read_holding_registers(0, unit=1)
        running.listeners.lock("fire", "eva")
        with pytest.raises(IllegalFunctionError):
            await client.write_register(1, 5)
        assert running.status().listeners[0].refused == 5
    assert yard.slaves[2].holding[1] == 50
    log = yard.folder / "data" / "audit" / "hall.jsonl"
    events = [said["event"] for said in records(log)]
    assert events.count("refused") == 5
    assert "write" in events
    assert verify(log).whole


async def test_a_reload_changes_routes_and_policy_under_the_clients(yard: Yard) -> None:
    (yard.folder / "policy.yaml").write_text(POLICY)
    path = yard.write(SITE + "    policy: policy.yaml\n")
    async with Running(load_site(path)) as running, client_of(running) as client:
        assert await client.read_holding_registers(0) == [2]
        other = SITE.replace("{{units: 1-16, bus: line}}", "{{units: 30-33=1-4, bus: line}}")
        yard.write(other + "    policy: policy.yaml\n    unit_zero: 31\n")
        (yard.folder / "policy.yaml").write_text("default: deny\nrules: [{functions: [read]}]\n")
        change = await running.reload()
        assert change.others == ("listeners",)
        assert change.kept == ("line", "plc")
        assert await client.read_holding_registers(0, unit=31) == [2]
        assert await client.read_holding_registers(0, unit=0) == [2]
        with pytest.raises(GatewayPathUnavailableError):
            await client.read_holding_registers(0, unit=2)
        yard.path.write_text(yard.path.read_text().replace("bus: plc", "bus: pcl"))
        with pytest.raises(ConfigError, match="did you mean 'plc'"):
            await running.reload()
        assert await client.read_holding_registers(0, unit=31) == [2]
    assert connects(yard) == 1


async def test_a_line_gets_another_owner_with_its_first_and_its_last_gateway(yard: Yard) -> None:
    plain = SITE.partition("  hall:")[0] + OPEN
    async with Running(load_site(yard.write(plain))) as running, client_of(running, "open") as client:
        assert await client.read_holding_registers(0) == [2]
        assert not isinstance(running.collector.wire("line"), BusWire)
        yard.write(SITE + OPEN)
        change = await running.reload()
        assert (change.changed, change.kept) == (("line",), ("plc",))
        assert isinstance(running.collector.wire("line"), BusWire)
        await until(lambda: running.collector.wire("line").state == "ready")
        assert await client.read_holding_registers(0) == [2]
        async with client_of(running, "hall") as other:
            assert await other.read_holding_registers(0) == [2]
            yard.write(plain)
            await running.reload()
        await until(lambda: running.collector.wire("line").state == "ready")
        assert await client.read_holding_registers(0) == [2]
        assert running.listeners.running["open"]._server is not None
    assert connects(yard) == 3


async def test_another_time_limit_makes_the_listener_anew(yard: Yard) -> None:
    async with Running(load_site(yard.write())) as running:
        old = running.listeners.running["hall"]
        yard.write(SITE + "    client_timeout: 20s\n")
        await running.reload()
        assert running.listeners.running["hall"] is not old
        kept = running.listeners.running["hall"]
        yard.write(SITE + "    client_timeout: 10s\n    first: [127.0.0.1]\n")
        await running.reload()
        assert running.listeners.running["hall"] is kept
        async with client_of(running) as client:
            assert await client.read_holding_registers(0) == [2]


async def test_who_waits_at_a_shared_connection_hears_of_its_loss_at_once(yard: Yard) -> None:
    asked, ending = asyncio.Event(), asyncio.Event()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(12)
        asked.set()
        await ending.wait()
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    shared = "  shared: {{url: 'tcp://127.0.0.1:0', share: {{connection: plc, client_timeout: 60s}}}}\n"
    text = (SITE + shared).replace(
        '"{plc}", response_timeout: 2s', f'"tcp://127.0.0.1:{port}", response_timeout: 60s'
    )

    async def read(client: Client, address: int) -> None:
        await client.read_holding_registers(address, timeout=30.0)

    async with (
        Running(load_site(yard.write(text))) as running,
        client_of(running, "shared") as one,
        client_of(running, "shared") as other,
    ):
        waiting = [asyncio.ensure_future(read(client, place)) for place, client in enumerate((one, other))]
        await asked.wait()
        listening = running.listeners.running["shared"]
        await until(lambda: listening.status().clients == 2 and _waiting(listening) == 2)
        server.close()
        ending.set()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one) for one in ended] == [GatewayTargetError] * 2
    await server.wait_closed()


def _waiting(listening: object) -> int:
    concentrator = listening._concentrator  # type: ignore[attr-defined]
    waiting: int = concentrator.shared.waiting
    return waiting


@pytest.mark.slow
async def test_a_serial_master_reads_the_devices_of_the_site(yard: Yard, tmp_path: Path) -> None:
    (yard.folder / "policy.yaml").write_text("default: deny\nrules: [{functions: [read]}]\n")
    with party_line(2) as line:
        near, far = line.ends
        master = f'  master: {{{{url: "rtu://{near}?baud=19200&parity=N", policy: policy.yaml,'
        text = SITE + master + " gateway: [{{units: 1-10, bus: plc}}]}}\n"
        async with Running(load_site(yard.write(text))) as running:
            async with Client(f"rtu://{far}?baud=19200&parity=N", unit=1, retries=0) as client:
                assert await client.read_holding_registers(0) == [77]
                with pytest.raises(IllegalFunctionError):
                    await client.write_register(0, 1)
                with pytest.raises(NoReplyError):  # another device of that line may be unit 11
                    await client.write_register(0, 1, unit=11, timeout=0.3)
                await yard.plc.stop()
                with pytest.raises(Port502Error) as failure:
                    await client.read_holding_registers(0)
                assert isinstance(failure.value, GatewayTargetError)
            assert running.listeners.running["master"].url == f"rtu://{near}"


async def test_its_status_tells_of_lines_units_and_clients(yard: Yard) -> None:
    shared = "  shared: {{url: 'tcp://127.0.0.1:0', share: {{connection: plc, cache: 1m}}}}\n"
    path = yard.write(SITE + shared)
    async with Running(load_site(path)) as running:
        await until(lambda: running.collector.latest["meter.value"].quality == "good")
        async with client_of(running) as client, client_of(running, "shared", 1) as other:
            for _ in range(20):
                await client.read_holding_registers(0, unit=1)
                await other.read_holding_registers(0)
            with pytest.raises(GatewayPathUnavailableError):
                await client.read_holding_registers(0, unit=99)
            running.listeners.running["hall"]._sweep()
            running.listeners._look()
            status = await asyncio.to_thread(ask_status, control_path(yard.folder / "data"))
        hall, share = status.listeners
        assert (hall.answers, hall.clients, hall.requests, hall.unmapped) == ("gateway", 1, 21, 1)
        assert hall.routes == ("1-16 → line", "17-20 → plc -16")
        (caller,) = hall.callers
        assert (caller.requests, caller.refused) == (21, 1)
        assert (share.answers, share.requests) == ("share", 20)
        assert share.share is not None
        assert (share.share.state, share.share.connects, share.share.cache.hits) == ("ready", 1, 19)
        assert share.share.shared.requests == 1
        line, plc = status.lines
        assert (line.name, line.state, plc.name) == ("line", "open", "plc")
        units = {unit.unit: unit for unit in line.units}
        assert set(units) == {1, 2}  # clients ask the one, the site itself polls the other
        assert units[1].replies == 20
        assert units[1].learned
        assert units[1].timeout <= 2.0
    ended = running.status()
    assert [one.requests for one in ended.listeners] == [21, 20]
    assert ended.lines[0].requests >= 21


POLLED = """
  drive: {{connection: plc, unit: 1, interval: 50ms, points: {{value: {{ref: 'holding:0'}}}}}}
listeners:
  shared: {{url: 'tcp://127.0.0.1:0', share: {{connection: plc}}}}"""


@pytest.mark.slow
@pytest.mark.parametrize(("listener", "unit"), [("hall", 17), ("shared", 1)])
async def test_clients_that_never_stop_asking_do_not_keep_a_site_from_polling(
    yard: Yard, listener: str, unit: int
) -> None:
    text = SITE.replace("\nlisteners:", POLLED).replace('"{plc}",', '"{plc}", pause: 10ms,')
    async with Running(load_site(yard.write(text))) as running:
        await until(lambda: running.collector.latest["drive.value"].quality == "good")
        cycles = running.collector.status().connections[1].groups[0].cycles
        asked = 0
        stopped = False

        async def ask(address: int) -> None:
            nonlocal asked
            async with client_of(running, listener, unit) as client:
                while not stopped:
                    await client.read_holding_registers(0, 1 + address)
                    asked += 1

        clients = [asyncio.ensure_future(ask(address)) for address in range(3)]
        await until(lambda: asked >= 60)
        polled = running.collector.status().connections[1].groups[0].cycles - cycles
        stopped = True
        await asyncio.gather(*clients)
        assert polled >= 3


ROLES = """
default: deny
clients: {engineers: {role: engineer}, anybody: {role: [engineer, operator]}}
rules:
  - {name: reads, clients: [anybody], functions: [read]}
  - {name: writes, clients: [engineers], functions: [write]}
"""


@pytest.mark.parametrize("answer", ["gateway: [{{units: 1-16, bus: line}}]", "share: {{connection: line}}"])
async def test_roles_and_the_audit_log_are_those_of_the_listener(yard: Yard, answer: str) -> None:
    authority = SiteAuthority(yard.folder)
    authority.init()
    authority.issue("door", hosts=["127.0.0.1"])
    for name, role in (("engineer", "engineer"), ("operator", "operator"), ("nobody", None)):
        authority.issue(name, client=True, role=role)
    (yard.folder / "roles.yaml").write_text(ROLES)
    door = (
        f"certificate: door.pem, key: door.key, authority: {authority.certificate.name}, policy: roles.yaml"
    )
    more = f"  door: {{{{url: 'tls://127.0.0.1:0', {door}, {answer}}}}}\n"
    may: dict[str, tuple[bool, bool]] = {}

    async def allowed(asked: Awaitable[object]) -> bool:
        try:
            await asked
        except IllegalFunctionError:
            return False
        return True

    async with Running(load_site(yard.write(SITE + more))) as running:
        await until(lambda: running.collector.latest["meter.value"].quality == "good")
        for name in ("engineer", "operator", "nobody"):
            files = {"certificate": yard.folder / f"{name}.pem", "key": yard.folder / f"{name}.key"}
            url = running.listeners.running["door"].url
            async with Client(url, unit=2, authority=authority.certificate, **files) as client:
                may[name] = (
                    await allowed(client.read_holding_registers(0)),
                    await allowed(client.write_register(1, 9)),
                )
        assert running.status().listeners[1].refused == 3
    assert may == {"engineer": (True, True), "operator": (True, False), "nobody": (False, False)}
    said = list(records(yard.folder / "data" / "audit" / "door.jsonl"))
    assert [one["role"] for one in said if one["event"] == "write"] == ["engineer"]
    assert {one.get("role") for one in said if one["event"] == "refused"} == {"operator", None}


async def test_a_shared_connection_has_the_same_limits(yard: Yard) -> None:
    limited = "  shared: {{url: 'tcp://127.0.0.1:0', allow: [127.0.0.1], share: {{connection: line}},"
    text = SITE + limited + " limits: {{connections: 1}}}}\n"
    async with Running(load_site(yard.write(text))) as running, client_of(running, "shared") as client:
        assert await client.read_holding_registers(0) == [2]
        url = running.listeners.running["shared"].url
        with pytest.raises((LinkError, NoReplyError)):
            async with Client(url, unit=2, source="127.0.0.2", retries=0) as stranger:
                await stranger.read_holding_registers(0)
        assert running.listeners.running["shared"].gate.watch.counters["refused"] >= 1
