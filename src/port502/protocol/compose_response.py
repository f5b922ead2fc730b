"""A response out of words, as they are typed: ``3`` with ``555 0 100``, ``43/14`` with ``0=Maker 1=Code``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from port502.errors import UsageError
from port502.protocol.bit_access import (
    ReadCoilsResponse,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsResponse,
    WriteSingleCoilResponse,
)
from port502.protocol.bits import pack_bits
from port502.protocol.codes import (
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
)
from port502.protocol.diagnostics import (
    DiagnosticsResponse,
    GetCommEventCounterResponse,
    GetCommEventLogResponse,
    ReadExceptionStatusResponse,
    ReportServerIdResponse,
)
from port502.protocol.files import FileRecordWrite, ReadFileRecordResponse, WriteFileRecordResponse
from port502.protocol.identification import CanopenResponse, ReadDeviceIdentificationResponse
from port502.protocol.message import ExceptionResponse, RawResponse, Response
from port502.protocol.register_access import (
    MaskWriteRegisterResponse,
    ReadFifoQueueResponse,
    ReadHoldingRegistersResponse,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersResponse,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterResponse,
)
from port502.protocol.spelling import bit, function_code, hex_bytes, number, parts, registers
from port502.protocol.words import data_of

_CONFORMITY = 0x81
"""Basic identification, single objects too."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What the words of a response are called, how few or many there may be, and how they are read."""

    words: str
    least: int
    most: int | None
    build: Callable[[Sequence[str]], Response]


def compose_response(function: str, words: Sequence[str] = (), data: str | None = None) -> Response:
    """The response of a function that its words mean; function and words are spelled as for ``compose``.

    Reads take the values, echoes what they repeat, ``20`` a word for each record with commas between its registers,
    ``43/14`` objects as ``NUMBER=TEXT``. With ``data`` (hexadecimal) the response has those bytes behind the function
    code. Raises UsageError that says what the response takes.
    """
    code, inner = function_code(function)
    if data is not None:
        if words:
            raise UsageError("give either words or --data, not both")
        return RawResponse(code, _head(code, inner) + hex_bytes(data))
    if code == DIAGNOSTICS:
        return _diagnostics(inner, words)
    form = _ENCAPSULATED.get(inner or 0) if code == ENCAPSULATED_INTERFACE else _FORMS.get(code)
    if form is None:
        if code == ENCAPSULATED_INTERFACE:
            raise UsageError("function 43 is 43/13 (CANopen) or 43/14 (device identification)")
        raise UsageError(f"a response of function {code} has no form of its own; give its bytes with --data")
    if len(words) < form.least or (form.most is not None and len(words) > form.most):
        takes = form.words or "nothing behind it"
        raise UsageError(f"a response of {function} takes {takes}, got {' '.join(words)[:60] or 'nothing'}")
    return form.build(words)


def compose_exception(function: str, code: int) -> ExceptionResponse:
    """The refusal of a function with an exception code (1-255); raises UsageError."""
    if not 1 <= code <= 0xFF:
        raise UsageError(f"exception codes are 1 to 255, got {code}")
    return ExceptionResponse(function_code(function)[0], code)


def _head(code: int, inner: int | None) -> bytes:
    if inner is None:
        return b""
    size = 2 if code == DIAGNOSTICS else 1
    if inner >= 1 << 8 * size:
        raise UsageError(f"{code}/{inner}: that does not fit {size} byte{'s' if size > 1 else ''}")
    return inner.to_bytes(size, "big")


def _diagnostics(inner: int | None, words: Sequence[str]) -> Response:
    if inner is None:
        if not words:
            raise UsageError("diagnostics takes SUB-FUNCTION [DATA], such as 8/0 A537")
        inner, words = number("sub-function", words[0]), words[1:]
    return DiagnosticsResponse(inner, hex_bytes("".join(words)) or b"\0\0")


def _bits(words: Sequence[str]) -> tuple[bytes, int]:
    values = [bit(part) for part in parts(words)]
    return pack_bits(values), len(values)


def _numbers(what: str, words: Sequence[str]) -> list[int]:
    return [number(what, word) for word in words]


def _write_file(words: Sequence[str]) -> Response:
    file, record = number("file", words[0]), number("record", words[1])
    return WriteFileRecordResponse([FileRecordWrite(file, record, data_of(registers(words[2:])))])


def _event_log(words: Sequence[str]) -> Response:
    status, events, messages = _numbers("status and counts", words[:3])
    return GetCommEventLogResponse(status, events, messages, hex_bytes("".join(words[3:])))


def _identification(words: Sequence[str]) -> Response:
    objects: dict[int, bytes] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise UsageError(f"an object is NUMBER=TEXT, such as 0=Maker, got {word[:60]!r}")
        objects[number("an object", name)] = text.encode()
    return ReadDeviceIdentificationResponse(1, _CONFORMITY, False, 0, objects)


_FORMS: dict[int, _Form] = {
    1: _Form("on|off ...", 1, None, lambda words: ReadCoilsResponse(*_bits(words))),
    2: _Form("on|off ...", 1, None, lambda words: ReadDiscreteInputsResponse(*_bits(words))),
    3: _Form("VALUE ...", 1, None, lambda words: ReadHoldingRegistersResponse(data_of(registers(words)))),
    4: _Form("VALUE ...", 1, None, lambda words: ReadInputRegistersResponse(data_of(registers(words)))),
    5: _Form("ADDRESS on|off", 2, 2, lambda w: WriteSingleCoilResponse(number("address", w[0]), bit(w[1]))),
    6: _Form("ADDRESS VALUE", 2, 2, lambda w: WriteSingleRegisterResponse(*_numbers("address and value", w))),
    7: _Form("STATUS", 1, 1, lambda w: ReadExceptionStatusResponse(number("status", w[0]))),
    11: _Form("STATUS COUNT", 2, 2, lambda w: GetCommEventCounterResponse(*_numbers("status and count", w))),
    12: _Form("STATUS EVENTS MESSAGES [BYTES]", 3, None, _event_log),
    15: _Form(
        "ADDRESS QUANTITY", 2, 2, lambda w: WriteMultipleCoilsResponse(*_numbers("address and quantity", w))
    ),
    16: _Form(
        "ADDRESS QUANTITY",
        2,
        2,
        lambda w: WriteMultipleRegistersResponse(*_numbers("address and quantity", w)),
    ),
    17: _Form("BYTES", 1, None, lambda w: ReportServerIdResponse(hex_bytes("".join(w)))),
    20: _Form(
        "VALUE,VALUE... for each record",
        1,
        None,
        lambda words: ReadFileRecordResponse([data_of(registers([word])) for word in words]),
    ),
    21: _Form("FILE RECORD VALUE ...", 3, None, _write_file),
    22: _Form(
        "ADDRESS AND-MASK OR-MASK",
        3,
        3,
        lambda w: MaskWriteRegisterResponse(*_numbers("address and masks", w)),
    ),
    23: _Form(
        "VALUE ...", 1, None, lambda words: ReadWriteMultipleRegistersResponse(data_of(registers(words)))
    ),
    24: _Form("VALUE ...", 0, None, lambda words: ReadFifoQueueResponse(data_of(registers(words)))),
}

_ENCAPSULATED = {
    MEI_CANOPEN: _Form("BYTES ...", 1, None, lambda words: CanopenResponse(hex_bytes("".join(words)))),
    MEI_DEVICE_IDENTIFICATION: _Form("NUMBER=TEXT ...", 1, None, _identification),
}
