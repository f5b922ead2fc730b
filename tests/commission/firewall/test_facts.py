"""What a firewall must know of a site."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from port502.commission.firewall.facts import (
    Address,
    Addresses,
    allowed_networks,
    by_family,
    facts_of,
    host_networks,
)
from port502.errors import ConnectError, UsageError
from port502.site.build import load_site


def networks(*texts: str) -> tuple[object, ...]:
    return tuple(map(ip_network, texts))


def test_serial_lines_are_no_matter_of_a_firewall(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        "site: s\nconnections:\n"
        "  plc: {url: tcp://192.168.1.10, source: 192.168.1.2}\n"
        "  bus: {url: 'rtu:///dev/ttyUSB0'}\n  far: {url: 'rtu+tcp://10.0.0.1:4001'}\n"
    )
    facts = facts_of(load_site(path))
    assert facts.site == "s"
    assert [(one.name, one.target.port, one.source) for one in facts.called] == [
        ("plc", 502, "192.168.1.2"),
        ("far", 4001, None),
    ]


def test_listeners_and_fallbacks_are_known_where_a_site_has_them() -> None:
    site: Any = SimpleNamespace(
        name="s",
        listeners=(
            SimpleNamespace(name="hall", url="tls://0.0.0.0", allow=("10.0.0.1",)),
            SimpleNamespace(name="usual", url="tcp://0.0.0.0", allow=None),
            SimpleNamespace(name="empty", url="tcp://0.0.0.0:503", allow=()),
            SimpleNamespace(name="yard", url="rtu:///dev/ttyUSB1", allow=None),
        ),
        connections=(
            SimpleNamespace(
                name="meter",
                url="tls://10.0.0.5",
                source=None,
                fallback=SimpleNamespace(url="tcp://10.0.0.5"),
            ),
        ),
    )
    facts = facts_of(site)
    assert [(one.name, one.target.port, one.allow) for one in facts.served] == [
        ("hall", 802, ("10.0.0.1",)),
        ("usual", 502, None),
        ("empty", 503, None),
    ]
    assert [(one.name, one.target.port) for one in facts.called] == [("meter", 802), ("meter", 502)]


def test_an_allow_list_is_joined_and_freed_of_loopback() -> None:
    assert allowed_networks(["10.0.0.0/25", "10.0.0.128/25", "127.0.0.1", "::1", "10.0.0.7"]) == networks(
        "10.0.0.0/24"
    )
    assert allowed_networks(["fd00::1", "192.168.1.1"]) == networks("192.168.1.1/32", "fd00::1/128")


def test_ipv4_in_ipv6_clothes_is_ipv4() -> None:
    assert allowed_networks(["::ffff:10.0.0.1", "::ffff:10.1.0.0/112"]) == networks(
        "10.0.0.1/32", "10.1.0.0/16"
    )
    assert Addresses(None).of("::ffff:10.0.0.1", "x") == (ip_address("10.0.0.1"),)


def test_without_a_list_private_addresses_are_meant() -> None:
    private = allowed_networks(None)
    assert ip_network("192.168.0.0/16") in private
    assert not any(network.is_loopback for network in private)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(UsageError, match="no IP address or network"):
        allowed_networks(["plc.local"])


def test_networks_by_family_and_addresses_as_networks() -> None:
    both = host_networks([ip_address("fd00::1"), ip_address("10.0.0.1")])
    assert by_family(both) == {4: networks("10.0.0.1/32"), 6: networks("fd00::1/128")}
    assert by_family(()) == {}


def test_a_name_is_looked_up_once_and_noted() -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[Address]:
        asked.append(host)
        return [ip_address("10.0.0.1"), ip_address("fd00::1"), ip_address("10.0.0.1")]

    addresses = Addresses(resolve)
    assert addresses.of("plc.local", "connection plc") == (ip_address("10.0.0.1"), ip_address("fd00::1"))
    assert addresses.of("plc.local", "connection other") == addresses.of("plc.local", "connection plc")
    assert asked == ["plc.local"]
    assert addresses.notes == [
        "connection plc: the name plc.local was 10.0.0.1, fd00::1 when these rules were made;"
        " make them again when it moves"
    ]
    addresses.check()


def test_every_name_that_cannot_be_had_is_named_at_once() -> None:
    def resolve(host: str) -> list[Address]:
        raise ConnectError(f"{host}: the name cannot be resolved here")

    for addresses in (Addresses(None), Addresses(resolve)):
        assert addresses.of("plc.local", "connection plc") == ()
        addresses.of("meter.local", "connection meter")
        with pytest.raises(UsageError, match=r"plc\.local.*write its address.*meter\.local"):
            addresses.check()


def test_a_zone_is_left_out_and_noted() -> None:
    addresses = Addresses(None)
    assert addresses.of("fe80::1%eth0", "connection plc") == (ip_address("fe80::1"),)
    assert "every interface" in addresses.notes[0]
