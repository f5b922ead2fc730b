"""The fields of requests, function by function (Application Protocol V1.1b3, clause 6)."""

from __future__ import annotations

from collections.abc import Callable

from port502.protocol.bits import bytes_for
from port502.protocol.codes import (
    ADDRESS_SPACE,
    DIAGNOSTIC_NAMES,
    EXCEPTION_BIT,
    FILE_REFERENCE_TYPE,
    MAX_FILE_RECORD,
    MAX_READ_BITS,
    MAX_READ_REGISTERS,
    MAX_RW_READ,
    MAX_RW_WRITE,
    MAX_WRITE_BITS,
    MAX_WRITE_REGISTERS,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
    RETURN_QUERY_DATA,
)
from port502.protocol.describe import OBJECT_NAMES
from port502.registers.reference import Table
from port502.traffic.decoding.layout import (
    COUNT,
    DATA,
    FUNCTION,
    PLACE,
    Layout,
    Span,
    Walk,
    both_ways,
    exception_fields,
    function_field,
    span_text,
)
from port502.traffic.decoding.problem import number_of

TABLES = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}
"""What the four reading functions read."""

READ_CODES = {1: "basic", 2: "regular", 3: "extended", 4: "one object"}
MEI_NAMES = {MEI_CANOPEN: "CANopen", MEI_DEVICE_IDENTIFICATION: "device identification"}
ON, OFF = 0xFF00, 0x0000


def request_layout(pdu: bytes) -> Layout:
    """The fields of a request PDU."""
    walk = Walk(pdu)
    code = function_field(walk)
    if code is None:
        return walk.finish()
    if code >= EXCEPTION_BIT:
        walk.complain("function", f"function {code} has the bit of a refusal, and a request has not", at=0)
        exception_fields(walk)
        return walk.finish()
    if code == 0:
        walk.complain("function", "function 0 does not exist", at=0)
    _REQUESTS.get(code, _unknown)(walk)
    return walk.finish()


def place(walk: Walk, table: Table, name: str = "reference_num") -> int | None:
    """An address, told both ways."""
    return walk.number(name, 2, lambda address: both_ways(table, address), PLACE)


def quantity(walk: Walk, table: Table, address: int | None, most: int, name: str = "") -> Span | None:
    """How many registers or bits from an address on, with what the limits say about that."""
    name = name or ("bit_cnt" if table.is_bits else "word_cnt")
    at = walk.at
    count = walk.number(name, 2, lambda n: span_text(Span(table, address, n)) if n else "none")
    if count is None or address is None:
        return None
    thing = "bits" if table.is_bits else "registers"
    if not 1 <= count <= most:
        walk.complain("quantity", f"quantity is {count}, the function takes 1 to {most} {thing}", at=at)
    elif address + count > ADDRESS_SPACE:
        text = f"{count} {thing} from address {address} end behind the last address, {ADDRESS_SPACE - 1}"
        walk.complain("address", text, "the device will refuse it with exception 2", at=at - 2)
    return Span(table, address, count)


def counted(walk: Walk, wanted: int | None, why: str) -> int | None:
    """A byte count; complains where it is not what the quantity needs or not what is there (H242)."""
    at = walk.at
    count = walk.number("byte_cnt", 1, lambda n: number_of(n, "byte"))
    if count is None:
        return None
    if count != walk.left:
        text = f"byte count says {count}, there {'is' if walk.left == 1 else 'are'} {walk.left}"
        walk.complain("byte_count", text, at=at)
    if wanted is not None and count != wanted:
        walk.complain("byte_count", f"byte count says {count}, {why} need {wanted}", at=at)
    return count


def diagnostics(walk: Walk) -> None:
    """Sub-function and data, the same in a request and in its echo."""
    sub = walk.number(
        "diagnostic_code",
        2,
        lambda n: DIAGNOSTIC_NAMES.get(n, "no sub-function of the specification"),
        FUNCTION,
    )
    if sub is None:
        return
    if sub == RETURN_QUERY_DATA:
        walk.rest("data")
    else:
        walk.number("data", 2, kind=DATA)


def interface(walk: Walk) -> int | None:
    """The MEI type of function 43."""
    return walk.number("mei", 1, lambda n: MEI_NAMES.get(n, "no interface of the specification"), FUNCTION)


def file_place(walk: Walk) -> int | None:
    """Reference type, file, record and length in registers of one group; the length, None where cut."""
    at = walk.at
    kind = walk.number("reference_type", 1)
    if kind is not None and kind != FILE_REFERENCE_TYPE:
        walk.complain("reference_type", f"reference type is {kind}, it is always 6", at=at)
    at = walk.at
    file = walk.number("file_num", 2, kind=PLACE)
    if file == 0:
        walk.complain("address", "file 0 does not exist, files count from 1", at=at)
    at = walk.at
    record = walk.number("record_num", 2, kind=PLACE)
    if record is not None and record > MAX_FILE_RECORD:
        walk.complain("address", f"record is {record}, the last is {MAX_FILE_RECORD}", at=at)
    return walk.number("record_len", 2, lambda n: number_of(n, "register"))


def _read(walk: Walk) -> None:
    table = TABLES[walk.pdu[0]]
    address = place(walk, table)
    most = MAX_READ_BITS if table.is_bits else MAX_READ_REGISTERS
    walk.found.span = quantity(walk, table, address, most)


def write_coil(walk: Walk) -> None:
    """Function 5, the same in a request and in its echo."""
    address = place(walk, Table.COIL)
    at = walk.at
    value = walk.number("value", 2, lambda n: {ON: "on", OFF: "off"}.get(n, "neither on nor off"), DATA)
    if value is None:
        return
    if value not in (ON, OFF):
        walk.complain("value", f"a coil is written with ff 00 or 00 00, got {value:04x}", at=at)
    walk.found.span = Span(Table.COIL, address, 1)
    walk.found.data = bytes((value == ON,))


def write_register(walk: Walk) -> None:
    """Function 6, the same in a request and in its echo."""
    address = place(walk, Table.HOLDING)
    value = walk.number("value", 2, lambda n: f"0x{n:04X}", DATA)
    if value is not None:
        walk.found.span = Span(Table.HOLDING, address, 1)
        walk.found.data = value.to_bytes(2, "big")


def _write_coils(walk: Walk) -> None:
    span = quantity(walk, Table.COIL, place(walk, Table.COIL), MAX_WRITE_BITS)
    if span is None:
        return
    walk.found.span = span
    count = counted(walk, bytes_for(span.quantity), number_of(span.quantity, "coil"))
    if count is not None:
        walk.bits("bits", count, span)


def _write_registers(walk: Walk) -> None:
    span = quantity(walk, Table.HOLDING, place(walk, Table.HOLDING), MAX_WRITE_REGISTERS)
    if span is None:
        return
    walk.found.span = span
    count = counted(walk, 2 * span.quantity, number_of(span.quantity, "register"))
    if count is not None:
        walk.registers("register", count, span)


def mask(walk: Walk) -> None:
    """Function 22, the same in a request and in its echo."""
    address = place(walk, Table.HOLDING)
    walk.number("and_mask", 2, lambda n: f"0x{n:04X}", DATA)
    walk.number("or_mask", 2, lambda n: f"0x{n:04X}", DATA)
    walk.found.span = Span(Table.HOLDING, address, 1)


def _read_write(walk: Walk) -> None:
    address = place(walk, Table.HOLDING, "read_reference_num")
    read = quantity(walk, Table.HOLDING, address, MAX_RW_READ, "read_word_cnt")
    address = place(walk, Table.HOLDING, "write_reference_num")
    write = quantity(walk, Table.HOLDING, address, MAX_RW_WRITE, "write_word_cnt")
    if read is None or write is None:
        return
    count = counted(walk, 2 * write.quantity, number_of(write.quantity, "register"))
    if count is not None:
        walk.registers("register", count, write)
    walk.found.span, walk.found.write = read, write


def _fifo(walk: Walk) -> None:
    place(walk, Table.HOLDING)


def _files(walk: Walk) -> None:
    counted(walk, None, "")
    while walk.left >= 7:
        file_place(walk)


def write_files(walk: Walk) -> None:
    """Function 21, the same in a request and in its echo; each step takes bytes or ends (H240)."""
    counted(walk, None, "")
    while walk.left >= 7:
        length = file_place(walk)
        if length is None:
            return
        if 2 * length > walk.left:
            text = f"record length says {number_of(length, 'register')}, there are {walk.left} bytes"
            walk.complain("byte_count", text, at=walk.at - 2)
        data = walk.take("record", 2 * length)
        walk.found.data += data


def _encapsulated(walk: Walk) -> None:
    mei = interface(walk)
    if mei != MEI_DEVICE_IDENTIFICATION:
        walk.rest("data")
        return
    at = walk.at
    code = walk.number("read_device_id", 1, lambda n: READ_CODES.get(n, "no read code"), COUNT)
    if code is not None and code not in READ_CODES:
        walk.complain("value", f"read code is {code}, there are 1 to 4", at=at)
    walk.number("object_id", 1, lambda n: OBJECT_NAMES.get(n, "").replace("_", " "), PLACE)


def _nothing(walk: Walk) -> None:
    """Functions 7, 11, 12 and 17 are their code alone."""


def _unknown(walk: Walk) -> None:
    walk.rest("data")


_REQUESTS: dict[int, Callable[[Walk], None]] = {
    1: _read,
    2: _read,
    3: _read,
    4: _read,
    5: write_coil,
    6: write_register,
    7: _nothing,
    8: diagnostics,
    11: _nothing,
    12: _nothing,
    15: _write_coils,
    16: _write_registers,
    17: _nothing,
    20: _files,
    21: write_files,
    22: mask,
    23: _read_write,
    24: _fifo,
    43: _encapsulated,
}
