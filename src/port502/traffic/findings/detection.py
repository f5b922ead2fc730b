"""What can be detected: a stable code, how serious it is, what it says with its places, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from port502.traffic.findings.severity import Severity


@dataclass(frozen=True, slots=True)
class Detection:
    """A kind of finding. ``sentence`` has places in braces; ``client`` and ``server`` are always among them.

    ``seen_by`` says by what it is told. ``learned`` says that it needs a baseline of what is usual.
    """

    code: str
    severity: Severity
    title: str
    sentence: str
    seen_by: str
    fix: str
    learned: bool = False
