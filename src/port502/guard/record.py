"""One line of the audit log: who did what, where, with which values, by which rule, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from port502.protocol.codes import exception_name
from port502.service.access import plain_host
from port502.service.call import Session

WRITE = "write"
REFUSED = "refused"
WOULD_REFUSE = "would refuse"
REPEATED = "repeated"
MALFORMED = "malformed"
FINDING = "finding"
LOCKED = "locked"
UNLOCKED = "unlocked"
POLICY = "policy"
CONNECTION = "connection"
UNEXPECTED_CLIENT = "unexpected client"
NEW_WRITE = "new write"
LOGIN_FAILED = "login failed"
SITE_FILE = "site file"

MOST_TEXT = 500
_MOST_VALUES = 125


@dataclass(slots=True, kw_only=True)
class Record:
    """What is written down; fields with nothing to say are left out.

    ``time`` is RFC 3339 in UTC. ``before`` and ``after`` are raw registers, coils as a text of 0 and 1.
    ``exception`` is what the client was answered, ``count`` how often something happened that is not written down
    each time. ``severity`` is that of a finding, low to critical.
    """

    event: str
    time: str = ""
    listener: str = ""
    client: str = ""
    port: int | None = None
    transport: str = ""
    role: str | None = None
    fingerprint: str = ""
    subject: str = ""
    unit: int | None = None
    function: int | None = None
    operation: str = ""
    table: str = ""
    address: int | None = None
    quantity: int | None = None
    file: int | None = None
    before: Sequence[int] | str | None = None
    after: Sequence[int] | str | None = None
    pdu: str = ""
    action: str = ""
    exception: int | None = None
    rule: str = ""
    severity: str = ""
    reason: str = ""
    cause: str = ""
    outcome: str = ""
    latency_ms: float | None = None
    count: int | None = None
    since: str = ""

    def fields(self) -> dict[str, Any]:
        """The record as it is written."""
        said: dict[str, Any] = {}
        for name in _NAMES:
            value = getattr(self, name)
            if value is None or value == "":
                continue
            said[name] = value[:MOST_TEXT] if isinstance(value, str) else value
            if name == "exception":
                said["exception_name"] = exception_name(value)
        return said

    def about(self, session: Session) -> Record:
        """The same record, with who it is about."""
        self.listener = session.listener
        self.client = plain_host(session.host)
        self.port = session.port or None
        self.transport = session.transport
        self.role = session.role
        self.fingerprint = session.fingerprint
        self.subject = session.subject
        return self


_NAMES = tuple(field.name for field in fields(Record))


def values_text(values: Sequence[int] | None, *, bits: bool) -> Sequence[int] | str | None:
    """Values as they are written down: registers as numbers, coils as a text of 0 and 1."""
    if values is None:
        return None
    if bits:
        return "".join("1" if value else "0" for value in values)
    return list(values[:_MOST_VALUES])
