"""Any bytes whatever at both ends of a connection: the package's own errors, no growth, and always an end."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from port502.errors import DeviceError, FrameError, Port502Error
from port502.protocol.client import AnyTransaction, ClientConnection
from port502.protocol.diagnostics import DiagnosticsRequest, ReportServerIdRequest
from port502.protocol.files import FileRecordRead, ReadFileRecordRequest
from port502.protocol.identification import ReadDeviceIdentificationRequest
from port502.protocol.message import ExceptionResponse, RawRequest, Request, Response
from port502.protocol.register_access import ReadFifoQueueRequest, ReadHoldingRegistersRequest
from port502.protocol.server import ServerConnection
from port502.protocol.transaction import Transaction
from port502.service.call import Call, Session
from port502.service.device import Device
from port502.service.units import Units
from port502.transport.framings import framing_for
from tests.thoroughness import times

SCHEMES = ("tcp", "rtu", "ascii")
MOST_PENDING = 513

heads = st.sampled_from(
    [b"", b"\0\1\0\0\0\6\1", b"\0\1\0\0\0\7\1\3\4", b"\1\3", b":0103", b"\0\1\0\0\0", b"\0\1\0\0\xff\xff"]
)
pieces = st.lists(st.builds(bytes.__add__, heads, st.binary(max_size=80)), max_size=12)
requests: st.SearchStrategy[Request[Response]] = st.sampled_from(
    [
        ReadHoldingRegistersRequest(0, 2),
        ReadFifoQueueRequest(0),
        ReadFileRecordRequest([FileRecordRead(4, 0, 2)]),
        ReadDeviceIdentificationRequest(),
        ReportServerIdRequest(),
        DiagnosticsRequest(0, b"\1\2"),
        RawRequest(0x42, b"\1"),
    ]
)


def ignored(transaction: AnyTransaction) -> None:
    """Outcomes are taken from what the connection returns."""


@pytest.mark.parametrize("scheme", SCHEMES)
@given(pieces=pieces)
@settings(max_examples=times(3))
def test_any_bytes_to_a_server_give_replies_or_the_end(scheme: str, pieces: list[bytes]) -> None:
    device = Device(holding={0: [1, 2, 3]}, coil={0: [True] * 9}, files={4: {0: [1, 2]}}, fifo={0: [1]})
    service = Units(device)
    connection = ServerConnection(framing_for(scheme, "server"), window=4, quick=service.quick)
    session = Session(transport="tcp")
    asked = answered = 0
    for now, data in enumerate(pieces):
        try:
            waiting = connection.receive(data, float(now))
        except FrameError:
            assert connection.failure is not None
            return
        waiting += connection.silence(float(now))
        while waiting:
            asked += len(waiting)
            for place in waiting:
                reply: object
                if place.request is None:
                    assert isinstance(place.error, DeviceError)
                    reply = ExceptionResponse(place.error.function, place.error.code)
                else:
                    reply = service(Call(session, place.frame.unit, place.request))
                assert isinstance(reply, (Response, ExceptionResponse))
                connection.answer(place, reply)  # type: ignore[arg-type]
                answered += 1
            assert connection.data_to_send()
            waiting = connection.take_up(float(now))
        assert connection.in_flight == 0
        assert connection._framing.pending <= MOST_PENDING
    assert asked == answered


@pytest.mark.parametrize("scheme", SCHEMES)
@given(pieces=pieces, asked=st.lists(requests, min_size=1, max_size=4))
@settings(max_examples=times(3))
def test_any_bytes_to_a_client_give_each_request_one_outcome(
    scheme: Literal["tcp", "rtu", "ascii"], pieces: list[bytes], asked: list[Request[Response]]
) -> None:
    window = 4 if scheme == "tcp" else 1
    connection = ClientConnection(framing_for(scheme, "client"), window=window, by_order=scheme != "tcp")
    sent = [Transaction(1, request, ignored, 1.0, 100.0) for request in asked[:window]]
    for transaction in sent:
        connection.send(transaction, 0.0)
    ended: list[AnyTransaction] = []
    for data in pieces:
        if connection.failure is not None:
            break
        ended += connection.receive(data, 0.5)
        ended += connection.silence(0.5)
        assert connection.framing.pending <= MOST_PENDING
    if connection.failure is not None:
        ended += connection.fail(connection.failure)
    ended += connection.expire(2.0)
    assert sorted(map(id, ended)) == sorted(map(id, sent))
    assert connection.in_flight == 0
    for transaction in ended:
        assert (transaction.response is None) != (transaction.error is None)
        assert transaction.error is None or isinstance(transaction.error, Port502Error)
