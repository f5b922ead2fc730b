"""Network addresses in registers, as people write them."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv6Address

from port502.errors import UsageError
from port502.registers.sunspec.kinds import Kind
from port502.registers.values import NotAvailableError, shown


def address_text(kind: Kind, data: bytes) -> str:
    """An IPv4, IPv6 or Ethernet address; raises NotAvailableError where the device has none."""
    if data == kind.missing:
        raise NotAvailableError
    if kind.name == "ipaddr":
        return str(IPv4Address(data))
    if kind.name == "ipv6addr":
        return str(IPv6Address(data))
    return data[2:].hex(":")


def address_data(kind: Kind, text: str) -> bytes:
    """The register bytes of an address; raises UsageError for a text that is none."""
    try:
        if kind.name == "ipaddr":
            return IPv4Address(text).packed
        if kind.name == "ipv6addr":
            return IPv6Address(text).packed
        data = bytes.fromhex(text.replace(":", ""))
    except (AddressValueError, ValueError, AttributeError):
        raise UsageError(f"{shown(text)} is no address of the kind {kind.name}") from None
    if len(data) != 6:
        raise UsageError(f"an Ethernet address has six bytes, got {shown(text)}")
    return bytes(2) + data
