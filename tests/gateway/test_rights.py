"""Who may write."""

from __future__ import annotations

import pytest

from port502.gateway.rights import writes_from
from port502.protocol.message import ExceptionResponse, RawRequest
from port502.protocol.register_access import WriteSingleRegisterRequest
from port502.service.access import Networks
from port502.service.call import Session
from port502.service.device import Device
from tests.gateway.by_hand import call, holding

LAYER = writes_from(Networks(["10.0.0.0/24", "fd00::1"]))


@pytest.mark.parametrize(
    ("host", "may"),
    [("10.0.0.7", True), ("::ffff:10.0.0.7", True), ("fd00::1", True), ("10.0.1.7", False), ("", False)],
)
def test_only_listed_clients_write(host: str, may: bool) -> None:
    device = Device(holding={0: [1]})
    service = LAYER(device)
    session = Session(host, 1)
    write = call(WriteSingleRegisterRequest(0, 9), session=session)
    refused = service(write) == ExceptionResponse(6, 1)
    assert refused is not may
    assert device.holding[0] == (9 if may else 1)


def test_everybody_reads() -> None:
    service = LAYER(Device(holding={0: [1]}))
    reply = service(holding(0))
    assert reply.encode() == b"\x03\x02\0\1"  # type: ignore[union-attr]


def test_what_nobody_knows_counts_as_a_write() -> None:
    service = LAYER(Device(holding={0: [1]}))
    assert service(call(RawRequest(0x42), session=Session("1.2.3.4", 1))) == ExceptionResponse(0x42, 1)
