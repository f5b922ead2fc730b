"""Decrypts the records of one direction, with the ciphers of the package cryptography (extra ``tls``)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Protocol

from port502.errors import UsageError
from port502.traffic.tls.keys import Keys
from port502.traffic.tls.records import APPLICATION, Record
from port502.traffic.tls.suites import MAC_SIZES, Suite

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

_BLOCK = 16
_EXPLICIT = 8


class Cipher(Protocol):
    """One direction's decryption, record after record."""

    def open(self, record: Record) -> tuple[int, bytes] | None:
        """Content type and plain bytes of the next record; None where its checksum is wrong."""


def require() -> None:
    """Raises UsageError where the package is missing."""
    try:
        import cryptography  # noqa: F401 (only whether it is there)
    except ImportError:
        raise UsageError("reading TLS needs cryptography: pip install 'port502[tls]'") from None


def cipher_of(suite: Suite, keys: Keys, *, tls13: bool, encrypt_then_mac: bool = False) -> Cipher:
    """The decryption that a suite asks for."""
    if suite.mode == "cbc":
        return CbcCipher(suite, keys, encrypt_then_mac=encrypt_then_mac)
    return AeadCipher(suite, keys, tls13=tls13)


class AeadCipher:
    """AES-GCM, AES-CCM and ChaCha20-Poly1305 (RFC 8446 clause 5.2, RFC 5288, RFC 7905)."""

    def __init__(self, suite: Suite, keys: Keys, *, tls13: bool) -> None:
        self._aead = _aead(suite, keys.key)
        self._iv = keys.iv
        self._tag = suite.tag
        self._tls13 = tls13
        self._explicit = not tls13 and suite.mode != "chacha"
        self._count = 0

    def open(self, record: Record) -> tuple[int, bytes] | None:
        """Content type and plain bytes of the next record; None where its checksum is wrong."""
        from cryptography.exceptions import InvalidTag

        body = record.body
        number = self._count.to_bytes(8, "big")
        if self._explicit:
            nonce, body = self._iv + body[:_EXPLICIT], body[_EXPLICIT:]
        else:
            mask = int.from_bytes(self._iv, "big") ^ self._count
            nonce = mask.to_bytes(len(self._iv), "big")
        if len(body) < self._tag or len(nonce) != 12:
            return None
        head = bytes((record.kind,)) + record.version.to_bytes(2, "big")
        if self._tls13:
            associated = head + len(record.body).to_bytes(2, "big")
        else:
            associated = number + head + (len(body) - self._tag).to_bytes(2, "big")
        try:
            plain = self._aead.decrypt(nonce, body, associated)
        except InvalidTag:
            return None
        self._count += 1
        if not self._tls13:
            return record.kind, plain
        plain = plain.rstrip(b"\0")
        return (plain[-1], plain[:-1]) if plain else (APPLICATION, b"")


class CbcCipher:
    """AES-CBC with HMAC, the checksum inside or (RFC 7366) over what is encrypted."""

    def __init__(self, suite: Suite, keys: Keys, *, encrypt_then_mac: bool) -> None:
        self._key = keys.key
        self._mac_key = keys.mac
        self._mac = suite.mac
        self._mac_size = MAC_SIZES[suite.mac]
        self._outside = encrypt_then_mac
        self._count = 0

    def open(self, record: Record) -> tuple[int, bytes] | None:
        """Content type and plain bytes of the next record; None where its checksum is wrong."""
        body, told = record.body, b""
        if self._outside:
            body, told = body[: -self._mac_size], body[-self._mac_size :]
            if not self._is_right(record, body, told):
                return None
        if len(body) < 2 * _BLOCK or len(body) % _BLOCK:
            return None
        plain = self._decrypted(body[:_BLOCK], body[_BLOCK:])
        padding = plain[-1] + 1
        if padding > len(plain):
            return None
        plain = plain[:-padding]
        if not self._outside:
            plain, told = plain[: -self._mac_size], plain[-self._mac_size :]
            if not self._is_right(record, plain, told):
                return None
        self._count += 1
        return record.kind, plain

    def _is_right(self, record: Record, data: bytes, told: bytes) -> bool:
        head = self._count.to_bytes(8, "big") + bytes((record.kind,)) + record.version.to_bytes(2, "big")
        made = hmac.digest(self._mac_key, head + len(data).to_bytes(2, "big") + data, self._mac)
        return hmac.compare_digest(made, told)

    def _decrypted(self, iv: bytes, body: bytes) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
        from cryptography.hazmat.primitives.ciphers import algorithms, modes

        decryptor = BlockCipher(algorithms.AES(self._key), modes.CBC(iv)).decryptor()
        plain: bytes = decryptor.update(body) + decryptor.finalize()
        return plain


def _aead(suite: Suite, key: bytes) -> AESGCM | AESCCM | ChaCha20Poly1305:
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

    if suite.mode == "ccm":
        return AESCCM(key, suite.tag)
    return AESGCM(key) if suite.mode == "gcm" else ChaCha20Poly1305(key)
