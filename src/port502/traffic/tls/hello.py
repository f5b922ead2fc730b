"""The hellos of a TLS handshake: the randoms, and what server and client settled on (RFC 8446, clause 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CLIENT_HELLO, SERVER_HELLO, FINISHED, KEY_UPDATE = 1, 2, 20, 24
TLS_1_2, TLS_1_3 = 0x0303, 0x0304
_ENCRYPT_THEN_MAC, _VERSIONS = 22, 43
_RETRY: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What the server chose: version, cipher suite, and whether the checksum covers the encrypted bytes."""

    random: bytes
    version: int
    suite: int
    encrypt_then_mac: bool

    @property
    def asks_again(self) -> bool:
        """Whether it is no hello yet but wants another one from the client."""
        return self.random == _RETRY


def client_random(body: bytes) -> bytes | None:
    """The random of a client's hello; None where it is cut."""
    return body[2:34] if len(body) >= 34 else None


def server_hello(body: bytes) -> ServerHello | None:
    """A server's hello; None where it is cut."""
    if len(body) < 35:
        return None
    at = 35 + body[34]
    if len(body) < at + 3:
        return None
    version, suite = body[0] << 8 | body[1], body[at] << 8 | body[at + 1]
    encrypt_then_mac = False
    at += 5
    while len(body) >= at + 4:
        kind, size = body[at] << 8 | body[at + 1], body[at + 2] << 8 | body[at + 3]
        value = body[at + 4 : at + 4 + size]
        if kind == _VERSIONS and len(value) == 2:
            version = value[0] << 8 | value[1]
        encrypt_then_mac = encrypt_then_mac or kind == _ENCRYPT_THEN_MAC
        at += 4 + size
    return ServerHello(body[2:34], version, suite, encrypt_then_mac)
