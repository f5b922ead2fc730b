"""Telegraf's Modbus input, to and from."""

from __future__ import annotations

import tomllib

import pytest

from port502.errors import ConfigError
from port502.registers.maps.exchange.telegraf import from_telegraf, to_telegraf
from tests.registers.maps.samples import everything

REGISTER = """
[[inputs.modbus]]
  name = "device"
  slave_id = 1
  controller = "tcp://localhost:502"
  configuration_type = "register"
  discrete_inputs = [{ name = "Start", address = [0] }]
  coils = [{ name = "Motor1-Run", address = [7] }]
  holding_registers = [
    { name = "power_factor", byte_order = "AB", data_type = "FIXED", scale=0.01, address = [8]},
    { name = "voltage", byte_order = "CDAB", data_type = "FLOAT32", scale=1.0, address = [5, 4]},
    { name = "energy", byte_order = "GHEFCDAB", data_type = "UINT64", scale=0.1, address = [10,11,12,13]},
    { name = "label", byte_order = "BA", data_type = "STRING", address = [20,21,22]},
    { name = "bit", data_type = "BIT", bit = 3, address = [30]},
    { name = "odd", data_type = "INT32", address = [30, 40]},
    { name = "strange", data_type = "INT8L", address = [31]},
  ]
  input_registers = [{ name = "tank", byte_order = "ABCD", data_type = "INT32", scale=0.001, address = [0,1]}]
"""
REQUEST = """
[[inputs.modbus]]
  configuration_type = "request"
  [[inputs.modbus.request]]
    slave_id = 1
    byte_order = "DCBA"
    register = "input"
    fields = [
      { address=0, name="voltage", type="FLOAT32" },
      { address=2, type="INT16", scale=0.1, name="temp" },
      { address=3, type="INT16", omit=true, name="gap" },
    ]
  [[inputs.modbus.request]]
    register = "coil"
    fields = [{ address=1, name="on" }]
"""


def test_the_register_style() -> None:
    found = from_telegraf(REGISTER)
    assert found.points == {
        "start": {"ref": "discrete:0"},
        "motor1_run": {"ref": "coil:7"},
        "power_factor": {"ref": "holding:8", "type": "int16", "scale": 0.01},
        "voltage": {"ref": "holding:4", "type": "float32", "order": "cdab"},
        "energy": {"ref": "holding:10", "type": "uint64", "order": "cdab", "scale": 0.1},
        "label": {"ref": "holding:20", "type": "string", "length": 3, "order": "badc"},
        "bit": {"ref": "holding:30", "type": "uint16", "mask": 8},
        "tank": {"ref": "input:0", "type": "int32", "scale": 0.001},
    }
    assert [line.partition(":")[0] for line in found.left_out] == ["odd", "strange"]


def test_the_request_style() -> None:
    assert from_telegraf(REQUEST).points == {
        "voltage": {"ref": "input:0", "type": "float32", "order": "dcba"},
        "temp": {"ref": "input:2", "type": "int16", "order": "dcba", "scale": 0.1},
        "on": {"ref": "coil:1"},
    }


@pytest.mark.parametrize("text", ["", "[[inputs.cpu]]", "not toml [", "inputs = 3", "[inputs]\nmodbus = 5"])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        from_telegraf(text)


def test_what_is_exported_is_toml_and_means_the_same() -> None:
    text, others = to_telegraf(everything())
    plugin = tomllib.loads(text)["inputs"]["modbus"][0]
    assert plugin["slave_id"] == 7
    assert set(others) == {"mode", "power", "spare"}
    assert "# left out" in text
    voltage = next(one for one in plugin["input_registers"] if one["name"] == "voltage_l1")
    assert voltage == {
        "name": "voltage_l1",
        "byte_order": "CDAB",
        "data_type": "FLOAT32",
        "scale": 1.0,
        "address": [0, 1],
    }
    again = from_telegraf(text)
    assert again.left_out == []
    known = everything()
    for name, entry in again.points.items():
        point = known.point(name).point
        assert entry["ref"] == point.reference.protocol_form
        assert entry.get("scale", 1.0) == point.scale
