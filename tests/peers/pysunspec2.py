"""pysunspec2, the SunSpec Alliance's own Python library: what its client makes of a device."""

from __future__ import annotations

from typing import Any

from tests.peers import need_module
from tests.peers.ports import LOOPBACK


def read(port: int, unit: int = 1) -> dict[str, Any]:
    """Every point that it finds in the device behind a port, scaled, by our SunSpec names (``160.module.1.DCA``).

    What it takes for not implemented is None.
    """
    need_module("sunspec2", "PyPI package pysunspec2")
    from sunspec2.modbus.client import SunSpecModbusClientDeviceTCP

    device = SunSpecModbusClientDeviceTCP(slave_id=unit, ipaddr=LOOPBACK, ipport=port, timeout=5)
    try:
        device.scan()
        found: dict[str, Any] = {}
        for model in device.model_list:
            model.read()
            _collect(model, f"{model.model_id}.", found)
        return found
    finally:
        device.close()


def _collect(group: Any, prefix: str, found: dict[str, Any]) -> None:
    for name, point in group.points.items():
        if point.pdef["type"] not in ("pad", "sunssf"):
            found[prefix + name] = point.cvalue
    for name, inner in group.groups.items():
        if isinstance(inner, list):
            for number, one in enumerate(inner, 1):
                _collect(one, f"{prefix}{name}.{number}.", found)
        else:
            _collect(inner, f"{prefix}{name}.", found)
