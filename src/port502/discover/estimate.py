"""What a scan will cost, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from port502.discover.settings import USUAL_UNITS, ScanSettings
from port502.discover.targets import Targets

ARP_REQUESTS = 3
"""What the kernel sends for an address of its own networks before it gives up."""

CONNECTION_PACKETS = 7
"""Three to open a connection, four to close it."""

QUESTIONS = 45
"""What a unit is asked to say who it is."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Packets and seconds: ``per_dead`` address at most, ``per_device`` about; ``seconds`` when nobody is there."""

    addresses: int
    ports: int
    per_dead: int
    per_device: int
    seconds: float
    device_seconds: float

    @property
    def packets(self) -> int:
        """Packets at most when nobody is there."""
        return self.addresses * self.per_dead


def estimate(targets: Targets, extra: int, settings: ScanSettings, *, on_link: bool) -> Estimate:
    """The cost of a scan; ``on_link`` says that the addresses are on this host's own networks."""
    addresses = len(targets) + extra
    ports = len(settings.ports)
    tries = 1 + int(settings.connect_timeout > 1.0) + int(settings.connect_timeout > 3.0)
    per_dead = ARP_REQUESTS if on_link else ports * tries
    units = len(settings.units or USUAL_UNITS[:1]) + 2
    questions = units + (QUESTIONS if settings.identify else 0)
    per_device = CONNECTION_PACKETS * ports + 3 * questions
    waits = 1 if on_link else ports
    seconds = ceil(addresses / settings.hosts) * waits * settings.connect_timeout
    if settings.rate:
        seconds = max(seconds, addresses * waits / settings.rate)
    each = questions * max(settings.pause, 1 / settings.rate if settings.rate else 0.0, 0.005)
    return Estimate(addresses, ports, per_dead, per_device, seconds, each)
