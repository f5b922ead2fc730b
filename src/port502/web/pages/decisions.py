"""What gates decided and saw, in words: one line for each record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from port502.guard.recall import Recalled
from port502.guard.record import (
    CONNECTION,
    FINDING,
    LOCKED,
    LOGIN_FAILED,
    MALFORMED,
    NEW_WRITE,
    POLICY,
    REFUSED,
    REPEATED,
    SITE_FILE,
    UNEXPECTED_CLIENT,
    UNLOCKED,
    WOULD_REFUSE,
    WRITE,
    Record,
)
from port502.protocol.codes import exception_name, function_name
from port502.web.pages.rows import Cell
from port502.web.pages.words import Mark

FRESH = 3600.0
"""Seconds for which something is coloured."""

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("everything", ()),
    "refusals": ("refusals", (REFUSED, WOULD_REFUSE, MALFORMED, REPEATED)),
    "clients": ("clients: unexpected, refused, lost", (UNEXPECTED_CLIENT, CONNECTION)),
    "logins": ("logins that failed", (LOGIN_FAILED,)),
    "writes": ("writes: new ones, and the dashboard's", (NEW_WRITE, WRITE)),
    "locks": ("locks, policies, the site file", (LOCKED, UNLOCKED, POLICY, SITE_FILE)),
}
"""What can be chosen, in words, and the events that it stands for."""

_MARKS = {
    REFUSED: ("■", "critical"),
    WOULD_REFUSE: ("◆", "medium"),
    MALFORMED: ("◆", "medium"),
    REPEATED: ("◆", "medium"),
    UNEXPECTED_CLIENT: ("▲", "high"),
    LOGIN_FAILED: ("◆", "medium"),
    CONNECTION: ("◆", "medium"),
    NEW_WRITE: ("▼", "low"),
    LOCKED: ("■", "critical"),
}


def moment_of(record: Record) -> float:
    """When it was, in Unix seconds."""
    return datetime.fromisoformat(record.time).timestamp()


def mark_of(record: Record, now: float) -> Mark:
    """What it is; coloured while it is fresh."""
    shape, tone = _MARKS.get(record.event, ("●", ""))
    word = record.event
    if record.event == WRITE and record.outcome not in ("done", "written"):
        shape, word, tone = "■", "write failed", "critical"
    return Mark(shape, word, tone if now - moment_of(record) < FRESH else "")


def who(record: Record) -> str:
    """Who it was about: an address, and how it called itself."""
    more = record.subject or (f"role {record.role}" if record.role else "")
    if record.event in (LOCKED, UNLOCKED):
        return record.cause
    return f"{record.client} ({more})" if more and record.client else record.client or more


def what(record: Record) -> str:
    """What happened, and why, in a line."""
    operation = _operation(record)
    parts = [operation] if operation else []
    if record.table and record.address is not None:
        many = f"*{record.quantity}" if record.quantity and record.quantity > 1 else ""
        parts.append(f"{record.table}:{record.address}{many}")
    if record.after is not None:
        values = record.after if isinstance(record.after, str) else " ".join(map(str, record.after[:16]))
        parts.append(f"= {values}")
    if record.unit is not None and record.event != FINDING:  # its words tell
        parts.append(f"of unit {record.unit}")
    said = [" ".join(parts)] if parts else []
    if record.count:
        said.append(f"{record.count:,} more times")
    answered = record.exception is not None
    said += [text for text in ("" if answered else record.outcome, record.reason) if text]
    if record.event == CONNECTION and record.cause:
        said.insert(0, record.cause)
    if record.exception is not None:
        said.append(f"answered exception {record.exception}, {exception_name(record.exception)}")
    if record.rule:
        said.append(f"rule {record.rule}")
    return "; ".join(said)


def rows_of(found: Sequence[Recalled], now: float) -> list[tuple[Cell, ...]]:
    """The cells of their lines: when, what kind, at which listeners, who, and what.

    What one order did to several listeners stands in one line.
    """
    rows: list[tuple[Cell, ...]] = []
    for _, several in groupby(found, key=_order):
        alike = list(several)
        rows.append(_row(alike[0], [one.listener for one in reversed(alike)], now))
    return rows


def _order(one: Recalled) -> tuple[object, ...]:
    """What records have in common that come from one order; all others are alone."""
    record = one.record
    return (
        (record.event, record.cause, record.reason) if record.event in (LOCKED, UNLOCKED) else (one.number,)
    )


def _row(one: Recalled, listeners: list[str], now: float) -> tuple[Cell, ...]:
    record = one.record
    moment = record.time[:19].replace("T", " ")
    return moment, mark_of(record, now), ", ".join(listeners), who(record), what(record)


def _operation(record: Record) -> str:
    """The operation in words: its function's name where it is a number; a dashboard's write as it was asked for."""
    code, _, sub_function = record.operation.partition("/")
    if not code.isdigit():
        return f"{record.operation}, as" if record.operation and record.table else record.operation
    return function_name(int(code)) + (f" {sub_function}" if sub_function else "")
