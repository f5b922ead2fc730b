"""What the checks may look at."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest

from port502.commission.audit.facts import literal, looked_up, public_among
from port502.errors import ConnectError
from tests.commission.audit.sites import facts

SITE = """
connections:
  plc: {url: "tcp://192.168.5.10"}
  here: {url: "tcp://127.0.0.1:1502"}
  name: {url: "tcp://plc.example"}
  bus: {url: "rtu:///dev/ttyUSB0"}
devices:
  meter: {connection: plc, unit: 1, map: eastron/sdm630}
  own: {connection: bus, unit: 3, points: {a: {ref: 40001}}}
"""


def test_connections_over_a_network_and_serial_lines_are_told_apart(tmp_path: Path) -> None:
    known = facts(tmp_path, SITE, addresses={"plc.example": (ip_address("10.0.0.9"),)})
    assert [one.name for one in known.places()] == ["plc", "here", "name"]
    assert [one.name for one in known.outside()] == ["plc", "name"]
    assert [one.name for one, _ in known.lines()] == ["bus"]
    assert [str(one.addresses[0]) for one in known.outside()] == ["192.168.5.10", "10.0.0.9"]
    assert [one.is_fixed for one in known.outside()] == [True, False]


def test_the_maps_of_the_devices_are_known(tmp_path: Path) -> None:
    assert {name: one.name for name, one in facts(tmp_path, SITE).maps.items()} == {"meter": "eastron/sdm630"}


def test_names_are_looked_up_once_and_addresses_never() -> None:
    asked = []

    def resolve(host: str) -> tuple[object, ...]:
        asked.append(host)
        if host == "none":
            raise ConnectError("nobody")
        return (ip_address("10.0.0.1"),)

    found = looked_up(["a", "10.0.0.5", "a", "none"], resolve)  # type: ignore[arg-type]
    assert asked == ["a", "none"]
    assert found == {"a": (ip_address("10.0.0.1"),), "none": ()}


@pytest.mark.parametrize(
    ("entries", "public"),
    [
        (["192.168.1.0/24", "10.0.0.1", "fd00::/8", "127.0.0.1", "fe80::/10"], []),
        (["0.0.0.0/0", "::/0"], ["0.0.0.0/0", "::/0"]),
        (["::ffff:10.0.0.1", "::ffff:8.8.8.8"], ["::ffff:8.8.8.8"]),
        (["8.8.8.8", "2a00::1"], ["8.8.8.8", "2a00::1"]),
    ],
)
def test_what_reaches_out_of_the_house(entries: list[str], public: list[str]) -> None:
    assert public_among(entries) == public


def test_a_zone_is_no_part_of_an_address() -> None:
    assert literal("fe80::1%eth0") == ip_address("fe80::1")
    assert literal("plc") is None
