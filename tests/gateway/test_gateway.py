"""Calls on their way to the bus of their unit."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataValueError, UsageError
from port502.gateway.gateway import MOST_CLIENTS, Gateway
from port502.gateway.routing import Route, RoutingTable
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.service.call import Call, Reply, Session
from port502.service.maybe import Later, must_wait

READ = ReadHoldingRegistersRequest(0, 1)
WRITE = WriteSingleRegisterRequest(0, 1)
TABLE = RoutingTable([Route(1, 9, "yard"), Route(11, 19, "hall", -10)])
SERIAL = Session(transport="rtu", listener="rtu:///dev/x")


class Heard:
    """Buses that note what they are asked and never answer."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.buses = {name: self.bus(name) for name in ("yard", "hall")}

    def bus(self, name: str):  # type: ignore[no-untyped-def]
        def serve(call: Call) -> Later[Reply]:
            self.calls.append((name, call.unit))
            reply: Later[Reply] = Later()
            if call.broadcast:
                reply.give(None)
            return reply

        return serve


def test_a_call_reaches_the_unit_that_its_id_stands_for() -> None:
    heard = Heard()
    gateway = Gateway(TABLE, heard.buses)
    for unit in (3, 13):
        assert must_wait(gateway(Call(Session(), unit, READ)))
    assert heard.calls == [("yard", 3), ("hall", 3)]


def test_a_unit_without_a_route_is_no_path_or_silence() -> None:
    heard = Heard()
    gateway, silent = Gateway(TABLE, heard.buses), Gateway(TABLE, heard.buses, silent=True)
    assert gateway(Call(Session(), 10, READ)) == ExceptionResponse(3, 10)
    assert silent(Call(Session(), 10, READ)) is None
    assert gateway(Call(SERIAL, 10, READ)) is None
    assert (heard.calls, gateway.unmapped) == ([], 2)


async def test_unit_0_is_everybody_for_writes_and_nobody_for_reads() -> None:
    heard = Heard()
    gateway = Gateway(TABLE, heard.buses)
    assert gateway(Call(Session(), 0, READ)) == ExceptionResponse(3, 10)
    waiting = gateway(Call(Session(), 0, WRITE))
    assert must_wait(waiting)
    assert await waiting is None
    assert heard.calls == [("yard", 0), ("hall", 0)]


def test_unit_0_may_stand_for_one_device_but_a_serial_broadcast_never_does() -> None:
    heard = Heard()
    gateway = Gateway(TABLE, heard.buses, zero=12)
    assert must_wait(gateway(Call(Session(), 0, READ)))
    assert heard.calls == [("hall", 2)]
    assert gateway(Call(SERIAL, 0, READ, broadcast=True)) is None
    assert heard.calls == [("hall", 2)]


def test_what_cannot_be_decoded_never_reaches_a_bus() -> None:
    heard = Heard()
    gateway = Gateway(TABLE, heard.buses)
    error = IllegalDataValueError(3, 3)
    assert gateway.malformed(3, error) == ExceptionResponse(3, 3)
    assert gateway.malformed(99, error) == ExceptionResponse(3, 10)
    assert gateway.malformed(99, error, "rtu") is None
    assert heard.calls == []


def test_routes_change_between_two_calls() -> None:
    heard = Heard()
    gateway = Gateway(TABLE, heard.buses)
    gateway(Call(Session(), 3, READ))
    gateway.change(RoutingTable([Route(3, 3, "hall")]), heard.buses)
    gateway(Call(Session(), 3, READ))
    assert heard.calls == [("yard", 3), ("hall", 3)]


def test_routes_that_lead_to_no_bus_are_refused() -> None:
    with pytest.raises(UsageError, match="'hall', which is not there"):
        Gateway(TABLE, {"yard": lambda call: None})
    with pytest.raises(UsageError, match="unit 10, which has no route"):
        Gateway(TABLE, Heard().buses, zero=10)


def test_each_client_has_its_books_and_they_are_bounded() -> None:
    gateway = Gateway(TABLE, Heard().buses)
    session = Session(host="10.0.0.1", port=5000)
    for request in (READ, WRITE):
        gateway(Call(session, 3, request, 7.0))
    gateway(Call(session, 99, READ, 8.0))
    [books] = gateway.clients
    assert (books.client, books.requests, books.writes, books.refused, books.last) == (
        "10.0.0.1:5000", 3, 1, 1, 8.0,
    )  # fmt: skip
    others = [Session(host="10.0.0.2", port=port) for port in range(MOST_CLIENTS)]
    for other in others:
        gateway(Call(other, 3, READ))
    assert len(gateway.clients) == MOST_CLIENTS
