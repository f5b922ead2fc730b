"""The first moments of a connection, TLS, and connections beside the first."""

from __future__ import annotations

from collections.abc import Iterator

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge.judged import Judged, found, seen
from port502.protocol.lookalike import looks_like

SURE, LIKELY, POSSIBLE = Confidence.SURE, Confidence.LIKELY, Confidence.POSSIBLE
_SHOWN = 24


def opening(evidence: Evidence) -> Iterator[Judged]:
    """The connection stays open, and nobody else speaks first."""
    first = evidence.opening
    if first is None:
        return
    if first.tls_fault:
        yield _tls(evidence, first.tls_fault, first.tls_error)
    elif first.said:
        yield not_modbus(evidence, first.said, "speaks before it is asked")
    elif first.ending:
        own = evidence.connect.own if evidence.connect is not None else ()
        mine = f" (this machine itself has {len(own)} to it)" if own else ""
        yield found(
            "TCP.LIMIT",
            LIKELY if first.after > evidence.question.pace.early / 2 else SURE,
            evidence,
            seen("connection", f"{first.ending} after {first.after * 1000:.1f} ms, nothing was sent yet"),
            *(
                seen("our own connection", f"port {one.local_port}, {one.process or one.state}")
                for one in own
            ),
            after_ms=first.after * 1000,
            own=mine,
        )


def _tls(evidence: Evidence, fault: str, reason: str) -> Judged:
    said = seen("TLS handshake", reason)
    if fault == "certificate":
        return found("TLS.CERT", SURE, evidence, said, reason=reason)
    if fault == "version":
        return found("TLS.VERSION", SURE, evidence, said, reason=reason)
    if fault == "plain":
        return found("APP.NOT_MODBUS", SURE, evidence, said, what="it speaks no TLS (try tcp://)")
    return found("UNKNOWN", POSSIBLE, evidence, said, what=f"the TLS handshake fails: {reason}")


def not_modbus(evidence: Evidence, data: bytes, how: str) -> Judged:
    """The finding for bytes of another protocol."""
    resemblance = looks_like(data)
    shown = seen("first bytes", f"{data[:_SHOWN].hex(' ')} ({how})")
    if resemblance is not None and resemblance.startswith(("a TLS", "TLS")):
        return found("APP.TLS", SURE, evidence, shown)
    if resemblance == "RTU, CRC valid":
        return found("APP.RTU_OVER_TCP", SURE, evidence, shown)
    what = {"HTTP": "a web server (HTTP)", "SSH": "an SSH server"}.get(resemblance or "", resemblance)
    sure = SURE if what else LIKELY
    return found("APP.NOT_MODBUS", sure, evidence, shown, what=what or f"it sends {data[:_SHOWN].hex(' ')}")
