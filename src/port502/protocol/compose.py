"""A request out of words, as they are typed: ``3 0 10``, ``write-multiple-registers 5 1 2 3``, ``43/14 1``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
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
    FUNCTION_NAMES,
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
from port502.protocol.words import data_of

_BITS = {"1": True, "on": True, "true": True, "0": False, "off": False, "false": False}
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10}")
_NAMES = {name.replace(" ", "-").replace("/", "-"): str(code) for code, name in FUNCTION_NAMES.items()} | {
    "canopen": f"{ENCAPSULATED_INTERFACE}/{MEI_CANOPEN}",
    "read-device-identification": f"{ENCAPSULATED_INTERFACE}/{MEI_DEVICE_IDENTIFICATION}",
}
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
    code, inner = _code(function)
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


def hex_bytes(text: str) -> bytes:
    """The bytes of hexadecimal digits; spaces, colons, newlines and ``0x`` between them do not matter."""
    digits = re.sub(r"0[xX]|[\s:]", "", text)
    if len(digits) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", digits):
        raise UsageError(
            f"{text[:60]!r} is no sequence of bytes: write pairs of hexadecimal digits, such as A537"
        )
    return bytes.fromhex(digits)


def _code(function: str) -> tuple[int, int | None]:
    """Function code and, behind a slash, sub-function or MEI type."""
    word = function.strip().lower()
    named = re.sub(r"[ _/]", "-", word)
    word = _NAMES.get(named, word)
    code, slash, inner = word.partition("/")
    if not _NUMBER.fullmatch(code) or (slash and not _NUMBER.fullmatch(inner)):
        close = get_close_matches(named, _NAMES, 1, 0.5)
        hint = f"did you mean {close[0]}?" if close else "write a code such as 3 or 43/14, or a name"
        raise UsageError(f"{function[:60]!r} is no function; {hint}")
    number = _number("function code", code)
    if not 1 <= number <= 0x7F:
        raise UsageError(f"function codes are 1 to 127, got {number}")
    return number, _number("sub-function", inner) if slash else None


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
        inner, words = _number("sub-function", words[0]), words[1:]
    given = hex_bytes("".join(words))
    return DiagnosticsRequest(inner, given if given or (inner == RETURN_QUERY_DATA and words) else b"\0\0")


def _number(what: str, word: str) -> int:
    if not _NUMBER.fullmatch(word):
        raise UsageError(f"{what} is a number, decimal or 0x..., got {word[:60]!r}")
    return int(word, 0) if word[:2] in ("0x", "0X") else int(word)


def _bit(word: str) -> bool:
    value = _BITS.get(word.lower())
    if value is None:
        raise UsageError(f"a coil is on, off, 1 or 0, got {word[:60]!r}")
    return value


def _parts(words: Sequence[str]) -> list[str]:
    """Words of a list, which commas may separate too."""
    return [part for word in words for part in word.split(",") if part]


def _registers(words: Sequence[str]) -> list[int]:
    values = [_number("a register", part) for part in _parts(words)]
    for value in values:
        if value > 0xFFFF:
            raise UsageError(f"a register holds 0 to 65535, got {value}")
    return values


def _span(kind: Callable[[int, int], Request[Any]]) -> _Form:
    def build(words: Sequence[str]) -> Request[Any]:
        return kind(_number("address", words[0]), _number("quantity", words[1]) if len(words) > 1 else 1)

    return _Form("ADDRESS [QUANTITY]", 1, 2, build)


def _bare(kind: Callable[[], Request[Any]]) -> _Form:
    return _Form("", 0, 0, lambda words: kind())


def _read_files(words: Sequence[str]) -> Request[Any]:
    if len(words) % _GROUP:
        raise UsageError("read-file-record takes FILE RECORD LENGTH, once or more often")
    numbers = [_number("file, record and length", word) for word in words]
    return ReadFileRecordRequest(
        [FileRecordRead(*numbers[at : at + _GROUP]) for at in range(0, len(numbers), _GROUP)]
    )


def _write_file(words: Sequence[str]) -> Request[Any]:
    file, record = _number("file", words[0]), _number("record", words[1])
    return WriteFileRecordRequest([FileRecordWrite(file, record, data_of(_registers(words[2:])))])


def _mask(words: Sequence[str]) -> Request[Any]:
    return MaskWriteRegisterRequest(*(_number("address and masks", word) for word in words))


def _read_write(words: Sequence[str]) -> Request[Any]:
    read, quantity, write = (_number("addresses and quantity", word) for word in words[:3])
    return ReadWriteMultipleRegistersRequest.from_registers(read, quantity, write, _registers(words[3:]))


def _identification(words: Sequence[str]) -> Request[Any]:
    return ReadDeviceIdentificationRequest(*(_number("read code and object", word) for word in words))


_FORMS: dict[int, _Form] = {
    1: _span(ReadCoilsRequest),
    2: _span(ReadDiscreteInputsRequest),
    3: _span(ReadHoldingRegistersRequest),
    4: _span(ReadInputRegistersRequest),
    5: _Form("ADDRESS on|off", 2, 2, lambda w: WriteSingleCoilRequest(_number("address", w[0]), _bit(w[1]))),
    6: _Form(
        "ADDRESS VALUE",
        2,
        2,
        lambda w: WriteSingleRegisterRequest(_number("address", w[0]), _number("value", w[1])),
    ),
    7: _bare(ReadExceptionStatusRequest),
    11: _bare(GetCommEventCounterRequest),
    12: _bare(GetCommEventLogRequest),
    15: _Form(
        "ADDRESS on|off ...",
        2,
        None,
        lambda w: WriteMultipleCoilsRequest.from_bits(
            _number("address", w[0]), [_bit(part) for part in _parts(w[1:])]
        ),
    ),
    16: _Form(
        "ADDRESS VALUE ...",
        2,
        None,
        lambda w: WriteMultipleRegistersRequest.from_registers(_number("address", w[0]), _registers(w[1:])),
    ),
    17: _bare(ReportServerIdRequest),
    20: _Form("FILE RECORD LENGTH ...", _GROUP, None, _read_files),
    21: _Form("FILE RECORD VALUE ...", 3, None, _write_file),
    22: _Form("ADDRESS AND-MASK OR-MASK", 3, 3, _mask),
    23: _Form("READ-ADDRESS READ-QUANTITY WRITE-ADDRESS VALUE ...", 4, None, _read_write),
    24: _Form("ADDRESS", 1, 1, lambda w: ReadFifoQueueRequest(_number("address", w[0]))),
}

_ENCAPSULATED = {
    MEI_CANOPEN: _Form("BYTES ...", 1, None, lambda words: CanopenRequest(hex_bytes("".join(words)))),
    MEI_DEVICE_IDENTIFICATION: _Form("[READ-CODE [OBJECT]]", 0, 2, _identification),
}
