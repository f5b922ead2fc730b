"""What functions 1 to 4 have in common: they read a quantity of items from an address, and change nothing.

Application Protocol V1.1b3, clauses 6.1-6.4. Nearly everything that is ever asked is one of these.
"""

from __future__ import annotations

from struct import Struct
from typing import ClassVar, Self, TypeVar

from port502.protocol.codes import ADDRESS_SPACE
from port502.protocol.message import Request, Response, check_span, illegal_address, illegal_value

READ_PDU = Struct(">BHH")
"""Function code, address, quantity."""

R_co = TypeVar("R_co", bound=Response, covariant=True)

_new = object.__new__


class PlainRead(Request[R_co]):
    """Reads 1 to ``most`` items from an address."""

    __slots__ = ("address", "quantity")
    __match_args__ = ("address", "quantity")
    most: ClassVar[int]
    writes = False

    def __init__(self, address: int, quantity: int) -> None:
        if not (
            address.__class__ is int is quantity.__class__
            and address >= 0
            and 0 < quantity <= self.most
            and address + quantity <= ADDRESS_SPACE
        ):
            check_span(address, quantity, self.most)
        self.address = address
        self.quantity = quantity

    def encode(self) -> bytes:
        """Function code, address, quantity."""
        return READ_PDU.pack(self.function, self.address, self.quantity)

    @classmethod
    def decode(cls, pdu: bytes) -> Self:
        """Raises IllegalDataValueError, then IllegalDataAddressError."""
        if len(pdu) != 5:
            raise illegal_value(cls.function, "address and quantity are 4 bytes", pdu)
        function, address, quantity = READ_PDU.unpack(pdu)
        if not 1 <= quantity <= cls.most:
            raise illegal_value(function, f"quantity {quantity} is not 1-{cls.most}", pdu)
        if address + quantity > ADDRESS_SPACE:
            raise illegal_address(function, "the span ends behind 65535", pdu)
        request = _new(cls)
        request.address = address
        request.quantity = quantity
        return request
