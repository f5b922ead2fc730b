"""The files of tls:// as commands are given them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from port502.transport.tls import tls_of

if TYPE_CHECKING:
    from port502.transport.tls import Tls

KEY_ENDING = ".key"


@dataclass(frozen=True, slots=True)
class Secure:
    """The options about TLS; the key stands beside its certificate unless another is named."""

    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None
    crl: Path | None = None
    name: str | None = None

    def arguments(self) -> dict[str, Any]:
        """What is given, as arguments of a client or a server."""
        key = self.key
        if key is None and self.certificate is not None:
            key = self.certificate.with_suffix(KEY_ENDING)
        found = {
            "certificate": self.certificate,
            "key": key,
            "authority": self.authority,
            "crl": self.crl,
            "name": self.name,
        }
        return {word: value for word, value in found.items() if value is not None}

    def tls(self, url: str, *, server_side: bool = False) -> Tls | None:
        """What they make on a url; raises UsageError where they do not go with it, or some are missing."""
        files = self.arguments()
        words = ("certificate", "key", "authority", "crl")
        return tls_of(url, None, *map(files.get, words), server_side=server_side, name=self.name)
