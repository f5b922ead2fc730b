"""SunSpec models in the form in which they are published."""

from __future__ import annotations

import json

import pytest

from port502.errors import ConfigError
from port502.registers.maps.exchange.sunspec_json import from_sunspec

MODEL = {
    "id": 64999,
    "group": {
        "name": "mine",
        "type": "group",
        "points": [
            {"name": "ID", "type": "uint16", "value": 64999},
            {"name": "L", "type": "uint16"},
            {"name": "W", "type": "int16", "sf": "W_SF", "units": "W", "label": "Watts"},
            {"name": "Pad", "type": "pad"},
            {"name": "W_SF", "type": "sunssf"},
            {"name": "Hz", "type": "uint32", "size": 2, "sf": -2, "units": "Hz"},
            {"name": "St", "type": "enum16", "access": "RW", "symbols": [{"name": "OFF", "value": 1}]},
            {"name": "Evt", "type": "bitfield32", "size": 2, "symbols": [{"name": "FAN", "value": 0}]},
            {"name": "SN", "type": "string", "size": 16},
            {"name": "MAC", "type": "eui48", "size": 4},
        ],
        "groups": [{"name": "module", "count": 0, "points": [{"name": "V", "type": "float32", "size": 2}]}],
    },
}


def test_points_lie_one_after_the_other() -> None:
    found = from_sunspec(json.dumps(MODEL), 40002)
    assert found.points["w"] == {
        "ref": "holding:40004",
        "type": "int16",
        "scale_register": "w_sf",
        "nan": [-32768],
        "note": "Watts",
        "unit": "W",
        "quantity": "active_power",
    }
    assert found.points["w_sf"]["ref"] == "holding:40006"
    assert found.points["hz"] == {
        "ref": "holding:40007",
        "type": "uint32",
        "scale": 0.01,
        "nan": [0xFFFFFFFF],
        "unit": "Hz",
        "quantity": "frequency",
    }
    assert found.points["st"]["enum"] == {1: "OFF"}
    assert found.points["st"]["write"] == {}
    assert found.points["evt"]["flags"] == {0: "FAN"}
    assert found.points["sn"]["length"] == 16
    assert found.points["v"]["ref"] == "holding:40032"
    assert found.left_out == ["MAC: type eui48"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"group": 5}', '{"id": 1, "group": {"points": [5]}}'])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no SunSpec model"):
        from_sunspec(text, 0)


def test_a_model_must_end_before_the_last_address() -> None:
    with pytest.raises(ConfigError, match="beyond the last address"):
        from_sunspec(json.dumps(MODEL), 65530)
