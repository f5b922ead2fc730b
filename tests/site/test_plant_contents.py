"""What answers at a place: maps and device files."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.simulate.device import SimulatedDevice
from port502.site.plant_contents import Contents, content_of, libmodbus_content

DEVICE = "device: plc\nunits: [3, 4]\nholding: {0: [1, 2, 3]}\n"
OWN = """\
map: mine/pump
manufacturer: Mine
category: pump
points:
  speed: {ref: input:0, unit: rpm, quantity: speed}
  name: {ref: input:2, type: string, length: 2, quantity: name}
"""


def now() -> float:
    return 1_718_884_800.0


def test_a_map_of_the_library() -> None:
    content = content_of("eastron/sdm630", Path())
    device = content.make(1, now)
    assert isinstance(device, SimulatedDevice)
    assert content.first_unit == device.map.default_unit
    assert [point.name for point in content.points(content.first_unit, ["voltage_l?"])] == [
        "voltage_l1",
        "voltage_l2",
        "voltage_l3",
    ]


def test_a_map_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "pump.yaml").write_text(OWN)
    content = content_of("pump.yaml", tmp_path)
    assert isinstance(content.make(1, now), SimulatedDevice)
    with pytest.raises(UsageError, match="only numbers"):
        content.points(1, ["name"])
    with pytest.raises(UsageError, match="no point"):
        content.points(1, ["colour"])


def test_a_device_file(tmp_path: Path) -> None:
    (tmp_path / "plc.yaml").write_text(DEVICE)
    content = content_of("plc.yaml", tmp_path)
    assert sorted(content.units or {}) == [3, 4]
    assert content.make(1, now).holding.read(0, 3) == [1, 2, 3]
    assert [str(point.table) for point in content.points(3, ["holding:0*2", "coil:3"])] == ["holding"] * 2 + [
        "coil"
    ]
    assert sorted(content.at([9]).units or {}) == [9]


def test_a_device_file_with_a_map(tmp_path: Path) -> None:
    (tmp_path / "meter.yaml").write_text("device: m\nmap: eastron/sdm630\nunits: any\n")
    content = content_of("meter.yaml", tmp_path)
    assert content.units is None
    assert isinstance(content.make(1, now), SimulatedDevice)
    assert content.points(1, ["frequency"])


def test_several_on_a_bus() -> None:
    meter = content_of("eastron/sdm630", Path())
    bus = Contents.of_units({4: meter, 9: meter})
    assert sorted(bus.units or {}) == [4, 9]
    assert bus.points(9, ["frequency"])


def test_what_there_is_not() -> None:
    with pytest.raises(UsageError):
        content_of("eastron/sdm63", Path())
    with pytest.raises(UsageError):
        content_of("../../etc/passwd.yaml", Path("/tmp"))


def test_the_profile_of_libmodbus_answers_any_unit() -> None:
    content = libmodbus_content()
    assert content.units is None
    assert content.make(1, now).input.read(0x108) == [10]
