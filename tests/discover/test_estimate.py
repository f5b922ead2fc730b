"""What a scan will cost."""

from __future__ import annotations

from dataclasses import replace

from port502.discover.estimate import estimate
from port502.discover.settings import ScanSettings
from port502.discover.targets import parse_targets

NETWORK = parse_targets(["10.0.0.0/24"])


def test_a_dead_address_costs_no_more_than_twelve_packets() -> None:
    for settings in (ScanSettings(), ScanSettings.fast()):
        for on_link in (True, False):
            assert estimate(NETWORK, 0, settings, on_link=on_link).per_dead <= 12


def test_a_network_takes_less_when_told_to_be_fast() -> None:
    gentle = estimate(NETWORK, 0, ScanSettings(), on_link=True)
    fast = estimate(NETWORK, 0, ScanSettings.fast(), on_link=True)
    assert gentle.addresses == fast.addresses == 254
    assert fast.seconds < 15 < gentle.seconds
    assert fast.device_seconds < gentle.device_seconds
    assert gentle.packets == 254 * 3


def test_the_rate_bounds_the_time() -> None:
    slow = replace(ScanSettings(), rate=1.0, hosts=254)
    assert estimate(NETWORK, 0, slow, on_link=True).seconds == 254


def test_more_units_cost_more() -> None:
    few = estimate(NETWORK, 3, ScanSettings(), on_link=True)
    many = estimate(NETWORK, 3, replace(ScanSettings(), units=tuple(range(1, 248))), on_link=True)
    assert few.addresses == 257
    assert many.per_device > few.per_device + 600
