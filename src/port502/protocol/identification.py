"""Encapsulated interfaces: CANopen and device identification, functions 43/13 and 43/14.

Application Protocol V1.1b3, clauses 6.19-6.21.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from port502.errors import IllegalFunctionError, UsageError
from port502.protocol.codes import (
    ENCAPSULATED_INTERFACE,
    MAX_PDU,
    MEI_CANOPEN,
    MEI_DEVICE_IDENTIFICATION,
    READ_BASIC,
    READ_INDIVIDUAL,
)
from port502.protocol.message import Request, Response, check_data, check_number, illegal_value, reply_error

_CANOPEN_HEAD = bytes((ENCAPSULATED_INTERFACE, MEI_CANOPEN))
_IDENTIFICATION_HEAD = bytes((ENCAPSULATED_INTERFACE, MEI_DEVICE_IDENTIFICATION))
_HEAD_SIZE = 7
_MORE = {0x00: False, 0xFF: True}


class CanopenResponse(Response):
    """What a CANopen device answers, 1-251 bytes (clause 6.20)."""

    __slots__ = ("data",)
    __match_args__ = ("data",)
    function = ENCAPSULATED_INTERFACE

    def __init__(self, data: bytes) -> None:
        check_data(data, 1, MAX_PDU - 2)
        self.data = data

    def encode(self) -> bytes:
        """Function code, MEI type 13, data."""
        return _CANOPEN_HEAD + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError."""
        if not 3 <= len(pdu) <= MAX_PDU or pdu[:2] != _CANOPEN_HEAD:
            raise reply_error(ENCAPSULATED_INTERFACE, "MEI type 13 and its data", pdu)
        return cls(pdu[2:])


class CanopenRequest(Request[CanopenResponse]):
    """Function 43/13: a CANopen general reference request of 1-251 bytes, as it is (clause 6.20)."""

    __slots__ = ("data",)
    __match_args__ = ("data",)
    function = ENCAPSULATED_INTERFACE
    response_type = CanopenResponse
    writes = True

    def __init__(self, data: bytes) -> None:
        check_data(data, 1, MAX_PDU - 2)
        self.data = data

    def encode(self) -> bytes:
        """Function code, MEI type 13, data."""
        return _CANOPEN_HEAD + self.data

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError."""
        if not 3 <= len(pdu) <= MAX_PDU:
            raise illegal_value(ENCAPSULATED_INTERFACE, f"CANopen data is 1-{MAX_PDU - 2} bytes", pdu)
        return cls(pdu[2:])


class ReadDeviceIdentificationResponse(Response):
    """Identification objects by their id, and where to go on when not all of them fitted (clause 6.21).

    ``conformity`` is 1, 2 or 3 for basic, regular, extended, plus 0x80 when single objects can be read.
    """

    __slots__ = ("conformity", "more_follows", "next_object_id", "objects", "read_code")
    __match_args__ = ("read_code", "conformity", "more_follows", "next_object_id", "objects")
    function = ENCAPSULATED_INTERFACE

    def __init__(
        self,
        read_code: int,
        conformity: int,
        more_follows: bool,
        next_object_id: int,
        objects: Mapping[int, bytes],
    ) -> None:
        check_number("read code", read_code, READ_BASIC, READ_INDIVIDUAL)
        check_number("conformity", conformity, 0, 0xFF)
        check_number("next object id", next_object_id, 0, 0xFF)
        for object_id, value in objects.items():
            check_number("object id", object_id, 0, 0xFF)
            check_data(value, 0, MAX_PDU - _HEAD_SIZE - 2)
        size = _HEAD_SIZE + sum(len(value) + 2 for value in objects.values())
        if size > MAX_PDU:
            raise UsageError(f"these objects need {size} bytes, more than the {MAX_PDU} of one message")
        self.read_code = read_code
        self.conformity = conformity
        self.more_follows = more_follows
        self.next_object_id = next_object_id
        self.objects = dict(objects)

    def encode(self) -> bytes:
        """Function code, MEI type 14, read code, conformity, more follows, next object, number, objects."""
        more = 0xFF if self.more_follows else 0
        head = (self.read_code, self.conformity, more, self.next_object_id, len(self.objects))
        objects = [bytes((number, len(value))) + value for number, value in self.objects.items()]
        return _IDENTIFICATION_HEAD + bytes(head) + b"".join(objects)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises ReplyError unless the objects fill the PDU exactly, each once."""
        if not _HEAD_SIZE <= len(pdu) <= MAX_PDU or pdu[:2] != _IDENTIFICATION_HEAD:
            raise reply_error(ENCAPSULATED_INTERFACE, "MEI type 14 and its head of 7 bytes", pdu)
        read_code, conformity, more, next_object_id, count = pdu[2:_HEAD_SIZE]
        if more not in _MORE or not READ_BASIC <= read_code <= READ_INDIVIDUAL:
            raise reply_error(ENCAPSULATED_INTERFACE, "read code 1-4, and 00 or FF for more follows", pdu)
        objects: dict[int, bytes] = {}
        start = _HEAD_SIZE
        while start + 2 <= len(pdu):
            stop = start + 2 + pdu[start + 1]
            objects[pdu[start]] = pdu[start + 2 : stop]
            start = stop
        if start != len(pdu) or len(objects) != count:
            raise reply_error(ENCAPSULATED_INTERFACE, f"{count} different objects that fill the message", pdu)
        return cls(read_code, conformity, _MORE[more], next_object_id, objects)


class ReadDeviceIdentificationRequest(Request[ReadDeviceIdentificationResponse]):
    """Function 43/14: reads identification objects (clause 6.21).

    ``read_code`` 1 basic, 2 regular, 3 extended, each a stream from ``object_id`` (0-255) on, 4 one object.
    """

    __slots__ = ("object_id", "read_code")
    __match_args__ = ("read_code", "object_id")
    function = ENCAPSULATED_INTERFACE
    response_type = ReadDeviceIdentificationResponse

    def __init__(self, read_code: int = READ_BASIC, object_id: int = 0) -> None:
        check_number("read code", read_code, READ_BASIC, READ_INDIVIDUAL)
        check_number("object id", object_id, 0, 0xFF)
        self.read_code = read_code
        self.object_id = object_id

    def encode(self) -> bytes:
        """Function code, MEI type 14, read code, object id."""
        return _IDENTIFICATION_HEAD + bytes((self.read_code, self.object_id))

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError."""
        if len(pdu) != 4:
            raise illegal_value(ENCAPSULATED_INTERFACE, "read code and object id are 2 bytes", pdu)
        if not READ_BASIC <= pdu[2] <= READ_INDIVIDUAL:
            raise illegal_value(ENCAPSULATED_INTERFACE, f"read code {pdu[2]} is not 1-4", pdu)
        return cls(pdu[2], pdu[3])

    def _differs(self, response: Response) -> str | None:
        assert isinstance(response, ReadDeviceIdentificationResponse)
        if response.read_code != self.read_code:
            return f"read code {self.read_code}"
        if self.read_code == READ_INDIVIDUAL and list(response.objects) != [self.object_id]:
            return f"object {self.object_id} and no other"
        return None


def decode_encapsulated(pdu: bytes) -> CanopenRequest | ReadDeviceIdentificationRequest:
    """The request of function 43, by its MEI type.

    Raises IllegalDataValueError when the type is missing, IllegalFunctionError when it is neither 13 nor 14.
    """
    if len(pdu) < 2:
        raise illegal_value(ENCAPSULATED_INTERFACE, "the MEI type is missing", pdu)
    if pdu[1] == MEI_DEVICE_IDENTIFICATION:
        return ReadDeviceIdentificationRequest.decode(pdu)
    if pdu[1] == MEI_CANOPEN:
        return CanopenRequest.decode(pdu)
    raise IllegalFunctionError(ENCAPSULATED_INTERFACE, message=f"no encapsulated interface of type {pdu[1]}")
