"""The checks by hand that belong to each step, so that a user can follow the doctor with his own tools."""

from __future__ import annotations

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.findings.by_hand import CHECKS, HandCheck
from port502.discover.doctor.judge.judged import known_places

STEP_CHECKS: dict[str, tuple[str, ...]] = {
    "name": ("resolve",),
    "route": ("route", "address", "link"),
    "connect": ("ping", "arp", "connect", "nmap"),
    "opening": ("telnet", "connections"),
    "modbus": ("read", "wireshark"),
    "units": ("units",),
    "functions": ("identity", "exceptions"),
    "silence": ("units", "tls"),
    "addresses": ("exceptions",),
    "values": ("read",),
    "stability": ("slow", "retransmissions"),
    "deep": ("connections", "wireshark"),
}


def checks_of(step: str, evidence: Evidence) -> tuple[HandCheck, ...]:
    """The checks of a step, with the target filled in."""
    places = known_places(evidence)
    return tuple(
        HandCheck(one.shows, one.linux.format_map(places), one.windows.format_map(places))
        for one in (CHECKS[key] for key in STEP_CHECKS[step])
    )
