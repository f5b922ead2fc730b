"""What devices say when they are asked once."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
from port502.commission.audit.live import NO_SUCH_ADDRESS, Live, Probe, Visit, first_read
from port502.guard.pki import SiteAuthority
from port502.protocol.message import Request
from port502.registers.point import Point
from port502.registers.reference import parse_reference
from port502.server import Server
from port502.service.call import Call, Reply, Service
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.probe.hello import hello
from port502.transport.tls import TlsFiles
from tests.discover.bench import serving
from tests.peers.ports import free_port


def device(name: str, unit: int, ref: str = "holding:0") -> DeviceSettings:
    point = Point.from_reference(parse_reference(ref))
    return DeviceSettings(name, unit, (PointSettings("a", point),))


def connection(port: int, *devices: DeviceSettings, **more: object) -> ConnectionSettings:
    return ConnectionSettings(
        "c",
        f"tcp://127.0.0.1:{port}",
        devices,
        response_timeout=2.0,
        **more,  # type: ignore[arg-type]
    )


class Listening:
    """A device that notes what it is asked."""

    def __init__(self, within: Service) -> None:
        self.requests: list[Request[Any]] = []
        self._within = within

    def __call__(self, call: Call) -> Reply:
        self.requests.append(call.request)
        return self._within(call)  # type: ignore[return-value]


async def probe_of(settings: ConnectionSettings, **how: object) -> Probe:
    live = await Visit(**how).look([settings])  # type: ignore[arg-type]
    (probe,) = live.probes
    assert live.of("c") is probe
    return probe


async def test_each_device_is_read_once_and_nothing_is_written() -> None:
    noted = Listening(Units({1: Device(holding={0: [1]}), 2: Device(holding={5: [1]})}))
    async with serving(noted) as port:
        probe = await probe_of(connection(port, device("one", 1), device("two", 2), device("none", 9)))
    assert probe.is_open
    one, two, none = probe.asked
    assert (one.answered, one.text) == (True, "answers")
    assert (two.answered, two.text, two.refused) == (True, NO_SUCH_ADDRESS, True)
    assert (none.answered, none.text.startswith("exception 11")) == (False, True)
    assert len(noted.requests) == 3
    assert not any(request.writes for request in noted.requests)


async def test_a_device_without_points_is_asked_for_one_register() -> None:
    assert first_read(DeviceSettings("d", 1, ())).encode() == bytes.fromhex("0300000001")
    assert first_read(device("d", 1, "input:7*2")).encode()[0] == 4


async def test_a_port_that_is_closed_says_why() -> None:
    probe = await probe_of(connection(free_port(), device("one", 1)))
    assert not probe.is_open
    assert "refused" in probe.text
    assert probe.asked == ()


async def test_somebody_who_never_answers_costs_the_time_out_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = ConnectionSettings(
            "c", f"tcp://127.0.0.1:{silent.getsockname()[1]}", (device("one", 1),), response_timeout=0.05
        )
        probe = await probe_of(settings)
    assert (probe.asked[0].answered, probe.asked[0].text) == (False, "no answer within 0.05 s")


async def test_somebody_who_talks_nonsense_is_no_device() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server:
        probe = await probe_of(connection(server.sockets[0].getsockname()[1], device("one", 1)))
    assert not probe.asked[0].answered
    assert "HTTP" in probe.asked[0].text


async def test_other_ports_are_looked_at_only_where_somebody_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        there, gone = other.getsockname()[1], free_port()
        async with serving(Device(holding={0: [1]})) as port:
            settings = connection(port, device("one", 1))
            plain = await probe_of(settings, ports=(there, gone))
            looked = await probe_of(settings, services=True, ports=(there, gone))
    assert plain.services is None
    assert looked.services == (there,)


async def test_tls_beside_plain_modbus_is_noticed(tmp_path: Path) -> None:
    authority = SiteAuthority(tmp_path)
    authority.init()
    authority.issue("own", hosts=["127.0.0.1"], client=True)
    files = TlsFiles(tmp_path / "own.pem", tmp_path / "own.key", tmp_path / "site-ca.pem")
    service = Device(holding={0: [1]})
    async with (
        Server(service, "tls://127.0.0.1:0", tls=files.context(server_side=True)) as secure,
        serving(service) as port,
    ):
        tls_port = int(secure.url.rpartition(":")[2])
        settings = connection(port, device("one", 1))
        assert (await probe_of(settings, modbus=port, secure=tls_port)).tls_beside is True
        assert (await probe_of(settings, modbus=port, secure=free_port())).tls_beside is False
        inside = ConnectionSettings("c", secure.url, (device("one", 1),), tls=files)
        probe = await probe_of(inside, modbus=port)
        assert (probe.asked[0].answered, probe.plain_beside) == (True, True)
        assert (await probe_of(inside, modbus=free_port())).plain_beside is False


async def test_certificates_that_are_gone_are_a_reason_and_no_end(tmp_path: Path) -> None:
    files = TlsFiles(tmp_path / "own.pem", tmp_path / "own.key", tmp_path / "ca.pem")
    settings = ConnectionSettings("c", "tls://127.0.0.1:1", (device("one", 1),), tls=files)
    probe = await probe_of(settings)
    assert not probe.is_open
    assert "own.key" in probe.text


async def test_serial_lines_and_what_is_to_be_left_alone_are_not_touched() -> None:
    bus = ConnectionSettings("bus", "rtu:///dev/ttyUSB9")
    held = ConnectionSettings("held", "tcp://127.0.0.1:1")
    live = await Visit().look([bus, held], [("held", "it runs")])
    assert live == Live((), (("held", "it runs"), ("bus", "a serial line takes one master at a time")))


async def test_what_was_seen_before_an_interruption_is_kept() -> None:
    visit = Visit()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = ConnectionSettings(
            "slow", f"tcp://127.0.0.1:{silent.getsockname()[1]}", (device("one", 1),), response_timeout=60.0
        )
        async with serving(Device(holding={0: [1]})) as port:
            work = asyncio.create_task(visit.look([slow, connection(port, device("one", 1))]))
            async with asyncio.timeout(10):
                while not visit.done:
                    await asyncio.sleep(0)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
    assert [one.connection for one in visit.seen([("slow", "interrupted")]).probes] == ["c"]
    assert visit.seen([("slow", "interrupted")]).left_out == (("slow", "interrupted"),)


def test_a_hello_is_what_is_said_to_port_802() -> None:
    assert hello()[0] == 0x16
