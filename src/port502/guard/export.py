"""Audit records in the words of others: syslog (RFC 5424) and CEF, with nothing in them that could pass for more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from port502.guard import record

FACILITY = 13
"""Log audit (RFC 5424, clause 6.2.1)."""

_ALERT, _WARNING, _NOTICE, _INFO = 1, 4, 5, 6
_SEVERITY = {
    record.WRITE: _NOTICE,
    record.REFUSED: _WARNING,
    record.MALFORMED: _WARNING,
    record.REPEATED: _WARNING,
    record.FINDING: _WARNING,
    record.UNEXPECTED_CLIENT: _WARNING,
    record.LOGIN_FAILED: _WARNING,
    record.LOCKED: _ALERT,
    record.UNLOCKED: _ALERT,
}
_OF_FINDING = {"low": _INFO, "medium": _NOTICE, "high": _WARNING, "critical": _ALERT}
_CEF_SEVERITY = {_ALERT: 9, _WARNING: 6, _NOTICE: 3, _INFO: 2}
_CEF_KEYS = {
    "client": "src",
    "port": "spt",
    "listener": "dvchost",
    "role": "spriv",
    "subject": "suser",
    "reason": "reason",
    "action": "act",
    "outcome": "outcome",
    "count": "cnt",
    "rule": "cs1",
    "table": "cs2",
    "fingerprint": "cs3",
    "unit": "cn1",
    "function": "cn2",
    "address": "cn3",
}
_CEF_LABELS = {
    "cs1": "rule",
    "cs2": "table",
    "cs3": "fingerprint",
    "cn1": "unit",
    "cn2": "function",
    "cn3": "address",
}


def syslog(said: Mapping[str, Any], host: str, process: int, message: str | None = None) -> bytes:
    """A record as one syslog message, its text the record's JSON unless another is given."""
    severity = _severity(said)
    kind = str(said.get("event", "-")).replace(" ", "-")
    text = json.dumps(said, ensure_ascii=True, separators=(",", ":")) if message is None else message
    head = f"<{FACILITY * 8 + severity}>1 {said.get('time') or '-'} {_word(host)} port502 {process} {_word(kind)} - "
    return head.encode() + text.encode("ascii", "backslashreplace")


def cef(said: Mapping[str, Any], version: str) -> str:
    """A record in ArcSight's Common Event Format, version 0."""
    event = str(said.get("event", ""))
    severity = _CEF_SEVERITY[_severity(said)]
    head = "|".join(_escaped(part, "|") for part in ("port502", "guard", version, event, event))
    pairs = [f"rt={_escaped(str(said['time']), '=')}"] if said.get("time") else []
    for name, key in _CEF_KEYS.items():
        if name in said:
            pairs.append(f"{key}={_escaped(str(said[name]), '=')}")
            if key in _CEF_LABELS:
                pairs.append(f"{key}Label={_CEF_LABELS[key]}")
    rest = {
        name: value for name, value in said.items() if name not in _CEF_KEYS and name not in ("event", "time")
    }
    pairs.append(f"msg={_escaped(json.dumps(rest, ensure_ascii=True, separators=(',', ':')), '=')}")
    return f"CEF:0|{head}|{severity}|{' '.join(pairs)}"


def _severity(said: Mapping[str, Any]) -> int:
    event = _SEVERITY.get(str(said.get("event")), _INFO)
    return _OF_FINDING.get(str(said.get("severity")), event)


def _escaped(text: str, separator: str) -> str:
    text = text.replace("\\", "\\\\").replace(separator, f"\\{separator}")
    return "".join(
        one if 32 <= ord(one) < 127 else one.encode("unicode_escape").decode("ascii") for one in text
    )


def _word(text: str) -> str:
    """Text as one word of a syslog header: printable ASCII without blanks, or ``-``."""
    return "".join(one for one in text if 33 <= ord(one) <= 126)[:48] or "-"
