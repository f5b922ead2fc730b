"""How audit records are kept and handed on, and how a guard treats its device."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from port502 import __version__
from port502.guard.audit import KEEP, MAX_BYTES, AuditLog
from port502.guard.auditor import Auditor, WhenFull
from port502.guard.export import cef, syslog
from port502.transport.datagrams import Datagrams


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Where audit records go: a file (None: nowhere) in pieces of ``max_bytes``, ``keep`` of them, and a syslog server.

    ``key`` makes the chain of hashes one that only its owner can continue. ``syslog`` is host and port of a UDP
    receiver, ``format`` what stands in its messages: ``json`` or ``cef``.
    """

    path: Path | None = None
    max_bytes: int = MAX_BYTES
    keep: int = KEEP
    key: bytes = b""
    when_full: WhenFull = WhenFull.GO_ON
    syslog: tuple[str, int] | None = None
    format: str = "json"

    def auditor(self) -> Auditor:
        """An auditor that does so; raises ConfigError and UsageError where it cannot."""
        file = None
        if self.path is not None:
            file = AuditLog(self.path, max_bytes=self.max_bytes, keep=self.keep, key=self.key)
        if self.syslog is None:
            return Auditor(file, when_full=self.when_full)
        datagrams = Datagrams(*self.syslog)
        tell = told_by(datagrams, self.format)
        return Auditor(file, (tell,), closing=(datagrams.close,), when_full=self.when_full)


def told_by(datagrams: Datagrams, form: str) -> Callable[[dict[str, Any]], None]:
    """What sends each record to a syslog server."""
    host, process = socket.gethostname(), os.getpid()

    def tell(said: dict[str, Any]) -> None:
        message = cef(said, __version__) if form == "cef" else None
        datagrams.send(syslog(said, host, process, message))

    return tell


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """How a guard asks its device; times in seconds.

    ``window`` requests may be on their way to it at one time (many devices take one only), ``pending`` may wait in all,
    a reply is awaited ``timeout``, and a request gets at most ``age`` old.
    """

    window: int = 1
    timeout: float = 1.0
    age: float = 10.0
    pending: int = 256
    connect_timeout: float = 3.0
