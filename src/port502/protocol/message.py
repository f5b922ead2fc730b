"""What all messages share: requests, responses, exception replies, and messages of unknown functions.

Messages are values: build them, never change them. They compare by their fields, and ``match`` takes the
fields in the order of the constructor. Constructors are for our side and raise UsageError. The ``decode``
class methods are for what a peer sent: a request raises the DeviceError that the peer is to be answered
with, a response raises ReplyError.
"""

from __future__ import annotations

from typing import ClassVar, Generic, Self, TypeVar

from port502.errors import (
    IllegalDataAddressError,
    IllegalDataValueError,
    Port502Error,
    ReplyError,
    UsageError,
    device_error,
)
from port502.protocol.codes import (
    ADDRESS_SPACE,
    EXCEPTION_BIT,
    MAX_LONG_PDU,
    MAX_PDU,
    exception_name,
    function_name,
)


class Message:
    """One PDU as an object; a message without fields is its function code and nothing else."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()
    function: int

    def encode(self) -> bytes:
        """The PDU: function code and data, at most 253 bytes (Application Protocol V1.1b3, clause 4.1)."""
        return bytes((self.function,))

    def _values(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self.encode()))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({fields})"


class Response(Message):
    """What a server answers."""

    __slots__ = ()

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """The response in a PDU, judged by its own structure only; raises ReplyError."""
        if pdu != bytes((cls.function,)):
            raise reply_error(cls.function, "no data", pdu)
        return cls()


R_co = TypeVar("R_co", bound=Response, covariant=True)


class Request(Message, Generic[R_co]):
    """What a client asks; ``R_co`` is the response that belongs to it."""

    __slots__ = ()
    response_type: type[R_co]

    @property
    def writes(self) -> bool:
        """Whether it may change the device: such a request is never sent twice."""
        return False

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """The request in a PDU; raises the DeviceError that answers a malformed one."""
        if len(pdu) != 1:
            raise illegal_value(cls.function, "it has no data fields", pdu)
        return cls()

    def decode_response(self, pdu: bytes) -> R_co:
        """The response in a PDU, checked against this request.

        Raises ReplyError when it is no answer to this request, and the DeviceError class of the exception
        code when the device refused it.
        """
        if not pdu or pdu[0] != self.function:
            raise refusal(self.function, f"function {self.function}", pdu)
        response = self.response_type.decode(pdu)
        expected = self._differs(response)
        if expected:
            raise reply_error(self.function, expected, pdu)
        return response

    def _differs(self, response: Response) -> str | None:
        """What was expected instead, when a well-formed response answers another request than this one."""
        return None


class ExceptionResponse(Response):
    """A refusal: ``function`` is the request's function code as it came, ``code`` 0-255 says why.

    Application Protocol V1.1b3, clause 7.
    """

    __slots__ = ("code", "function")
    __match_args__ = ("function", "code")

    def __init__(self, function: int, code: int) -> None:
        self.function = function
        self.code = code

    def encode(self) -> bytes:
        """Function code with its highest bit set, and the exception code."""
        return bytes((self.function | EXCEPTION_BIT, self.code))

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """The refusal in a PDU; raises ReplyError when it has not exactly one byte of code."""
        if len(pdu) != 2 or pdu[0] < EXCEPTION_BIT:
            raise reply_error(pdu[0] if pdu else 0, "an exception and its one byte of code", pdu)
        return cls(pdu[0] & ~EXCEPTION_BIT, pdu[1])

    def __str__(self) -> str:
        return f"{function_name(self.function)} refused: {exception_name(self.code)} ({self.code})"


class RawResponse(Response):
    """The answer to a raw request: ``data`` is what follows the function code, 0-252 bytes."""

    __slots__ = ("data", "function")
    __match_args__ = ("function", "data")

    def __init__(self, function: int, data: bytes) -> None:
        check_number("function code", function, 0, 255)
        check_data(data, 0, MAX_PDU - 1)
        self.function = function
        self.data = data

    def encode(self) -> bytes:
        """Function code and data."""
        return bytes((self.function,)) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Any PDU of 1-253 bytes; raises ReplyError."""
        if not 1 <= len(pdu) <= MAX_PDU:
            raise reply_error(pdu[0] if pdu else 0, f"1-{MAX_PDU} bytes", pdu)
        return cls(pdu[0], pdu[1:])


class LongResponse(RawResponse):
    """The answer of a maker's own function that is longer than the specification allows (``protocol.long_frames``)."""

    __slots__ = ()

    def __init__(self, function: int, data: bytes) -> None:
        check_number("function code", function, 0, 255)
        check_data(data, 0, MAX_LONG_PDU - 1)
        self.function = function
        self.data = data


class RawRequest(Request[RawResponse]):
    """A request of any function code (0-255) with 0-252 bytes of data, passed on as it is.

    It counts as a write, since nobody knows what it does.
    """

    __slots__ = ("data", "function")
    __match_args__ = ("function", "data")
    response_type = RawResponse

    def __init__(self, function: int, data: bytes = b"") -> None:
        check_number("function code", function, 0, 255)
        check_data(data, 0, MAX_PDU - 1)
        self.function = function
        self.data = data

    @property
    def writes(self) -> bool:
        """Always True."""
        return True

    def encode(self) -> bytes:
        """Function code and data."""
        return bytes((self.function,)) + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Any PDU of 1-253 bytes; raises IllegalDataValueError."""
        if not 1 <= len(pdu) <= MAX_PDU:
            raise illegal_value(pdu[0] if pdu else 0, f"a PDU has 1-{MAX_PDU} bytes", pdu)
        return cls(pdu[0], pdu[1:])

    def decode_response(self, pdu: bytes) -> RawResponse:
        """Any data under the same function code; a request of code 128-255 knows no exception of its own."""
        if not pdu or pdu[0] != self.function:
            raise refusal(self.function, f"function {self.function}", pdu)
        if MAX_PDU < len(pdu) <= MAX_LONG_PDU:  # the framing let it pass by exception
            return LongResponse(pdu[0], pdu[1:])
        return RawResponse.decode(pdu)


class LongRequest(RawRequest):
    """A request of a maker's own function that is longer than the specification allows (``protocol.long_frames``)."""

    __slots__ = ()

    def __init__(self, function: int, data: bytes = b"") -> None:
        check_number("function code", function, 0, 255)
        check_data(data, 0, MAX_LONG_PDU - 1)
        self.function = function
        self.data = data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """A PDU of 254-293 bytes; raises IllegalDataValueError."""
        if not MAX_PDU < len(pdu) <= MAX_LONG_PDU:
            raise illegal_value(
                pdu[0] if pdu else 0, f"a long PDU has {MAX_PDU + 1}-{MAX_LONG_PDU} bytes", pdu
            )
        return cls(pdu[0], pdu[1:])


def check_number(name: str, value: int, low: int, high: int) -> None:
    """Raises UsageError unless value is an integer from low to high."""
    if not isinstance(value, int) or not low <= value <= high:
        raise UsageError(f"{name} must be an integer of {low}-{high}, got {value!r}")


def check_span(address: int, quantity: int, most: int) -> None:
    """Raises UsageError unless 1-most items from address (0-65535) lie within the address space."""
    if not (
        address.__class__ is int is quantity.__class__
        and address >= 0
        and 0 < quantity <= most
        and address + quantity <= ADDRESS_SPACE
    ):
        check_number("address", address, 0, ADDRESS_SPACE - 1)
        check_number("quantity", quantity, 1, most)
        if address + quantity > ADDRESS_SPACE:
            raise UsageError(f"{quantity} from address {address} end behind the last address, 65535")


def check_data(data: bytes, least: int, most: int) -> None:
    """Raises UsageError unless data is bytes of that length."""
    if not isinstance(data, bytes) or not least <= len(data) <= most:
        got = f"{len(data)} bytes" if isinstance(data, bytes) else repr(data)
        raise UsageError(f"data must be {least}-{most} bytes, got {got}")


def check_words(data: bytes, most: int, least: int = 1) -> None:
    """Raises UsageError unless data is bytes of least-most whole registers."""
    check_data(data, 2 * least, 2 * most)
    if len(data) % 2:
        raise UsageError(f"registers are 2 bytes each, got {len(data)} bytes")


def hex_of(data: bytes) -> str:
    """Bytes as spaced hex, cut behind the first 32."""
    if not data:
        return "nothing"
    return data.hex(" ") if len(data) <= 32 else f"{data[:32].hex(' ')} ... ({len(data)} bytes)"


def illegal_value(function: int, why: str, pdu: bytes) -> IllegalDataValueError:
    """The refusal of a request whose structure or quantity is wrong."""
    return IllegalDataValueError(function, message=f"{function_name(function)}: {why}: {hex_of(pdu)}")


def illegal_address(function: int, why: str, pdu: bytes) -> IllegalDataAddressError:
    """The refusal of a request that leaves the address space."""
    return IllegalDataAddressError(function, message=f"{function_name(function)}: {why}: {hex_of(pdu)}")


def reply_error(function: int, expected: str, pdu: bytes) -> ReplyError:
    """The error for a reply that is not what was expected."""
    other = bool(pdu) and pdu[0] & ~EXCEPTION_BIT != function & ~EXCEPTION_BIT
    got = f"function {pdu[0]}, {hex_of(pdu)}" if other else hex_of(pdu)
    return ReplyError(f"reply to {function_name(function)}: expected {expected}, got {got}")


def refusal(function: int, expected: str, pdu: bytes) -> Port502Error:
    """The error for a PDU that is not the wanted reply: the device's own when it is its exception."""
    if len(pdu) == 2 and pdu[0] == function | EXCEPTION_BIT != function:
        return device_error(function, pdu[1])
    return reply_error(function, expected, pdu)
