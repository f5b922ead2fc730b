"""Coils and discrete inputs: functions 1, 2, 5 and 15.

Application Protocol V1.1b3, clauses 6.1, 6.2, 6.5 and 6.11. Values travel packed, eight to a
byte, lowest address in the lowest bit; ``bits`` unpacks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Self, TypeVar

from port502.errors import UsageError
from port502.protocol.bits import bits_of, bytes_for, pack_bits
from port502.protocol.codes import (
    ADDRESS_SPACE,
    MAX_READ_BITS,
    MAX_WRITE_BITS,
    READ_COILS,
    READ_DISCRETE_INPUTS,
    WRITE_MULTIPLE_COILS,
    WRITE_SINGLE_COIL,
)
from port502.protocol.message import (
    Request,
    Response,
    check_data,
    check_number,
    check_span,
    illegal_address,
    illegal_value,
    refusal,
    reply_error,
)
from port502.protocol.plain_read import PlainRead

_new = object.__new__
_TWO = Struct(">BHH")
_WRITE = Struct(">BHHB")
_ON = 0xFF00


def _heads(function: int) -> tuple[bytes, ...]:
    """Function code and byte count of a reply, by its number of data bytes."""
    return tuple(bytes((function, count)) for count in range(bytes_for(MAX_READ_BITS) + 1))


class BitsResponse(Response):
    """Bits that were read: ``quantity`` (1-2000) of them packed in ``data``."""

    __slots__ = ("data", "quantity")
    __match_args__ = ("data", "quantity")
    heads: tuple[bytes, ...]

    def __init__(self, data: bytes, quantity: int) -> None:
        check_number("quantity", quantity, 1, MAX_READ_BITS)
        check_data(data, bytes_for(quantity), bytes_for(quantity))
        self.data = data
        self.quantity = quantity

    @classmethod
    def from_bits(cls, bits: Iterable[bool]) -> Self:
        """The response that holds these bits."""
        values = list(bits)
        return cls(pack_bits(values), len(values))

    @property
    def bits(self) -> list[bool]:
        """The values, padding left off."""
        return bits_of(self.data, self.quantity)

    def encode(self) -> bytes:
        """Function code, byte count, packed bits."""
        return self.heads[len(self.data)] + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """The bits in a PDU, padding and all since only the request knows how many there are.

        Raises ReplyError.
        """
        if len(pdu) < 3 or pdu[:2] not in cls.heads or len(pdu) != pdu[1] + 2:
            raise reply_error(cls.function, "a byte count and that many bytes", pdu)
        return cls(pdu[2:], 8 * pdu[1])


_Bits_co = TypeVar("_Bits_co", bound=BitsResponse, covariant=True)


class ReadBitsRequest(PlainRead[_Bits_co]):
    """Reads 1-2000 bits from an address."""

    __slots__ = ()
    most = MAX_READ_BITS

    def decode_response(self, pdu: bytes) -> _Bits_co:
        """Exactly the bits asked for; what pads the last byte does not matter."""
        quantity = self.quantity
        count = (quantity + 7) >> 3
        kind = self.response_type
        if len(pdu) != count + 2 or pdu[:2] != kind.heads[count]:
            raise refusal(self.function, f"{quantity} bits in {count} bytes", pdu)
        response = _new(kind)
        response.data = pdu[2:]
        response.quantity = quantity
        return response


class ReadCoilsResponse(BitsResponse):
    """The coils asked for (clause 6.1)."""

    __slots__ = ()
    function = READ_COILS
    heads = _heads(READ_COILS)


class ReadCoilsRequest(ReadBitsRequest[ReadCoilsResponse]):
    """Function 1: reads 1-2000 coils (clause 6.1)."""

    __slots__ = ()
    function = READ_COILS
    response_type = ReadCoilsResponse


class ReadDiscreteInputsResponse(BitsResponse):
    """The discrete inputs asked for (clause 6.2)."""

    __slots__ = ()
    function = READ_DISCRETE_INPUTS
    heads = _heads(READ_DISCRETE_INPUTS)


class ReadDiscreteInputsRequest(ReadBitsRequest[ReadDiscreteInputsResponse]):
    """Function 2: reads 1-2000 discrete inputs (clause 6.2)."""

    __slots__ = ()
    function = READ_DISCRETE_INPUTS
    response_type = ReadDiscreteInputsResponse


class WriteSingleCoilResponse(Response):
    """The echo of a written coil (clause 6.5)."""

    __slots__ = ("address", "value")
    __match_args__ = ("address", "value")
    function = WRITE_SINGLE_COIL

    def __init__(self, address: int, value: bool) -> None:
        self.address = address
        self.value = value

    def encode(self) -> bytes:
        """Function code, address, FF00 or 0000."""
        return _TWO.pack(WRITE_SINGLE_COIL, self.address, _ON if self.value else 0)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 5 or pdu[0] != WRITE_SINGLE_COIL or pdu[3:] not in (b"\xff\0", b"\0\0"):
            raise reply_error(WRITE_SINGLE_COIL, "address and FF 00 or 00 00", pdu)
        _, address, value = _TWO.unpack(pdu)
        return cls(address, value == _ON)


class WriteSingleCoilRequest(Request[WriteSingleCoilResponse]):
    """Function 5: writes one coil (clause 6.5)."""

    __slots__ = ("address", "value")
    __match_args__ = ("address", "value")
    function = WRITE_SINGLE_COIL
    response_type = WriteSingleCoilResponse
    writes = True

    def __init__(self, address: int, value: bool) -> None:
        check_number("address", address, 0, 0xFFFF)
        if not isinstance(value, int) or value not in (0, 1):
            raise UsageError(f"a coil is True or False, got {value!r}")
        self.address = address
        self.value = bool(value)

    def encode(self) -> bytes:
        """Function code, address, FF00 or 0000."""
        return _TWO.pack(WRITE_SINGLE_COIL, self.address, _ON if self.value else 0)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, also for any value but FF00 and 0000."""
        if len(pdu) != 5:
            raise illegal_value(WRITE_SINGLE_COIL, "address and value are 4 bytes", pdu)
        _, address, value = _TWO.unpack(pdu)
        if value not in (0, _ON):
            raise illegal_value(WRITE_SINGLE_COIL, f"value {value:#06x} is neither 0xFF00 nor 0x0000", pdu)
        request = _new(cls)
        request.address = address
        request.value = value == _ON
        return request

    def decode_response(self, pdu: bytes) -> WriteSingleCoilResponse:
        """The exact echo of this request."""
        if pdu != self.encode():
            raise refusal(WRITE_SINGLE_COIL, f"the echo {self.encode().hex(' ')}", pdu)
        return WriteSingleCoilResponse(self.address, self.value)


class WriteMultipleCoilsResponse(Response):
    """How many coils were written, and from where (clause 6.11)."""

    __slots__ = ("address", "quantity")
    __match_args__ = ("address", "quantity")
    function = WRITE_MULTIPLE_COILS

    def __init__(self, address: int, quantity: int) -> None:
        self.address = address
        self.quantity = quantity

    def encode(self) -> bytes:
        """Function code, address, quantity."""
        return _TWO.pack(WRITE_MULTIPLE_COILS, self.address, self.quantity)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 5 or pdu[0] != WRITE_MULTIPLE_COILS:
            raise reply_error(WRITE_MULTIPLE_COILS, "address and quantity", pdu)
        _, address, quantity = _TWO.unpack(pdu)
        return cls(address, quantity)


class WriteMultipleCoilsRequest(Request[WriteMultipleCoilsResponse]):
    """Function 15: writes 1-1968 coils, given packed (clause 6.11)."""

    __slots__ = ("address", "data", "quantity")
    __match_args__ = ("address", "quantity", "data")
    function = WRITE_MULTIPLE_COILS
    response_type = WriteMultipleCoilsResponse
    writes = True

    def __init__(self, address: int, quantity: int, data: bytes) -> None:
        check_span(address, quantity, MAX_WRITE_BITS)
        check_data(data, bytes_for(quantity), bytes_for(quantity))
        self.address = address
        self.quantity = quantity
        self.data = data

    @classmethod
    def from_bits(cls, address: int, bits: Iterable[bool]) -> Self:
        """The request that writes these values."""
        values = list(bits)
        return cls(address, len(values), pack_bits(values))

    @property
    def bits(self) -> list[bool]:
        """The values, padding left off."""
        return bits_of(self.data, self.quantity)

    def encode(self) -> bytes:
        """Function code, address, quantity, byte count, packed bits."""
        data = self.data
        return _WRITE.pack(WRITE_MULTIPLE_COILS, self.address, self.quantity, len(data)) + data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, then IllegalDataAddressError; padding bits do not matter."""
        if len(pdu) < 6:
            raise illegal_value(WRITE_MULTIPLE_COILS, "it is cut short", pdu)
        _, address, quantity, count = _WRITE.unpack_from(pdu)
        if not 1 <= quantity <= MAX_WRITE_BITS or count != (quantity + 7) >> 3 or len(pdu) != count + 6:
            why = f"quantity {quantity} and byte count {count} do not fit {len(pdu) - 6} bytes of data"
            raise illegal_value(WRITE_MULTIPLE_COILS, why, pdu)
        if address + quantity > ADDRESS_SPACE:
            raise illegal_address(WRITE_MULTIPLE_COILS, "the span ends behind 65535", pdu)
        request = _new(cls)
        request.address = address
        request.quantity = quantity
        request.data = pdu[6:]
        return request

    def decode_response(self, pdu: bytes) -> WriteMultipleCoilsResponse:
        """The echo of this request's address and quantity."""
        expected = _TWO.pack(WRITE_MULTIPLE_COILS, self.address, self.quantity)
        if pdu != expected:
            raise refusal(WRITE_MULTIPLE_COILS, f"the echo {expected.hex(' ')}", pdu)
        return WriteMultipleCoilsResponse(self.address, self.quantity)
