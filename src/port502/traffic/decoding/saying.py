"""An explained frame in words: what it is in one line, and what its values may mean."""

from __future__ import annotations

from collections.abc import Sequence

from port502.protocol.codes import exception_name
from port502.registers.point import Point
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.layout import both_ways, span_text
from port502.traffic.decoding.readings import Named, Reading, named_values, plausible, readings

FRAMINGS = {
    "mbap": "Modbus TCP",
    "rtu": "Modbus RTU",
    "ascii": "Modbus ASCII",
    "pdu": "a PDU without frame",
    "rtu+tcp": "Modbus RTU inside TCP",
    "mbap+rtu": "Modbus RTU behind an MBAP header",
}


def title(one: Decoded) -> str:
    """What a frame is in one line."""
    words = [f"frame {one.frame}", FRAMINGS[one.framing]]
    if one.unit is not None:
        words.append(f"unit {one.unit}")
    if not one.pdu:
        return ": ".join((", ".join(words), "no message"))
    answers = f"response to frame {one.request.frame}" if one.request is not None else "response"
    words.append(answers if one.is_response else "request")
    said = one.function_name
    if one.exception is not None:
        said += f" refused with exception {one.exception}, {exception_name(one.exception)}"
    elif one.layout.span is not None and one.layout.span.quantity:
        span = one.layout.span
        said += (
            f" {both_ways(span.table, span.address)}"
            if span.address is not None and span.quantity == 1
            else (f" {span_text(span)}")
        )
    return f"{', '.join(words)}: {said}"


def meanings(
    one: Decoded, points: Sequence[Point] = (), *, every: bool = False
) -> tuple[list[Reading], list[Named]]:
    """What the registers of a message may mean, and what a map says that they do."""
    span, data = one.layout.span, one.layout.data
    if span is None or not data:
        return [], []
    named = named_values(points, span, data) if points else []
    if span.table.is_bits or len(data) < 2:
        return [], named
    return readings(data) if every else plausible(data), named
