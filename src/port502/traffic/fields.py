"""The fields of one PDU under Wireshark's names, as far as its bytes go: whatever is cut off is left out.

Never raises: what is wrong with a message is a matter of ``problems``, not of reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from port502.protocol.bits import bits_of
from port502.protocol.codes import (
    DIAGNOSTICS,
    ENCAPSULATED_INTERFACE,
    EXCEPTION_BIT,
    MASK_WRITE_REGISTER,
    MEI_DEVICE_IDENTIFICATION,
    READ_FIFO_QUEUE,
    READ_WRITE_MULTIPLE_REGISTERS,
    WRITE_MULTIPLE_COILS,
    WRITE_MULTIPLE_REGISTERS,
    WRITE_SINGLE_COIL,
    WRITE_SINGLE_REGISTER,
)
from port502.protocol.words import registers_of

Values: TypeAlias = "tuple[int, ...] | tuple[bool, ...]"

_READS_BITS = (1, 2)
_READS_WORDS = (3, 4)
_COUNTED = frozenset({1, 2, 3, 4, 12, 17, 20, 21, READ_WRITE_MULTIPLE_REGISTERS})


@dataclass(slots=True)
class Fields:
    """What a PDU says; a field that it does not have is None.

    ``reference_num`` is the zero-based address, of what is read where a message also writes; ``values`` are
    registers (0-65535) or bits, those that are written where a request carries some.
    """

    reference_num: int | None = None
    word_cnt: int | None = None
    bit_cnt: int | None = None
    byte_cnt: int | None = None
    values: Values | None = None
    write_reference_num: int | None = None
    write_word_cnt: int | None = None
    and_mask: int | None = None
    or_mask: int | None = None
    diagnostic_code: int | None = None
    mei: int | None = None
    read_device_id: int | None = None
    object_id: int | None = None


def fields_of(pdu: bytes, *, asks: bool, asked: Fields | None = None) -> Fields:
    """The fields of a request (``asks``) or a response; ``asked`` are those of its request, where known.

    A response to a read of bits has as many values as were asked for, or all bits of its bytes.
    """
    fields = Fields()
    if not pdu or pdu[0] >= EXCEPTION_BIT:
        return fields
    (_request if asks else _response)(fields, pdu, asked)
    return fields


def _request(fields: Fields, pdu: bytes, asked: Fields | None) -> None:
    function = pdu[0]
    if function in _READS_BITS or function == WRITE_MULTIPLE_COILS:
        fields.reference_num, fields.bit_cnt = _word(pdu, 1), _word(pdu, 3)
        if function == WRITE_MULTIPLE_COILS:
            fields.byte_cnt = _byte(pdu, 5)
            fields.values = tuple(bits_of(pdu[6:], fields.bit_cnt or 0))
    elif function in _READS_WORDS or function == WRITE_MULTIPLE_REGISTERS:
        fields.reference_num, fields.word_cnt = _word(pdu, 1), _word(pdu, 3)
        if function == WRITE_MULTIPLE_REGISTERS:
            fields.byte_cnt = _byte(pdu, 5)
            fields.values = _words(pdu[6:])
    elif function == READ_WRITE_MULTIPLE_REGISTERS:
        fields.reference_num, fields.word_cnt = _word(pdu, 1), _word(pdu, 3)
        fields.write_reference_num, fields.write_word_cnt = _word(pdu, 5), _word(pdu, 7)
        fields.byte_cnt = _byte(pdu, 9)
        fields.values = _words(pdu[10:])
    elif function == READ_FIFO_QUEUE:
        fields.reference_num = _word(pdu, 1)
    else:
        _either(fields, pdu)


def _response(fields: Fields, pdu: bytes, asked: Fields | None) -> None:
    function = pdu[0]
    if function in _COUNTED:
        fields.byte_cnt = _byte(pdu, 1)
        data = pdu[2 : 2 + (fields.byte_cnt or 0)]
        if function in _READS_BITS:
            quantity = len(data) * 8 if asked is None or asked.bit_cnt is None else asked.bit_cnt
            fields.values = tuple(bits_of(data, quantity))
        elif function in _READS_WORDS or function == READ_WRITE_MULTIPLE_REGISTERS:
            fields.values = _words(data)
    elif function == WRITE_MULTIPLE_COILS:
        fields.reference_num, fields.bit_cnt = _word(pdu, 1), _word(pdu, 3)
    elif function == WRITE_MULTIPLE_REGISTERS:
        fields.reference_num, fields.word_cnt = _word(pdu, 1), _word(pdu, 3)
    elif function == READ_FIFO_QUEUE:
        fields.byte_cnt, fields.word_cnt = _word(pdu, 1), _word(pdu, 3)
        fields.values = _words(pdu[5:])
    else:
        _either(fields, pdu)


def _either(fields: Fields, pdu: bytes) -> None:
    """What looks the same in a request and in its response."""
    function = pdu[0]
    if function == WRITE_SINGLE_COIL:
        fields.reference_num = _word(pdu, 1)
        value = _word(pdu, 3)
        fields.values = None if value is None else (value == 0xFF00,)
    elif function == WRITE_SINGLE_REGISTER:
        fields.reference_num = _word(pdu, 1)
        fields.values = _words(pdu[3:5])
    elif function == MASK_WRITE_REGISTER:
        fields.reference_num = _word(pdu, 1)
        fields.and_mask, fields.or_mask = _word(pdu, 3), _word(pdu, 5)
    elif function == DIAGNOSTICS:
        fields.diagnostic_code = _word(pdu, 1)
    elif function == ENCAPSULATED_INTERFACE:
        fields.mei = _byte(pdu, 1)
        if fields.mei == MEI_DEVICE_IDENTIFICATION:
            fields.read_device_id = _byte(pdu, 2)
            fields.object_id = _byte(pdu, 3) if len(pdu) == 4 else None


def _byte(pdu: bytes, at: int) -> int | None:
    return pdu[at] if len(pdu) > at else None


def _word(pdu: bytes, at: int) -> int | None:
    return pdu[at] << 8 | pdu[at + 1] if len(pdu) > at + 1 else None


def _words(data: bytes) -> tuple[int, ...]:
    return tuple(registers_of(data[: len(data) & ~1]))
