"""An explained frame as the JSON object of scripts: traffic's field names, then what the decoder adds."""

from __future__ import annotations

from collections.abc import Sequence

from port502.protocol.bits import bits_of
from port502.protocol.codes import EXCEPTION_BIT, exception_name
from port502.protocol.words import registers_of
from port502.registers.reference import Reference
from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.readings import Named, Reading

_NUMBERS = (
    "reference_num",
    "word_cnt",
    "bit_cnt",
    "byte_cnt",
    "read_reference_num",
    "read_word_cnt",
    "write_reference_num",
    "write_word_cnt",
    "and_mask",
    "or_mask",
    "diagnostic_code",
    "mei",
    "read_device_id",
    "object_id",
)


def record_of(
    decoded: Decoded, readings: Sequence[Reading] = (), named: Sequence[Named] = ()
) -> dict[str, object]:
    """The object of one frame; fields with nothing to say are left out."""
    layout, header = decoded.layout, decoded.cut.header
    record: dict[str, object] = {
        "frame": decoded.frame,
        "framing": decoded.framing,
        "score": decoded.score,
        "trans_id": header[0] if header else None,
        "proto_id": header[1] if header else None,
        "len": header[2] if header else None,
        "unit_id": decoded.unit,
        "func_code": decoded.function,
        "func_name": decoded.function_name or None,
        "exception_code": decoded.exception,
        "exception_name": None if decoded.exception is None else exception_name(decoded.exception),
        "is_response": decoded.is_response,
        "request_frame": None if decoded.request is None else decoded.request.frame,
    }
    record |= {name: layout.value(name) for name in _NUMBERS}
    record |= _place(decoded)
    record["values"] = values_of(decoded)
    found = {key: value for key, value in record.items() if value is not None}
    found["problems"] = [str(one) for one in decoded.problems]
    if not decoded.sure:
        found["inferred"] = ["is_response"]
    if decoded.notes:
        found["notes"] = list(decoded.notes)
    if decoded.others:
        found["candidates"] = [{"framing": framing, "score": score} for framing, score in decoded.others]
    found["fields"] = [
        _field(decoded, one.start, one.size, one.name, one.value, one.text) for one in decoded.fields
    ]
    if readings:
        found["readings"] = [
            {"type": one.type, "order": one.order, "values": list(one.values), "score": one.score}
            for one in readings
        ]
    if named:
        found["points"] = [_point(one) for one in named]
    found["hex"] = decoded.raw.hex()
    return found


def values_of(decoded: Decoded) -> list[int] | list[bool] | None:
    """The registers (0-65535) or bits that a message carries, None where it carries none."""
    span, data = decoded.layout.span, decoded.layout.data
    pdu = decoded.pdu
    if span is None or not data or not pdu or pdu[0] >= EXCEPTION_BIT:
        return None
    if span.table.is_bits:
        return bits_of(data, span.quantity)
    return registers_of(data[: len(data) & ~1])


def _place(decoded: Decoded) -> dict[str, object]:
    """The place that a message speaks of, by address and by reference."""
    span = decoded.layout.span
    if span is None or span.address is None:
        return {}
    reference = Reference(span.table, span.address)
    return {"table": str(span.table), "address": span.address, "reference": reference.reference_form}


def _field(
    decoded: Decoded, start: int, size: int, name: str, value: int | str, text: str
) -> dict[str, object]:
    raw = decoded.raw[start : start + size]
    field: dict[str, object] = {
        "name": name,
        "offset": start,
        "length": size,
        "hex": raw.hex(),
        "value": value,
    }
    return field | {"text": text} if text else field


def _point(named: Named) -> dict[str, object]:
    point = named.point
    found: dict[str, object] = {
        "name": point.name,
        "table": str(point.table),
        "address": point.address,
        "type": point.type,
        "value": named.value,
    }
    if point.unit:
        found["unit_of_measure"] = point.unit
    if named.fault:
        found["reason"] = named.fault
    return found
