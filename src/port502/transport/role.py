"""The role in a client's certificate (Modbus/TCP Security, R-21 to R-23): read with the standard library alone."""

from __future__ import annotations

from typing import NamedTuple

from port502.transport import der
from port502.transport.certificate import extensions, is_authority

ROLE_OID = "1.3.6.1.4.1.50316.802.1"
"""What the specification calls the role extension: OCTET STRING, in it one UTF8String."""

LONGEST_ROLE = 255
"""Bytes of UTF-8 that a role may have; a longer one is none."""

_ROLE = der.identifier(ROLE_OID)


class Role(NamedTuple):
    """The whole text of the one role, or None for the NULL role; ``fault`` says why one does not count."""

    text: str | None = None
    fault: str = ""


def role_of(certificate: bytes) -> Role:
    """The role in a certificate (DER).

    No extension is the NULL role without a fault (R-23). Whatever is not exactly one UTF8String in shortest DER is
    the NULL role with a fault, for the audit log, and so is the role of an authority. The text is kept as it is:
    nothing is split, trimmed or normalised.
    """
    try:
        all_of_it = extensions(certificate)
        signs_others = is_authority(all_of_it)
    except der.DerError as error:
        return Role(fault=f"the certificate cannot be read: {error}")
    found = [value for identifier, value in all_of_it if identifier == _ROLE]
    if not found:
        return Role()
    if signs_others:
        return Role(fault="the certificate is that of an authority, which has no role")
    if len(found) > 1:
        return Role(fault=f"{len(found)} role extensions; there must be exactly one")
    return _decoded(found[0])


def _decoded(value: bytes) -> Role:
    try:
        text = der.only(value)
    except der.DerError as error:
        return Role(fault=f"the role is no DER: {error}")
    if text.tag != der.UTF8_STRING:
        return Role(fault=f"the role has tag 0x{text.tag:02x}, not that of a UTF8String")
    if not text.content:
        return Role(fault="the role is empty")
    if len(text.content) > LONGEST_ROLE:
        return Role(fault=f"the role has {len(text.content)} bytes, at most {LONGEST_ROLE} are taken")
    try:
        return Role(text.content.decode())
    except UnicodeDecodeError:
        return Role(fault="the role is no UTF-8")
