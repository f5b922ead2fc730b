"""A request out of words, as they are typed: ``3 0 10``, ``write-multiple-registers 5 1 2 3``, ``43/14 1``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from port502.errors import UsageError
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.codes import (
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
    RETURN_QUERY_DATA,
)
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    GetCommEventCounterRequest,
    GetCommEventLogRequest,
    ReadExceptionStatusRequest,
    ReportServerIdRequest,
)
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    WriteFileRecordRequest,
)
from port502.protocol.identification import CanopenRequest, ReadDeviceIdentificationRequest
from port502.protocol.message import RawRequest, Request
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadFifoQueueRequest,
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.protocol.spelling import bit, function_code, hex_bytes, number, parts, registers
from port502.protocol.words import data_of

__all__ = ["compose", "hex_bytes"]

_GROUP = 3  # words that name one group of file records: file, record, length


@dataclass(frozen=True, slots=True)
class _Form:
    """How the words behind a function are read: what they are called, and how few or many there may be."""

    words: str
    least: int
    most: int | None
    build: Callable[[Sequence[str]], Request[Any]]


def compose(function: str, words: Sequence[str] = (), data: str | None = None) -> Request[Any]:
    """The request that a function with its words means.

    ``function`` is a code (``3``, ``0x03``, ``8/0``, ``43/14``) or a name (``read-holding-registers``). Numbers are
    decimal or ``0x...``, bits on, off, 1 or 0, bytes pairs of hexadecimal digits. With ``data`` (hexadecimal) the
    request is sent as it stands, whatever the function. Raises UsageError that says what the function takes.
    """
    code, inner = function_code(function)
    if data is not None:
        if words:
            raise UsageError("give either words or --data, not both")
        return RawRequest(code, _inner_bytes(code, inner) + hex_bytes(data))
    if code == DIAGNOSTICS:
        return _diagnostics(inner, words)
    if code == ENCAPSULATED_INTERFACE:
        form = _ENCAPSULATED.get(-1 if inner is None else inner)
        if form is None:
            raise UsageError("function 43 is 43/13 (CANopen) or 43/14 (device identification)")
    elif inner is not None:
        raise UsageError(f"function {code} has no sub-functions; write {code}")
    else:
        form = _FORMS.get(code)
        if form is None:
            raise UsageError(
                f"function {code} has no form of its own; give its bytes with --data, or --data ''"
            )
    if len(words) < form.least or (form.most is not None and len(words) > form.most):
        takes = form.words or "nothing behind it"
        raise UsageError(f"{function} takes {takes}, got {' '.join(words) or 'nothing'}")
    return form.build(words)


def _inner_bytes(code: int, inner: int | None) -> bytes:
    """What stands behind the function code before the data: a sub-function in two bytes, an MEI type in one."""
    if inner is None:
        return b""
    size = 2 if code == DIAGNOSTICS else 1
    if inner >= 1 << 8 * size:
        raise UsageError(f"{code}/{inner}: that does not fit {size} byte{'s' if size > 1 else ''}")
    return inner.to_bytes(size, "big")


def _diagnostics(inner: int | None, words: Sequence[str]) -> Request[Any]:
    if inner is None:
        if not words:
            raise UsageError("diagnostics takes SUB-FUNCTION [DATA], such as 8/0 A537")
        inner, words = number("sub-function", words[0]), words[1:]
    given = hex_bytes("".join(words))
    return DiagnosticsRequest(inner, given if given or (inner == RETURN_QUERY_DATA and words) else b"\0\0")


def _span(kind: Callable[[int, int], Request[Any]]) -> _Form:
    def build(words: Sequence[str]) -> Request[Any]:
        return kind(number("address", words[0]), number("quantity", words[1]) if len(words) > 1 else 1)

    return _Form("ADDRESS [QUANTITY]", 1, 2, build)


def _bare(kind: Callable[[], Request[Any]]) -> _Form:
    return _Form("", 0, 0, lambda words: kind())


def _read_files(words: Sequence[str]) -> Request[Any]:
    if len(words) % _GROUP:
        raise UsageError("read-file-record takes FILE RECORD LENGTH, once or more often")
    numbers = [number("file, record and length", word) for word in words]
    return ReadFileRecordRequest(
        [FileRecordRead(*numbers[at : at + _GROUP]) for at in range(0, len(numbers), _GROUP)]
    )


def _write_file(words: Sequence[str]) -> Request[Any]:
    file, record = number("file", words[0]), number("record", words[1])
    return WriteFileRecordRequest([FileRecordWrite(file, record, data_of(registers(words[2:])))])


def _mask(words: Sequence[str]) -> Request[Any]:
    return MaskWriteRegisterRequest(*(number("address and masks", word) for word in words))


def _read_write(words: Sequence[str]) -> Request[Any]:
    read, quantity, write = (number("addresses and quantity", word) for word in words[:3])
    return ReadWriteMultipleRegistersRequest.from_registers(read, quantity, write, registers(words[3:]))


def _identification(words: Sequence[str]) -> Request[Any]:
    return ReadDeviceIdentificationRequest(*(number("read code and object", word) for word in words))


_FORMS: dict[int, _Form] = {
    1: _span(ReadCoilsRequest),
    2: _span(ReadDiscreteInputsRequest),
    3: _span(ReadHoldingRegistersRequest),
    4: _span(ReadInputRegistersRequest),
    5: _Form("ADDRESS on|off", 2, 2, lambda w: WriteSingleCoilRequest(number("address", w[0]), bit(w[1]))),
    6: _Form(
        "ADDRESS VALUE",
        2,
        2,
        lambda w: WriteSingleRegisterRequest(number("address", w[0]), number("value", w[1])),
    ),
    7: _bare(ReadExceptionStatusRequest),
    11: _bare(GetCommEventCounterRequest),
    12: _bare(GetCommEventLogRequest),
    15: _Form(
        "ADDRESS on|off ...",
        2,
        None,
        lambda w: WriteMultipleCoilsRequest.from_bits(
            number("address", w[0]), [bit(part) for part in parts(w[1:])]
        ),
    ),
    16: _Form(
        "ADDRESS VALUE ...",
        2,
        None,
        lambda w: WriteMultipleRegistersRequest.from_registers(number("address", w[0]), registers(w[1:])),
    ),
    17: _bare(ReportServerIdRequest),
    20: _Form("FILE RECORD LENGTH ...", _GROUP, None, _read_files),
    21: _Form("FILE RECORD VALUE ...", 3, None, _write_file),
    22: _Form("ADDRESS AND-MASK OR-MASK", 3, 3, _mask),
    23: _Form("READ-ADDRESS READ-QUANTITY WRITE-ADDRESS VALUE ...", 4, None, _read_write),
    24: _Form("ADDRESS", 1, 1, lambda w: ReadFifoQueueRequest(number("address", w[0]))),
}

_ENCAPSULATED = {
    MEI_CANOPEN: _Form("BYTES ...", 1, None, lambda words: CanopenRequest(hex_bytes("".join(words)))),
    MEI_DEVICE_IDENTIFICATION: _Form("[READ-CODE [OBJECT]]", 0, 2, _identification),
}
