"""From secrets to keys: the PRF of TLS 1.2 (RFC 5246, clause 5) and HKDF of TLS 1.3 (RFC 8446, clause 7.1)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import new as new_hash

from port502.traffic.tls.suites import MAC_SIZES, Suite


@dataclass(frozen=True, slots=True)
class Keys:
    """What one direction is encrypted with."""

    key: bytes
    iv: bytes
    mac: bytes = b""


def keys_of_tls12(
    suite: Suite, master: bytes, client_random: bytes, server_random: bytes
) -> tuple[Keys, Keys]:
    """The keys of client and server from the master secret."""
    mac = MAC_SIZES[suite.mac]
    iv = {"cbc": 0, "chacha": 12}.get(suite.mode, 4)
    block = _prf(
        suite.hash, master, b"key expansion", server_random + client_random, 2 * (mac + suite.key + iv)
    )
    sizes = (mac, mac, suite.key, suite.key, iv, iv)
    parts, at = [], 0
    for size in sizes:
        parts.append(block[at : at + size])
        at += size
    return Keys(parts[2], parts[4], parts[0]), Keys(parts[3], parts[5], parts[1])


def keys_of_tls13(suite: Suite, secret: bytes) -> Keys:
    """The keys of a direction from its traffic secret."""
    return Keys(_expand(suite.hash, secret, b"key", suite.key), _expand(suite.hash, secret, b"iv", 12))


def next_secret(suite: Suite, secret: bytes) -> bytes:
    """The traffic secret after a key update."""
    return _expand(suite.hash, secret, b"traffic upd", new_hash(suite.hash).digest_size)


def _prf(name: str, secret: bytes, label: bytes, seed: bytes, size: int) -> bytes:
    seed = label + seed
    chain, made = seed, b""
    while len(made) < size:
        chain = hmac.digest(secret, chain, name)
        made += hmac.digest(secret, chain + seed, name)
    return made[:size]


def _expand(name: str, secret: bytes, label: bytes, size: int) -> bytes:
    label = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes((len(label),)) + label + b"\0"
    made, block, count = b"", b"", 1
    while len(made) < size:
        block = hmac.digest(secret, block + info + bytes((count,)), name)
        made += block
        count += 1
    return made[:size]
