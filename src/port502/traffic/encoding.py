"""Frames out of words: any request, response or refusal, in any framing."""

from __future__ import annotations

from collections.abc import Sequence

from port502.errors import UsageError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.compose import compose
from port502.protocol.compose_response import compose_exception, compose_response
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import Message
from port502.protocol.rtu import RtuFraming
from port502.traffic.decoding.cutting import ASCII, MBAP, PDU


def message_of(
    function: str, words: Sequence[str], data: str | None, *, response: bool, exception: int | None
) -> Message:
    """The request, response or refusal that was asked for; raises UsageError."""
    if exception is not None:
        if words or data is not None:
            raise UsageError("a refusal is its function and --exception CODE, nothing more")
        return compose_exception(function, exception)
    return compose_response(function, words, data) if response else compose(function, words, data)


def framed(message: Message, framing: str, transaction: int, unit: int) -> bytes:
    """A message's bytes with what goes around them."""
    pdu = message.encode()
    if framing == PDU:
        return pdu
    if framing == MBAP:
        return MbapFraming().encode(transaction, unit, pdu)
    return (AsciiFraming() if framing == ASCII else RtuFraming("server")).encode(0, unit, pdu)
