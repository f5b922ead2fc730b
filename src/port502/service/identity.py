"""Who a device says it is: identification objects (43/14) and the server id (17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from port502.errors import IllegalDataAddressError, UsageError
from port502.protocol.codes import (
    ENCAPSULATED_INTERFACE,
    MAX_PDU,
    READ_BASIC,
    READ_EXTENDED,
    READ_INDIVIDUAL,
    READ_REGULAR,
)
from port502.protocol.identification import ReadDeviceIdentificationRequest, ReadDeviceIdentificationResponse

_ROOM = MAX_PDU - 7
"""What is left for objects behind function, MEI type, read code, conformity, more, next and count."""

_SERVER_ROOM = MAX_PDU - 3
"""What is left for server id and additional data behind function, byte count and run indicator."""

_OBJECT_HEAD = 2
_LAST_OBJECT = {READ_BASIC: 0x02, READ_REGULAR: 0x7F, READ_EXTENDED: 0xFF}
_FIRST_EXTENDED = 0x80
_INDIVIDUAL_TOO = 0x80


@dataclass(frozen=True, slots=True)
class Identity:
    """The identification objects of a device (Application Protocol V1.1b3, clause 6.21).

    ``vendor``, ``product`` (code) and ``revision`` are the basic objects, always there; ``url``,
    ``product_name``, ``model`` and ``application`` the regular ones, there when not empty; ``extended`` holds
    bytes by object id 0x80-0xFF. ``server_id`` and ``additional`` are the device-specific parts of the answer
    to function 17; ``additional`` is the basic objects' text when left None. Raises UsageError for an object
    that no response can carry (more than 244 bytes).
    """

    vendor: str = "port502"
    product: str = "device"
    revision: str = "1.0"
    url: str = ""
    product_name: str = ""
    model: str = ""
    application: str = ""
    extended: Mapping[int, bytes] = field(default_factory=dict)
    server_id: bytes = b"\x01"
    additional: bytes | None = None

    def __post_init__(self) -> None:
        for number, value in self.objects().items():
            if len(value) > _ROOM - _OBJECT_HEAD:
                raise UsageError(
                    f"identification object {number:#04x} has {len(value)} bytes, a response holds"
                    f" {_ROOM - _OBJECT_HEAD}"
                )
        for number in self.extended:
            if not _FIRST_EXTENDED <= number <= 0xFF:
                raise UsageError(f"extended identification objects are 0x80-0xFF, got {number:#04x}")
        if len(self.server_id) + len(self.additional or b"") > _SERVER_ROOM:
            raise UsageError(f"server id and additional data do not fit a response ({_SERVER_ROOM} bytes)")

    def objects(self) -> dict[int, bytes]:
        """Every object's bytes by its id, in order of id."""
        basic = [self.vendor, self.product, self.revision]
        regular = [self.url, self.product_name, self.model, self.application]
        found = {number: text.encode() for number, text in enumerate(basic)}
        found |= {number: text.encode() for number, text in enumerate(regular, len(basic)) if text}
        return found | dict(sorted(self.extended.items()))

    @property
    def conformity(self) -> int:
        """The conformity level: the highest category with objects, with individual access (0x81-0x83)."""
        highest = max(self.objects())
        return _INDIVIDUAL_TOO | next(code for code, last in _LAST_OBJECT.items() if highest <= last)

    def server_text(self) -> bytes:
        """The additional data of function 17."""
        if self.additional is not None:
            return self.additional
        text = " ".join(part for part in (self.vendor, self.product, self.revision) if part)
        return text.encode()[: _SERVER_ROOM - len(self.server_id)]

    def server_id_data(self, *, running: bool) -> bytes:
        """Server id, run indicator (FF or 00) and additional data, as function 17 answers."""
        return self.server_id + (b"\xff" if running else b"\x00") + self.server_text()


def identify(
    identity: Identity, request: ReadDeviceIdentificationRequest
) -> ReadDeviceIdentificationResponse:
    """The answer to 43/14: a stream of one category's objects from an id on, or a single object.

    A stream whose first object is unknown starts at the category's beginning; what does not fit one response
    follows when the client asks on. Raises IllegalDataAddressError for a single object that does not exist.
    """
    code, wanted = request.read_code, request.object_id
    objects = identity.objects()
    if code == READ_INDIVIDUAL:
        if wanted not in objects:
            raise IllegalDataAddressError(ENCAPSULATED_INTERFACE)
        only = {wanted: objects[wanted]}
        return ReadDeviceIdentificationResponse(code, identity.conformity, False, 0, only)
    category = [number for number in objects if number <= _LAST_OBJECT[code]]
    first = category.index(wanted) if wanted in category else 0
    room = _ROOM
    page: dict[int, bytes] = {}
    for number in category[first:]:
        room -= _OBJECT_HEAD + len(objects[number])
        if room < 0:
            return ReadDeviceIdentificationResponse(code, identity.conformity, True, number, page)
        page[number] = objects[number]
    return ReadDeviceIdentificationResponse(code, identity.conformity, False, 0, page)
