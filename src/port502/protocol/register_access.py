"""Registers: functions 3, 4, 6, 16, 22, 23 and 24.

Application Protocol V1.1b3, clauses 6.3, 6.4, 6.6, 6.12 and 6.16-6.18. Values travel as big-endian
bytes; ``registers`` turns them into integers when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Self, TypeVar

from port502.protocol.codes import (
    ADDRESS_SPACE,
    MASK_WRITE_REGISTER,
    MAX_FIFO,
    MAX_READ_REGISTERS,
    MAX_RW_READ,
    MAX_RW_WRITE,
    MAX_WRITE_REGISTERS,
    READ_FIFO_QUEUE,
    READ_HOLDING_REGISTERS,
    READ_INPUT_REGISTERS,
    READ_WRITE_MULTIPLE_REGISTERS,
    WRITE_MULTIPLE_REGISTERS,
    WRITE_SINGLE_REGISTER,
)
from port502.protocol.message import (
    Request,
    Response,
    check_number,
    check_span,
    check_words,
    illegal_address,
    illegal_value,
    refusal,
    reply_error,
)
from port502.protocol.plain_read import PlainRead
from port502.protocol.words import data_of, registers_of

_new = object.__new__
_TWO = Struct(">BHH")
_THREE = Struct(">BHHH")
_WRITE = Struct(">BHHB")
_READ_WRITE = Struct(">BHHHHB")
_FIFO = Struct(">BHH")


def _heads(function: int) -> tuple[bytes, ...]:
    """Function code and byte count of a reply, by the number of its registers."""
    return tuple(bytes((function, 2 * quantity)) for quantity in range(MAX_READ_REGISTERS + 1))


class RegistersResponse(Response):
    """Registers that were read: ``data`` holds 1-125 of them, big-endian."""

    __slots__ = ("data",)
    __match_args__ = ("data",)
    heads: tuple[bytes, ...]

    def __init__(self, data: bytes) -> None:
        check_words(data, MAX_READ_REGISTERS)
        self.data = data

    @property
    def registers(self) -> list[int]:
        """The values, 0-65535."""
        return registers_of(self.data)

    def encode(self) -> bytes:
        """Function code, byte count, registers."""
        return self.heads[len(self.data) >> 1] + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """The registers in a PDU of 1-125 of them; raises ReplyError."""
        if len(pdu) < 4 or len(pdu) % 2 or pdu[:2] not in cls.heads or len(pdu) != pdu[1] + 2:
            raise reply_error(cls.function, "a byte count and that many bytes of whole registers", pdu)
        response = _new(cls)
        response.data = pdu[2:]
        return response


_Registers_co = TypeVar("_Registers_co", bound=RegistersResponse, covariant=True)


class ReadRegistersRequest(PlainRead[_Registers_co]):
    """Reads 1-125 registers from an address."""

    __slots__ = ()
    most = MAX_READ_REGISTERS

    def decode_response(self, pdu: bytes) -> _Registers_co:
        """Exactly the registers asked for."""
        quantity = self.quantity
        kind = self.response_type
        if len(pdu) != 2 * quantity + 2 or pdu[:2] != kind.heads[quantity]:
            raise refusal(self.function, f"{quantity} registers in {2 * quantity} bytes", pdu)
        response = _new(kind)
        response.data = pdu[2:]
        return response


class ReadHoldingRegistersResponse(RegistersResponse):
    """The holding registers asked for (clause 6.3)."""

    __slots__ = ()
    function = READ_HOLDING_REGISTERS
    heads = _heads(READ_HOLDING_REGISTERS)


class ReadHoldingRegistersRequest(ReadRegistersRequest[ReadHoldingRegistersResponse]):
    """Function 3: reads 1-125 holding registers (clause 6.3)."""

    __slots__ = ()
    function = READ_HOLDING_REGISTERS
    response_type = ReadHoldingRegistersResponse


class ReadInputRegistersResponse(RegistersResponse):
    """The input registers asked for (clause 6.4)."""

    __slots__ = ()
    function = READ_INPUT_REGISTERS
    heads = _heads(READ_INPUT_REGISTERS)


class ReadInputRegistersRequest(ReadRegistersRequest[ReadInputRegistersResponse]):
    """Function 4: reads 1-125 input registers (clause 6.4)."""

    __slots__ = ()
    function = READ_INPUT_REGISTERS
    response_type = ReadInputRegistersResponse


class WriteSingleRegisterResponse(Response):
    """The echo of a written register (clause 6.6)."""

    __slots__ = ("address", "value")
    __match_args__ = ("address", "value")
    function = WRITE_SINGLE_REGISTER

    def __init__(self, address: int, value: int) -> None:
        self.address = address
        self.value = value

    def encode(self) -> bytes:
        """Function code, address, value."""
        return _TWO.pack(WRITE_SINGLE_REGISTER, self.address, self.value)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 5 or pdu[0] != WRITE_SINGLE_REGISTER:
            raise reply_error(WRITE_SINGLE_REGISTER, "address and value", pdu)
        _, address, value = _TWO.unpack(pdu)
        return cls(address, value)


class WriteSingleRegisterRequest(Request[WriteSingleRegisterResponse]):
    """Function 6: writes one holding register, value 0-65535 (clause 6.6)."""

    __slots__ = ("address", "value")
    __match_args__ = ("address", "value")
    function = WRITE_SINGLE_REGISTER
    response_type = WriteSingleRegisterResponse
    writes = True

    def __init__(self, address: int, value: int) -> None:
        check_number("address", address, 0, 0xFFFF)
        check_number("register value", value, 0, 0xFFFF)
        self.address = address
        self.value = value

    def encode(self) -> bytes:
        """Function code, address, value."""
        return _TWO.pack(WRITE_SINGLE_REGISTER, self.address, self.value)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError."""
        if len(pdu) != 5:
            raise illegal_value(WRITE_SINGLE_REGISTER, "address and value are 4 bytes", pdu)
        request = _new(cls)
        _, request.address, request.value = _TWO.unpack(pdu)
        return request

    def decode_response(self, pdu: bytes) -> WriteSingleRegisterResponse:
        """The exact echo of this request."""
        if pdu != self.encode():
            raise refusal(WRITE_SINGLE_REGISTER, f"the echo {self.encode().hex(' ')}", pdu)
        return WriteSingleRegisterResponse(self.address, self.value)


class WriteMultipleRegistersResponse(Response):
    """How many holding registers were written, and from where (clause 6.12)."""

    __slots__ = ("address", "quantity")
    __match_args__ = ("address", "quantity")
    function = WRITE_MULTIPLE_REGISTERS

    def __init__(self, address: int, quantity: int) -> None:
        self.address = address
        self.quantity = quantity

    def encode(self) -> bytes:
        """Function code, address, quantity."""
        return _TWO.pack(WRITE_MULTIPLE_REGISTERS, self.address, self.quantity)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 5 or pdu[0] != WRITE_MULTIPLE_REGISTERS:
            raise reply_error(WRITE_MULTIPLE_REGISTERS, "address and quantity", pdu)
        _, address, quantity = _TWO.unpack(pdu)
        return cls(address, quantity)


class WriteMultipleRegistersRequest(Request[WriteMultipleRegistersResponse]):
    """Function 16: writes 1-123 holding registers, given as big-endian bytes (clause 6.12)."""

    __slots__ = ("address", "data")
    __match_args__ = ("address", "data")
    function = WRITE_MULTIPLE_REGISTERS
    response_type = WriteMultipleRegistersResponse
    writes = True

    def __init__(self, address: int, data: bytes) -> None:
        check_words(data, MAX_WRITE_REGISTERS)
        check_span(address, len(data) >> 1, MAX_WRITE_REGISTERS)
        self.address = address
        self.data = data

    @classmethod
    def from_registers(cls, address: int, values: Sequence[int]) -> Self:
        """The request that writes these values, 0-65535 each."""
        return cls(address, data_of(values))

    @property
    def quantity(self) -> int:
        """How many registers."""
        return len(self.data) >> 1

    @property
    def registers(self) -> list[int]:
        """The values, 0-65535."""
        return registers_of(self.data)

    def encode(self) -> bytes:
        """Function code, address, quantity, byte count, registers."""
        data = self.data
        return _WRITE.pack(WRITE_MULTIPLE_REGISTERS, self.address, len(data) >> 1, len(data)) + data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, then IllegalDataAddressError."""
        if len(pdu) < 6:
            raise illegal_value(WRITE_MULTIPLE_REGISTERS, "it is cut short", pdu)
        _, address, quantity, count = _WRITE.unpack_from(pdu)
        if not 1 <= quantity <= MAX_WRITE_REGISTERS or count != 2 * quantity or len(pdu) != count + 6:
            why = f"quantity {quantity} and byte count {count} do not fit {len(pdu) - 6} bytes of data"
            raise illegal_value(WRITE_MULTIPLE_REGISTERS, why, pdu)
        if address + quantity > ADDRESS_SPACE:
            raise illegal_address(WRITE_MULTIPLE_REGISTERS, "the span ends behind 65535", pdu)
        request = _new(cls)
        request.address = address
        request.data = pdu[6:]
        return request

    def decode_response(self, pdu: bytes) -> WriteMultipleRegistersResponse:
        """The echo of this request's address and quantity."""
        expected = _TWO.pack(WRITE_MULTIPLE_REGISTERS, self.address, len(self.data) >> 1)
        if pdu != expected:
            raise refusal(WRITE_MULTIPLE_REGISTERS, f"the echo {expected.hex(' ')}", pdu)
        return WriteMultipleRegistersResponse(self.address, len(self.data) >> 1)


class MaskWriteRegisterResponse(Response):
    """The echo of a masked write (clause 6.16)."""

    __slots__ = ("address", "and_mask", "or_mask")
    __match_args__ = ("address", "and_mask", "or_mask")
    function = MASK_WRITE_REGISTER

    def __init__(self, address: int, and_mask: int, or_mask: int) -> None:
        self.address = address
        self.and_mask = and_mask
        self.or_mask = or_mask

    def encode(self) -> bytes:
        """Function code, address, masks."""
        return _THREE.pack(MASK_WRITE_REGISTER, self.address, self.and_mask, self.or_mask)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if len(pdu) != 7 or pdu[0] != MASK_WRITE_REGISTER:
            raise reply_error(MASK_WRITE_REGISTER, "address and two masks", pdu)
        return cls(*_THREE.unpack(pdu)[1:])


class MaskWriteRegisterRequest(Request[MaskWriteRegisterResponse]):
    """Function 22: sets a holding register to (old & and_mask) | (or_mask & ~and_mask) (clause 6.16)."""

    __slots__ = ("address", "and_mask", "or_mask")
    __match_args__ = ("address", "and_mask", "or_mask")
    function = MASK_WRITE_REGISTER
    response_type = MaskWriteRegisterResponse
    writes = True

    def __init__(self, address: int, and_mask: int, or_mask: int) -> None:
        check_number("address", address, 0, 0xFFFF)
        check_number("and mask", and_mask, 0, 0xFFFF)
        check_number("or mask", or_mask, 0, 0xFFFF)
        self.address = address
        self.and_mask = and_mask
        self.or_mask = or_mask

    def apply(self, value: int) -> int:
        """What a register that holds value holds afterwards."""
        return (value & self.and_mask) | (self.or_mask & ~self.and_mask & 0xFFFF)

    def encode(self) -> bytes:
        """Function code, address, masks."""
        return _THREE.pack(MASK_WRITE_REGISTER, self.address, self.and_mask, self.or_mask)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError."""
        if len(pdu) != 7:
            raise illegal_value(MASK_WRITE_REGISTER, "address and two masks are 6 bytes", pdu)
        return cls(*_THREE.unpack(pdu)[1:])

    def decode_response(self, pdu: bytes) -> MaskWriteRegisterResponse:
        """The exact echo of this request."""
        if pdu != self.encode():
            raise refusal(MASK_WRITE_REGISTER, f"the echo {self.encode().hex(' ')}", pdu)
        return MaskWriteRegisterResponse(self.address, self.and_mask, self.or_mask)


class ReadWriteMultipleRegistersResponse(RegistersResponse):
    """The holding registers as they are after the write (clause 6.17)."""

    __slots__ = ()
    function = READ_WRITE_MULTIPLE_REGISTERS
    heads = _heads(READ_WRITE_MULTIPLE_REGISTERS)


class ReadWriteMultipleRegistersRequest(Request[ReadWriteMultipleRegistersResponse]):
    """Function 23: writes 1-121 holding registers, then reads 1-125 (clause 6.17)."""

    __slots__ = ("data", "read_address", "read_quantity", "write_address")
    __match_args__ = ("read_address", "read_quantity", "write_address", "data")
    function = READ_WRITE_MULTIPLE_REGISTERS
    response_type = ReadWriteMultipleRegistersResponse
    writes = True

    def __init__(self, read_address: int, read_quantity: int, write_address: int, data: bytes) -> None:
        check_span(read_address, read_quantity, MAX_RW_READ)
        check_words(data, MAX_RW_WRITE)
        check_span(write_address, len(data) >> 1, MAX_RW_WRITE)
        self.read_address = read_address
        self.read_quantity = read_quantity
        self.write_address = write_address
        self.data = data

    @classmethod
    def from_registers(
        cls, read_address: int, read_quantity: int, write_address: int, values: Sequence[int]
    ) -> Self:
        """The request that writes these values, 0-65535 each."""
        return cls(read_address, read_quantity, write_address, data_of(values))

    @property
    def write_quantity(self) -> int:
        """How many registers are written."""
        return len(self.data) >> 1

    @property
    def registers(self) -> list[int]:
        """The values to write, 0-65535."""
        return registers_of(self.data)

    def encode(self) -> bytes:
        """Function code, read address and quantity, write address and quantity, byte count, registers."""
        size = len(self.data)
        head = (self.read_address, self.read_quantity, self.write_address, size >> 1, size)
        return _READ_WRITE.pack(READ_WRITE_MULTIPLE_REGISTERS, *head) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, then IllegalDataAddressError."""
        if len(pdu) < 10:
            raise illegal_value(READ_WRITE_MULTIPLE_REGISTERS, "it is cut short", pdu)
        function, read_address, read_quantity, write_address, quantity, count = _READ_WRITE.unpack_from(pdu)
        if not 1 <= read_quantity <= MAX_RW_READ:
            raise illegal_value(function, f"read quantity {read_quantity} is not 1-{MAX_RW_READ}", pdu)
        if not 1 <= quantity <= MAX_RW_WRITE or count != 2 * quantity or len(pdu) != count + 10:
            why = f"quantity {quantity} and byte count {count} do not fit {len(pdu) - 10} bytes of data"
            raise illegal_value(function, why, pdu)
        if read_address + read_quantity > ADDRESS_SPACE or write_address + quantity > ADDRESS_SPACE:
            raise illegal_address(function, "the span ends behind 65535", pdu)
        return cls(read_address, read_quantity, write_address, pdu[10:])

    def decode_response(self, pdu: bytes) -> ReadWriteMultipleRegistersResponse:
        """Exactly the registers asked for."""
        quantity = self.read_quantity
        if len(pdu) != 2 * quantity + 2 or pdu[:2] != ReadWriteMultipleRegistersResponse.heads[quantity]:
            raise refusal(self.function, f"{quantity} registers in {2 * quantity} bytes", pdu)
        return ReadWriteMultipleRegistersResponse(pdu[2:])


class ReadFifoQueueResponse(Response):
    """The 0-31 registers of a queue, oldest first, as big-endian bytes (clause 6.18)."""

    __slots__ = ("data",)
    __match_args__ = ("data",)
    function = READ_FIFO_QUEUE

    def __init__(self, data: bytes) -> None:
        check_words(data, MAX_FIFO, 0)
        self.data = data

    @property
    def registers(self) -> list[int]:
        """The values, 0-65535."""
        return registers_of(self.data)

    def encode(self) -> bytes:
        """Function code, byte count, number of registers, registers."""
        return _FIFO.pack(READ_FIFO_QUEUE, len(self.data) + 2, len(self.data) >> 1) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError, also for more than 31 registers."""
        if len(pdu) < 5 or pdu[0] != READ_FIFO_QUEUE:
            raise reply_error(READ_FIFO_QUEUE, "a byte count and the number of registers", pdu)
        _, size, count = _FIFO.unpack_from(pdu)
        if count > MAX_FIFO or size != 2 * count + 2 or len(pdu) != size + 3:
            raise reply_error(READ_FIFO_QUEUE, f"0-{MAX_FIFO} registers and the byte count that fits", pdu)
        return cls(pdu[5:])


class ReadFifoQueueRequest(Request[ReadFifoQueueResponse]):
    """Function 24: reads a queue of registers without clearing it (clause 6.18)."""

    __slots__ = ("address",)
    __match_args__ = ("address",)
    function = READ_FIFO_QUEUE
    response_type = ReadFifoQueueResponse

    def __init__(self, address: int) -> None:
        check_number("address", address, 0, 0xFFFF)
        self.address = address

    def encode(self) -> bytes:
        """Function code, address of the queue."""
        return bytes((READ_FIFO_QUEUE, self.address >> 8, self.address & 0xFF))

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError."""
        if len(pdu) != 3:
            raise illegal_value(READ_FIFO_QUEUE, "the address is 2 bytes", pdu)
        return cls(pdu[1] << 8 | pdu[2])
