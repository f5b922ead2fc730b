"""Kinds of products, and what one of each kind can be expected to take where its map does not say."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from port502.registers.planner import Limits


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a device can take; None where nothing is known. Times are in seconds.

    ``max_connections`` at once, ``idle_close`` after which it hangs up, ``max_registers`` and ``max_bits`` in one
    read, ``gap`` of registers that a read may bridge, ``pause`` between requests, ``settle`` after connecting,
    ``response_timeout``, ``window`` of requests in flight, ``tolerate`` the ways in which its replies are wrong.
    """

    max_connections: int | None = None
    idle_close: float | None = None
    max_registers: int | None = None
    max_bits: int | None = None
    gap: int | None = None
    pause: float | None = None
    settle: float | None = None
    response_timeout: float | None = None
    window: int | None = None
    tolerate: tuple[str, ...] = ()

    def limits(self, default: Limits | None = None) -> Limits:
        """What one read of the device may ask for: the default's limits, lowered to its own."""
        base = default or Limits()
        gap = base.gap if self.gap is None else min(base.gap, self.gap)
        return replace(
            base,
            max_registers=min(base.max_registers, self.max_registers or base.max_registers),
            max_bits=min(base.max_bits, self.max_bits or base.max_bits),
            gap=gap,
            bit_gap=base.bit_gap if self.gap is None else min(base.bit_gap, 4 * gap),
        )

    def or_else(self, others: Capabilities) -> Capabilities:
        """These, and the others' where nothing is known here."""
        missing = {
            one.name: getattr(others, one.name)
            for one in fields(self)
            if getattr(self, one.name) in (None, ())
        }
        return replace(self, **missing)


CONNECTIONS: dict[str, int] = {
    "energy_meter": 2,
    "inverter": 1,
    "battery": 1,
    "ev_charger": 1,
    "heat_pump": 1,
    "motor_drive": 4,
    "plc": 8,
    "io_module": 4,
    "ups": 2,
    "power_supply": 2,
    "genset_controller": 2,
    "sensor": 1,
    "gateway": 4,
    "charge_controller": 1,
    "power_monitor": 4,
    "valve": 1,
    "hvac": 2,
    "pump": 2,
    "heating": 1,
    "power_filter": 2,
    "other": 1,
}
"""Connections that a product of each category takes at once, at the cautious end of what is usual."""

CATEGORIES = tuple(CONNECTIONS)


def capabilities_of(category: str) -> Capabilities:
    """What a product of a category can be expected to take."""
    return Capabilities(max_connections=CONNECTIONS.get(category, 1))
