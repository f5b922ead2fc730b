"""What buses tell of themselves."""

from __future__ import annotations

import pytest

from port502.gateway.gateway import Gateway
from port502.gateway.remote import Remote
from port502.gateway.routing import Route, RoutingTable
from port502.gateway.status import clients_of, status_of_bus
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.service.call import Call, Session
from port502.transport.link import Link
from port502.transport.url import Target
from tests.gateway.wire import Rig, device, silent
from tests.virtual_loop import VirtualLoop


def test_a_serial_bus_shows_its_units_and_what_it_threw_away(virtual: VirtualLoop) -> None:
    async def work() -> None:
        async with Rig(virtual, {1: device(1, thinks=0.02), 2: silent}) as rig:
            for _ in range(20):
                await rig.ask(1)
            await rig.ask(2)
            status = status_of_bus(rig.bus)
            one, two = status.units
            assert (status.state, status.requests, status.replies, status.no_answer) == ("open", 21, 20, 1)
            assert (one.unit, one.state, one.learned, one.replies) == (1, "alive", True, 20)
            assert one.p50 == pytest.approx(0.02)
            assert one.timeout == pytest.approx(0.06)
            assert (two.state, two.p50, two.timeouts) == ("suspect", None, 2)
            assert "unit 2 did not answer" in two.last_error
            assert status.last_error == two.last_error
            assert 0 < status.busy_seconds < virtual.time() - 1000
            rig.wire.unplug()
            assert status_of_bus(rig.bus).state == "closed"

    virtual.run_until_complete(work())


async def test_a_tcp_bus_shows_its_connection(unused_tcp_port: int) -> None:
    remote = Remote.over("plc", Link(Target("tcp", "127.0.0.1", unused_tcp_port)))
    assert status_of_bus(remote).state == "idle"
    waiting = remote(Call(Session(), 1, ReadHoldingRegistersRequest(0, 1)))
    await waiting  # type: ignore[misc]
    status = status_of_bus(remote)
    assert (status.state, status.requests, status.no_answer, status.units) == ("closed", 1, 1, ())
    await remote.stop()


def test_clients_of_several_listeners_are_ordered_by_their_last_request() -> None:
    gateways = [Gateway(RoutingTable([Route(1, 1, "x")]), {"x": lambda call: None}) for _ in range(2)]
    for moment, (gateway, port) in enumerate([(gateways[0], 1), (gateways[1], 2), (gateways[0], 3)]):
        session = Session(host="10.0.0.1", port=port)
        gateway(Call(session, 1, ReadHoldingRegistersRequest(0, 1), float(moment)))
    assert [one.client for one in clients_of(gateways)] == ["10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3"]
