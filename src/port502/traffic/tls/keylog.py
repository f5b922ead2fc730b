"""Key logs (``SSLKEYLOGFILE``): the secrets of TLS sessions by the random number of their client.

RFC 9850 describes the lines: a label, the client's random and the secret, both in hexadecimal.
"""

from __future__ import annotations

from typing import Final

MASTER: Final = "CLIENT_RANDOM"
"""The master secret of TLS 1.2 and before."""

CLIENT_HANDSHAKE: Final = "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
SERVER_HANDSHAKE: Final = "SERVER_HANDSHAKE_TRAFFIC_SECRET"
CLIENT_TRAFFIC: Final = "CLIENT_TRAFFIC_SECRET_0"
SERVER_TRAFFIC: Final = "SERVER_TRAFFIC_SECRET_0"

_LABELS: Final = frozenset({MASTER, CLIENT_HANDSHAKE, SERVER_HANDSHAKE, CLIENT_TRAFFIC, SERVER_TRAFFIC})
_MOST: Final = 100_000
_RANDOM: Final = 32
_LONGEST_SECRET: Final = 64


class KeyLog:
    """Secrets by client random and label; lines that are none are passed over, and so is what is too much."""

    def __init__(self, text: bytes = b"") -> None:
        self._secrets: dict[bytes, dict[str, bytes]] = {}
        self.add(text)

    def __len__(self) -> int:
        return len(self._secrets)

    def add(self, text: bytes) -> None:
        """More lines."""
        for line in text.splitlines():
            words = line.split()
            if len(words) != 3:
                continue
            label = words[0].decode("ascii", "replace")
            try:
                random, secret = (
                    bytes.fromhex(words[1].decode("ascii")),
                    bytes.fromhex(words[2].decode("ascii")),
                )
            except ValueError:
                continue
            known = label in _LABELS and len(random) == _RANDOM and 0 < len(secret) <= _LONGEST_SECRET
            if known and (random in self._secrets or len(self._secrets) < _MOST):
                self._secrets.setdefault(random, {})[label] = secret

    def secret(self, random: bytes, label: str) -> bytes | None:
        """One secret of the session with this client random, None where it is not known."""
        return self._secrets.get(random, {}).get(label)
