"""The defaults are those of collector.md, section 4, and of the table in site-file.md."""

from __future__ import annotations

import dataclasses

import pytest

from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
from port502.registers.point import Point
from port502.registers.reference import Table


def test_defaults_of_a_connection() -> None:
    settings = ConnectionSettings("plc", "tcp://192.168.1.10")
    assert (settings.connect_timeout, settings.response_timeout, settings.retries) == (3.0, 1.0, 2)
    assert (settings.reconnect_first, settings.reconnect_max, settings.window) == (1.0, 30.0, 1)
    assert (settings.keepalive_idle, settings.keepalive_interval, settings.keepalive_probes) == (
        30.0,
        10.0,
        3,
    )
    assert settings.keep_open
    assert not settings.coalesce


def test_defaults_of_devices_and_points() -> None:
    point = PointSettings("speed", Point("speed", Table.HOLDING, 0))
    assert (point.interval, point.deadband, point.write) == (1.0, 0.0, None)
    device = DeviceSettings("pump-1", 1, (point,))
    assert (device.max_registers, device.max_bits, device.gap, device.writes) == (120, 1920, 16, False)


def test_equal_descriptions_are_equal_and_nobody_changes_them() -> None:
    def described() -> DeviceSettings:
        return DeviceSettings("pump-1", 1, (PointSettings("speed", Point("speed", Table.HOLDING, 0)),))

    assert described() == described()
    with pytest.raises(dataclasses.FrozenInstanceError):
        described().unit = 2  # type: ignore[misc]
