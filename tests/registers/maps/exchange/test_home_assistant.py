"""Home Assistant's Modbus integration, to and from."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import ConfigError, UsageError
from port502.registers.maps.exchange.home_assistant import from_home_assistant, to_home_assistant
from port502.site.document import Document
from tests.registers.maps.samples import everything

CONFIGURATION = {
    "sensor": [],
    "modbus": [
        {
            "name": "hub",
            "type": "tcp",
            "host": "10.0.0.1",
            "sensors": [
                {"name": "Voltage L1", "address": 0, "input_type": "input", "data_type": "float32", "swap": "word",
                 "unit_of_measurement": "V", "slave": 1},
                {"name": "Outside", "address": 5, "scale": 0.1, "offset": -4, "nan_value": -32768,
                 "unit_of_measurement": "°C"},
                {"name": "Serial", "address": 10, "data_type": "string", "count": 4},
                {"name": "Odd", "address": 11, "data_type": "custom", "structure": ">hh"},
                {"name": "Lost"},
            ],
            "binary_sensors": [{"name": "Door", "address": 3, "input_type": "discrete_input"}],
            "switches": [{"name": "Pump", "address": 4, "write_type": "coil"}],
        }
    ],
}  # fmt: skip


def test_what_stands_under_modbus() -> None:
    found = from_home_assistant(CONFIGURATION)
    assert found.points == {
        "voltage_l1": {
            "ref": "input:0",
            "type": "float32",
            "order": "cdab",
            "unit": "V",
            "quantity": "voltage",
        },
        "outside": {
            "ref": "holding:5",
            "type": "int16",
            "scale": 0.1,
            "offset": -4,
            "nan": [-32768],
            "unit": "°C",
            "quantity": "temperature",
        },
        "serial": {"ref": "holding:10", "type": "string", "length": 4},
        "door": {"ref": "discrete:3"},
        "pump": {"ref": "coil:4", "write": {}},
    }
    assert [line.partition(":")[0] for line in found.left_out] == ["Odd", "Lost"]
    assert from_home_assistant(CONFIGURATION["modbus"]).points == found.points


def test_one_of_several_units_is_chosen() -> None:
    sensors = [{"name": f"s{unit}", "address": 0, "slave": unit} for unit in (1, 2)]
    with pytest.raises(UsageError, match="choose one with --unit: 1, 2"):
        from_home_assistant([{"sensors": sensors}])
    assert list(from_home_assistant([{"sensors": sensors}], 2).points) == ["s2"]


@pytest.mark.parametrize("data", [None, {}, {"sensor": []}, [], "x", [1], {"modbus": 5}])
def test_other_files_are_refused(data: object) -> None:
    with pytest.raises(ConfigError, match="no 'modbus'"):
        from_home_assistant(data)


def test_what_is_exported_is_read_again() -> None:
    text, others = to_home_assistant(everything())
    assert set(others) == {"mode", "power", "spare"}
    data = Document(Path("ha.yaml"), text, {}).data
    hub = data["modbus"][0]
    sensors = {one["name"]: one for one in hub["sensors"]}
    assert (sensors["voltage_l1"]["swap"], sensors["voltage_l1"]["slave"]) == ("word", 7)
    assert sensors["voltage_l1"]["device_class"] == "voltage"
    assert sensors["energy"]["state_class"] == "total_increasing"
    assert sensors["state"]["nan_value"] == 65535
    assert hub["binary_sensors"] == [
        {"name": "run", "slave": 7, "address": 3, "input_type": "coil", "unique_id": "run"}
    ]
    again = from_home_assistant(data, 7)
    assert again.left_out == []
    known = everything()
    for name, entry in again.points.items():
        point = known.point(name).point
        assert entry["ref"] == point.reference.protocol_form
        assert entry.get("order", "abcd") == point.order
        assert entry.get("scale", 1.0) == point.scale
