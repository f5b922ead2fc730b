"""One request on a wire."""

from __future__ import annotations

from port502.gateway.exchange import Exchange
from port502.protocol.register_access import ReadHoldingRegistersRequest


def test_an_exchange_knows_its_pdu_and_has_no_outcome_yet() -> None:
    exchange = Exchange(7, ReadHoldingRegistersRequest(1, 2), 0.5, lambda ended: None)
    assert exchange.pdu == bytes.fromhex("03 0001 0002")
    assert exchange.response is None
    assert exchange.error is None
    assert str(exchange) == "function 3 to unit 7"
