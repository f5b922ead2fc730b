"""An inventory as JSON, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from port502.discover.candidates import Candidate
from port502.discover.found import FoundDevice, FoundUnit, Inventory, OpenPort
from port502.discover.inventory import inventory_json, parse_inventory
from port502.discover.units import UnitClass
from port502.errors import ConfigError

UNIT = FoundUnit(
    1, UnitClass.DEVICE, "read answered", 3.1, "Acme", "B200", "1.4", "S1", {"vendor": "Acme"}, "id", (1, 103), 40000,
    (3, 4), (1,), "acme/b200", (Candidate("acme/b200", "B200", "Acme", 90, ("names itself",)),), ("odd",), "holding:0",
)  # fmt: skip
DEVICE = FoundDevice(
    "10.0.0.1", 502, "tcp", "plc.local", "00:80:f4:01:02:03", "Telemecanique", "read answered", 2.5,
    (UNIT, FoundUnit(2, UnitClass.GATEWAY_SILENT)), (3, 4, 5), True, ("extra_bytes",), ("closes",),
)  # fmt: skip
INVENTORY = Inventory((DEVICE,), (OpenPort("10.0.0.9", 502, "HTTP"),), 254, 254, 12.5, "2026-01-01T00:00:00Z")


def test_there_and_back() -> None:
    assert parse_inventory(json.loads(json.dumps(inventory_json(INVENTORY)))) == INVENTORY


def test_the_documented_shape() -> None:
    told = inventory_json(INVENTORY)
    assert (told["probed"], told["took_s"]) == (254, 12.5)
    device = told["devices"][0]
    assert (device["address"], device["port"], device["silent"]) == ("10.0.0.1", 502, "3-5")
    assert (device["units"][0]["unit"], device["units"][0]["class"]) == (1, "device")
    assert device["units"][0]["functions"][0] == {"function": 3, "function_name": "read holding registers"}
    assert device["units"][0]["candidates"][0]["confidence"] == "sure"
    assert device["units"][1] == {"unit": 2, "class": "gateway-silent"}


def test_an_interrupted_scan_says_so() -> None:
    told = inventory_json(Inventory(probed=3, of=254))
    assert told["interrupted"] is True
    assert not parse_inventory(told).is_complete


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"devices": [{}]},
        {"devices": [{"address": "a", "port": "x"}]},
        {"devices": [{"address": "a", "port": 1, "units": [{"unit": 1, "class": "ghost"}]}]},
        {"devices": [{"address": "a", "port": 1, "silent": "zz"}]},
        {"devices": 7},
    ],
)
def test_what_is_no_inventory_is_refused(told: Any) -> None:
    with pytest.raises(ConfigError, match="no inventory"):
        parse_inventory(told)
