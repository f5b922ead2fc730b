"""The fields of responses, function by function; with the request, where their values belong."""

from __future__ import annotations

from collections.abc import Callable

from port502.protocol.bits import bytes_for
from port502.protocol.codes import EXCEPTION_BIT, MAX_FIFO, MEI_DEVICE_IDENTIFICATION
from port502.protocol.describe import OBJECT_NAMES
from port502.registers.reference import Table
from port502.traffic.decoding.layout import (
    COUNT,
    DATA,
    PLACE,
    Layout,
    Span,
    Walk,
    exception_fields,
    function_field,
)
from port502.traffic.decoding.problem import number_of
from port502.traffic.decoding.requests import (
    READ_CODES,
    TABLES,
    counted,
    diagnostics,
    interface,
    mask,
    place,
    quantity,
    write_coil,
    write_files,
    write_register,
)

_MOST_WRITTEN = {Table.COIL: 1968, Table.HOLDING: 123}
_RUN = {0x00: "off", 0xFF: "on"}


def response_layout(pdu: bytes, asked: Span | None = None) -> Layout:
    """The fields of a response PDU; ``asked`` is what its request asked for, where that is known."""
    walk = Walk(pdu, asked)
    code = function_field(walk)
    if code is None:
        return walk.finish()
    if code >= EXCEPTION_BIT:
        exception_fields(walk)
        return walk.finish()
    if code == 0:
        walk.complain("function", "function 0 does not exist", at=0)
    _RESPONSES.get(code, _unknown)(walk)
    return walk.finish()


def _asked(walk: Walk, table: Table, quantity: int) -> Span:
    """Where the values lie: as asked, or unknown."""
    asked = walk.asked
    if asked is None or asked.table is not table:
        return Span(table, None, quantity)
    return Span(table, asked.address, quantity)


def _bits(walk: Walk) -> None:
    table, asked = TABLES[walk.pdu[0]], walk.asked
    wanted = asked.quantity if asked is not None and asked.table is table else None
    count = counted(
        walk, None if wanted is None else bytes_for(wanted), f"the {number_of(wanted or 0, 'bit')} asked for"
    )
    if count == 0:
        walk.complain("byte_count", "byte count is 0, and a response to a read holds values", at=1)
    if count is not None:
        walk.bits("bits", count, _asked(walk, table, wanted if wanted is not None else 8 * count))


def _registers(walk: Walk) -> None:
    code = walk.pdu[0]
    table, asked = TABLES.get(code, Table.HOLDING), walk.asked
    wanted = 2 * asked.quantity if asked is not None and asked.table is table else None
    at = walk.at
    count = counted(walk, wanted, f"the {number_of((wanted or 0) // 2, 'register')} asked for")
    if count is None:
        return
    if count == 0:
        walk.complain("byte_count", "byte count is 0, and a response to a read holds values", at=at)
    if count % 2:
        walk.complain("byte_count", f"byte count is {count}, and registers are 2 bytes each", at=at)
    walk.registers("register", count, _asked(walk, table, count // 2))


def _written(walk: Walk) -> None:
    table = Table.COIL if walk.pdu[0] == 15 else Table.HOLDING
    walk.found.span = quantity(walk, table, place(walk, table), _MOST_WRITTEN[table])


def _fifo(walk: Walk) -> None:
    at = walk.at
    count = walk.number("byte_cnt", 2, lambda n: number_of(n, "byte"))
    if count is not None and count != walk.left:
        walk.complain("byte_count", f"byte count says {count}, there are {walk.left}", at=at)
    at = walk.at
    words = walk.number("word_cnt", 2, lambda n: number_of(n, "register"))
    if words is None:
        return
    if words > MAX_FIFO:
        walk.complain("quantity", f"a queue holds at most {MAX_FIFO} registers, got {words}", at=at)
    if 2 * words != walk.left:
        walk.complain("byte_count", f"{words} registers need {2 * words} bytes, there are {walk.left}", at=at)
    walk.registers("register", 2 * words, Span(Table.HOLDING, None, words))


def _exception_status(walk: Walk) -> None:
    walk.number("exception_status", 1, lambda n: f"{n:08b}", DATA)


def _event_counter(walk: Walk) -> None:
    walk.number("ev_status", 2, lambda n: {0: "ready", 0xFFFF: "busy"}.get(n, ""), DATA)
    walk.number("ev_count", 2, kind=DATA)


def _event_log(walk: Walk) -> None:
    counted(walk, None, "")
    _event_counter(walk)
    walk.number("ev_msg_count", 2, kind=DATA)
    walk.rest("events")


def _server_id(walk: Walk) -> None:
    count = counted(walk, None, "")
    data = walk.pdu[walk.at : walk.at + (count or 0)]
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    run = _RUN.get(data[-1], "") if data else ""
    walk.take("data", len(data), f"{text!r}" + (f"; run {run}, if its last byte says so" if run else ""))


def _files(walk: Walk) -> None:
    """Groups of a length, a reference type and registers; each step takes at least two bytes (H240)."""
    counted(walk, None, "")
    while walk.left >= 2:
        at = walk.at
        length = walk.number("group_len", 1, lambda n: number_of(n, "byte")) or 0
        kind = walk.number("reference_type", 1)
        if kind != 6:
            walk.complain("reference_type", f"reference type is {kind}, it is always 6", at=at + 1)
        size = max(length - 1, 0)
        if length < 1 or size % 2 or size > walk.left:
            left = number_of(walk.left + 1, "byte")
            walk.complain(
                "byte_count", f"group length says {length}, there are {left} in whole registers", at=at
            )
        walk.found.data += walk.take("record", size)


def _encapsulated(walk: Walk) -> None:
    if interface(walk) != MEI_DEVICE_IDENTIFICATION:
        walk.rest("data")
        return
    walk.number("read_device_id", 1, lambda n: READ_CODES.get(n, "no read code"), COUNT)
    walk.number("conformity_level", 1, _conformity)
    walk.number("more_follows", 1, lambda n: {0: "no", 0xFF: "yes"}.get(n, "neither 00 nor ff"))
    walk.number("next_object_id", 1, lambda n: OBJECT_NAMES.get(n, "").replace("_", " "), PLACE)
    count = walk.number("num_objects", 1)
    for _ in range(count or 0):
        if (
            walk.number("object_id", 1, lambda n: OBJECT_NAMES.get(n, "own object").replace("_", " "), PLACE)
            is None
        ):
            return
        at = walk.at
        length = walk.number("object_len", 1, lambda n: number_of(n, "byte"))
        if length is None:
            return
        if length > walk.left:
            walk.complain("cut", f"object length says {length}, there are {walk.left}", at=at)
        data = walk.pdu[walk.at : walk.at + length]
        walk.take("object_str_value", length, repr(data.decode("utf-8", "backslashreplace")))


def _conformity(level: int) -> str:
    named = {1: "basic", 2: "regular", 3: "extended"}.get(level & 0x7F, "unknown")
    return f"{named}, {'single objects too' if level & 0x80 else 'stream only'}"


def _unknown(walk: Walk) -> None:
    walk.rest("data")


_RESPONSES: dict[int, Callable[[Walk], None]] = {
    1: _bits,
    2: _bits,
    3: _registers,
    4: _registers,
    5: write_coil,
    6: write_register,
    7: _exception_status,
    8: diagnostics,
    11: _event_counter,
    12: _event_log,
    15: _written,
    16: _written,
    17: _server_id,
    20: _files,
    21: write_files,
    22: mask,
    23: _registers,
    24: _fifo,
    43: _encapsulated,
}
