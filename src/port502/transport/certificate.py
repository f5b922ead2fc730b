"""What stands in certificates and revocation lists (RFC 5280), read with the standard library alone.

Signatures are OpenSSL's business: here files are read to say whose they are and when they end.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from port502.errors import ConfigError
from port502.transport import der

T = TypeVar("T")

LARGEST_FILE = 16 << 20
"""Bytes of a certificate or revocation file that are read at most."""

_PEM = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 ]+)-----\s(?P<body>[A-Za-z0-9+/=\s]*)-----END (?P=label)-----"
)
_EXTENSIONS = 0xA3
_VERSION = 0xA0
_BASIC_CONSTRAINTS = der.identifier("2.5.29.19")
_KEY_USAGE = der.identifier("2.5.29.15")
_EXTENDED_KEY_USAGE = der.identifier("2.5.29.37")
_ALTERNATIVE_NAMES = der.identifier("2.5.29.17")
_NAME_PARTS = {
    der.identifier("2.5.4.3"): "CN",
    der.identifier("2.5.4.6"): "C",
    der.identifier("2.5.4.7"): "L",
    der.identifier("2.5.4.8"): "ST",
    der.identifier("2.5.4.10"): "O",
    der.identifier("2.5.4.11"): "OU",
}
_PURPOSES = {
    der.identifier("1.3.6.1.5.5.7.3.1"): "server",
    der.identifier("1.3.6.1.5.5.7.3.2"): "client",
    der.identifier("2.5.29.37.0"): "any",
}
_KEY_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "certificate_sign",
    "crl_sign",
)
_DNS_NAME, _ADDRESS = 0x82, 0x87


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: whose it is, who signed it, and from when to when it holds (Unix seconds).

    ``names`` are the host names and addresses of a server; ``purposes`` are ``client``, ``server``, ``any`` (None:
    not restricted), ``uses`` what the key may do (None: not restricted).
    """

    subject: str
    issuer: str
    serial: int
    not_before: float
    not_after: float
    names: tuple[str, ...]
    is_authority: bool
    purposes: tuple[str, ...] | None
    uses: tuple[str, ...] | None
    der: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the whole certificate, as 64 hexadecimal digits."""
        return fingerprint(self.der)

    def serves_as(self, purpose: str) -> bool:
        """Whether it may be used as a ``client`` or ``server``."""
        return self.purposes is None or purpose in self.purposes or "any" in self.purposes


@dataclass(frozen=True, slots=True)
class RevocationList:
    """One revocation list: who signed it, when it was made and when the next one is due (Unix seconds)."""

    issuer: str
    made: float
    due: float | None


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a certificate (DER), as 64 hexadecimal digits."""
    return hashlib.sha256(certificate).hexdigest()


def parse_certificate(data: bytes) -> Certificate:
    """The facts of a certificate (DER); raises DerError."""
    fields = _signed(data)
    if fields and fields[0].tag == _VERSION:
        fields = fields[1:]
    if len(fields) < 6:
        raise der.DerError("a certificate without all of its parts")
    serial, _, issuer, validity, subject = fields[:5]
    begin, end = validity.expect(der.SEQUENCE).children()
    found = dict(extensions(data))
    return Certificate(
        subject=_name(subject),
        issuer=_name(issuer),
        serial=int.from_bytes(serial.expect(der.INTEGER).content, "big"),
        not_before=der.time_of(begin),
        not_after=der.time_of(end),
        names=_names(found.get(_ALTERNATIVE_NAMES)),
        is_authority=is_authority(list(found.items())),
        purposes=_purposes(found.get(_EXTENDED_KEY_USAGE)),
        uses=_uses(found.get(_KEY_USAGE)),
        der=data,
    )


def parse_revocation_list(data: bytes) -> RevocationList:
    """The facts of a revocation list (DER); raises DerError."""
    fields = _signed(data)
    if fields and fields[0].tag == der.INTEGER:
        fields = fields[1:]
    if len(fields) < 3:
        raise der.DerError("a revocation list without all of its parts")
    due = fields[3] if len(fields) > 3 and fields[3].tag in (der.UTC_TIME, der.GENERALIZED_TIME) else None
    return RevocationList(_name(fields[1]), der.time_of(fields[2]), None if due is None else der.time_of(due))


def read_certificates(path: str | Path) -> list[Certificate]:
    """All certificates of a PEM file, in order; raises ConfigError if it has none or one is damaged."""
    return [_parsed(path, parse_certificate, data) for data in _blocks(path, b"CERTIFICATE", "certificate")]


def read_revocation_lists(path: str | Path) -> list[RevocationList]:
    """All revocation lists of a PEM file; raises ConfigError if it has none or one is damaged."""
    return [
        _parsed(path, parse_revocation_list, data) for data in _blocks(path, b"X509 CRL", "revocation list")
    ]


def extensions(certificate: bytes) -> list[tuple[bytes, bytes]]:
    """Each extension's object identifier and value (content octets); raises DerError."""
    parts = [part for part in _signed(certificate) if part.tag == _EXTENSIONS]
    if not parts:
        return []
    if len(parts) > 1:
        raise der.DerError("extensions twice")
    return [_extension(one) for one in der.only(parts[0].content).expect(der.SEQUENCE).children()]


def is_authority(found: list[tuple[bytes, bytes]]) -> bool:
    """Whether these are the extensions of a certificate that signs others; raises DerError."""
    for identifier, value in found:
        if identifier == _BASIC_CONSTRAINTS:
            parts = der.only(value).expect(der.SEQUENCE).children()
            return bool(parts) and parts[0].tag == der.BOOLEAN and parts[0].content != b"\0"
    return False


def _signed(data: bytes) -> list[der.Element]:
    """The parts of what a certificate's or a list's signature covers."""
    parts = der.only(data).expect(der.SEQUENCE).children()
    if not parts:
        raise der.DerError("nothing is signed")
    return parts[0].expect(der.SEQUENCE).children()


def _extension(one: der.Element) -> tuple[bytes, bytes]:
    parts = one.expect(der.SEQUENCE).children()
    if not 2 <= len(parts) <= 3:
        raise der.DerError(f"an extension of {len(parts)} parts")
    if len(parts) == 3:
        parts[1].expect(der.BOOLEAN)
    return parts[0].expect(der.OBJECT_IDENTIFIER).content, parts[-1].expect(der.OCTET_STRING).content


def _name(name: der.Element) -> str:
    """A distinguished name in the order in which it stands: ``CN=pump-7, O=Acme``."""
    found = []
    for several in name.expect(der.SEQUENCE).children():
        for one in several.expect(der.SET).children():
            kind, value = one.expect(der.SEQUENCE).children()
            label = _NAME_PARTS.get(kind.content)
            if label is not None:
                found.append(f"{label}={value.content.decode('utf-8', 'replace')}")
    return ", ".join(found)


def _names(value: bytes | None) -> tuple[str, ...]:
    if value is None:
        return ()
    names = []
    for one in der.only(value).expect(der.SEQUENCE).children():
        if one.tag == _DNS_NAME:
            names.append(one.content.decode("ascii", "replace"))
        elif one.tag == _ADDRESS and len(one.content) in (4, 16):
            names.append(str(ip_address(one.content)))
    return tuple(names)


def _purposes(value: bytes | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    kinds = (one.content for one in der.only(value).expect(der.SEQUENCE).children())
    return tuple(_PURPOSES.get(kind, "other") for kind in kinds)


def _uses(value: bytes | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    bits = der.only(value).expect(der.BIT_STRING).content[1:]
    return tuple(
        use
        for place, use in enumerate(_KEY_USES)
        if place < 8 * len(bits) and bits[place // 8] << place % 8 & 0x80
    )


def _blocks(path: str | Path, label: bytes, what: str) -> list[bytes]:
    try:
        with open(path, "rb") as file:
            text = file.read(LARGEST_FILE)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    found = [block["body"] for block in _PEM.finditer(text) if block["label"] == label]
    if not found:
        raise ConfigError(
            f"{path}: no {what} in it; a PEM file with -----BEGIN {label.decode()}----- is wanted"
        )
    try:
        return [base64.b64decode(body) for body in found]
    except ValueError as error:
        raise ConfigError(f"{path}: a damaged {what}: {error}") from error


def _parsed(path: str | Path, parse: Callable[[bytes], T], data: bytes) -> T:
    try:
        return parse(data)
    except (der.DerError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
