"""The fields of a whole frame: those of its PDU, with header and checksum around them."""

from __future__ import annotations

from collections.abc import Callable

from port502.traffic.decoding.cutting import ASCII, RTU, Cut
from port502.traffic.decoding.layout import CHECK, EXTRA, HEADER, UNIT, Field, Layout
from port502.traffic.decoding.problem import number_of


def enveloped(cut: Cut, pdu: bytes, layout: Layout) -> tuple[tuple[Field, ...], Callable[[int], int]]:
    """All fields in the order of the frame's bytes, and where a byte of the PDU stands in the frame."""
    step = 2 if cut.framing == ASCII else 1

    def at(offset: int) -> int:
        return cut.pdu_at + step * offset

    inside = [
        Field(one.name, at(one.start), step * one.size, one.value, one.text, one.kind)
        for one in layout.fields
    ]
    fields = [*_before(cut), *inside]
    end = fields[-1].start + fields[-1].size if fields else 0
    fields += _behind(cut, pdu, end)
    return tuple(fields), at


def _before(cut: Cut) -> list[Field]:
    if cut.header is not None:
        transaction, protocol, length = cut.header
        return [
            Field("trans_id", 0, 2, transaction, "", HEADER),
            Field("proto_id", 2, 2, protocol, "Modbus" if protocol == 0 else "not Modbus", HEADER),
            Field("len", 4, 2, length, f"{number_of(length, 'byte')} to follow", HEADER),
            Field("unit_id", 6, 1, cut.raw[6], "", UNIT),
        ]
    if cut.unit is None:
        return (
            [Field("bytes", 0, len(cut.raw), cut.raw.hex(" "), "no frame", EXTRA)]
            if not cut.pdu and cut.raw
            else []
        )
    text = "broadcast" if cut.unit == 0 else ""
    if cut.framing == ASCII:
        return [Field("start", 0, 1, ":", "", HEADER), Field("unit_id", 1, 2, cut.unit, text, UNIT)]
    noise = cut.pdu_at - 1
    before = (
        [Field("noise", 0, noise, cut.raw[:noise].hex(" "), "no part of the frame", EXTRA)] if noise else []
    )
    return [*before, Field("unit_id", noise, 1, cut.unit, text, UNIT)]


def _behind(cut: Cut, pdu: bytes, end: int) -> list[Field]:
    left = len(cut.raw) - end
    if cut.check is not None and left >= 2 and (cut.framing in (RTU, ASCII) or cut.inside):
        given, right = cut.check
        if cut.framing == ASCII:
            said = "right" if given == right else f"wrong, expected {right:02X}"
            found = [Field("lrc", end, 2, given, said, CHECK)]
        else:
            said = "right" if given == right else f"wrong, expected {right.to_bytes(2, 'little').hex(' ')}"
            found = [Field("crc16", end, 2, cut.raw[end : end + 2].hex(" "), said, CHECK)]
        end += 2
    else:
        found = []
    if end < len(cut.raw):
        rest = cut.raw[end:]
        line_end = cut.framing == ASCII and not rest.strip()
        text = "end of the line" if line_end else "behind the message"
        found.append(
            Field(
                "end" if line_end else "behind",
                end,
                len(rest),
                rest.hex(" "),
                text,
                HEADER if line_end else EXTRA,
            )
        )
    return found
