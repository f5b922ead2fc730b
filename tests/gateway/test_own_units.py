"""Units of others on a serial line are met with silence, whatever the layers would say."""

from __future__ import annotations

from port502.errors import IllegalDataValueError
from port502.gateway.gateway import Gateway
from port502.gateway.own_units import OwnUnits
from port502.gateway.routing import Route, RoutingTable
from port502.guard.gate import Gate
from port502.guard.layer import policy_layer
from port502.guard.policy import Policy
from port502.protocol.message import ExceptionResponse
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.service.call import Call, Session
from port502.service.device import Device
from port502.service.layers import read_only

READ, WRITE = ReadHoldingRegistersRequest(0, 1), WriteSingleRegisterRequest(0, 1)
LINE, NETWORK = Session(transport="rtu"), Session("10.0.0.9", 1, "tcp")
BAD = IllegalDataValueError(3)


def made(zero: int | None = None) -> Gateway:
    return Gateway(RoutingTable([Route(1, 2, "x")]), {"x": Device(holding={0: [5]})}, zero=zero)


def test_a_layer_does_not_refuse_for_a_unit_of_somebody_else() -> None:
    gateway = made()
    service = OwnUnits(read_only(gateway), gateway)
    assert service(Call(LINE, 1, WRITE)) == ExceptionResponse(6, 1)
    assert service(Call(LINE, 3, WRITE)) is None
    assert service(Call(NETWORK, 3, WRITE)) == ExceptionResponse(6, 1)
    assert service(Call(LINE, 1, READ)) != ExceptionResponse(3, 1)
    assert gateway.unmapped == 1


def test_what_cannot_be_decoded_is_the_layers_business_for_our_units_only() -> None:
    gateway = made()
    closed = OwnUnits(policy_layer(Gate(Policy()))(gateway), gateway)
    assert closed.refuse_malformed(NETWORK, 1, BAD) == ExceptionResponse(3, 1)
    assert closed.refuse_malformed(NETWORK, 3, BAD) == ExceptionResponse(3, 10)
    assert closed.refuse_malformed(LINE, 3, BAD) is None
    plain = OwnUnits(gateway, gateway)
    assert plain.refuse_malformed(NETWORK, 1, BAD) == ExceptionResponse(3, 3)
