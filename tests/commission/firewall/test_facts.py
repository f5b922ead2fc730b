"""What a firewall must know of a site."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from port502.commission.firewall.facts import (
    Address,
    Addresses,
    allowed_networks,
    by_family,
    common,
    facts_of,
    host_networks,
    named_networks,
)
from port502.errors import ConnectError, UsageError
from port502.guard.pki import SiteAuthority
from port502.site.build import load_site
from tests.guard.rules import policy, rule


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


def test_listeners_with_their_policies_and_fallbacks_are_known(tmp_path: Path) -> None:
    site = SiteAuthority(tmp_path / "certs")
    site.init()
    site.issue("own", hosts=["10.0.0.2"], client=True)
    files = "certificate: certs/own.pem, key: certs/own.key, authority: certs/site-ca.pem"
    (tmp_path / "own.yaml").write_text("device: own\nholding: {0: [5]}\n")
    (tmp_path / "policy.yaml").write_text(
        "default: deny\nclients: {scada: {from: [10.0.0.1]}}\n"
        "rules: [{name: reads, clients: [scada], functions: [read]}]\n"
    )
    (tmp_path / "site.yaml").write_text(
        "site: s\nconnections:\n"
        f"  meter: {{url: tls://10.0.0.5, {files}, fallback: {{url: tcp://10.0.0.5, when: [refused]}}}}\n"
        "listeners:\n"
        f"  hall: {{url: tls://0.0.0.0, allow: 10.0.0.0/8, policy: policy.yaml, serve: own.yaml, {files}}}\n"
        "  usual: {url: tcp://0.0.0.0, serve: own.yaml}\n"
        "  yard: {url: 'rtu:///dev/ttyUSB1', serve: own.yaml}\n"
    )
    facts = facts_of(load_site(tmp_path / "site.yaml"))
    assert [(one.name, one.target.port, one.allow, one.named) for one in facts.served] == [
        ("hall", 802, ("10.0.0.0/8",), ("10.0.0.1",)),
        ("usual", 502, None, None),
    ]
    assert [(one.name, str(one.target)) for one in facts.called] == [
        ("meter", "tls://10.0.0.5:802"),
        ("meter", "tcp://10.0.0.5:502"),
    ]


def test_a_policy_names_networks_where_nobody_else_may_do_anything() -> None:
    reads = rule("reads", "read", clients=("scada",))
    engineer = rule("engineer", "all", clients=("engineering",))
    nothing = rule("nothing", "all", deny=True)
    for made, networks in (
        (policy(reads), ("10.0.0.1",)),
        (policy(nothing, reads, rule("again", "write", clients=("scada",))), ("10.0.0.1",)),
        (policy(), ()),
        (policy(nothing), ()),
        (policy(reads, engineer), None),
        (policy(reads, rule("anybody", "read")), None),
        (policy(reads, rule("tried", "all", deny=True, dry_run=True)), None),
        (policy(reads, dry_run=True), None),
        (None, None),
    ):
        assert named_networks(made) == networks, made


@pytest.mark.parametrize(
    ("some", "others", "both"),
    [
        (("10.0.0.0/8",), ("10.1.0.0/16", "192.168.1.1/32"), ("10.1.0.0/16",)),
        (("10.1.0.0/16", "fd00::/8"), ("10.0.0.0/8", "fd00:1::1/128"), ("10.1.0.0/16", "fd00:1::1/128")),
        (("10.0.0.0/8",), ("11.0.0.0/8", "::/0"), ()),
        (("10.0.0.0/25",), ("10.0.0.0/26", "10.0.0.64/26"), ("10.0.0.0/25",)),
        ((), ("10.0.0.0/8",), ()),
    ],
)
def test_what_two_lists_have_in_common(
    some: tuple[str, ...], others: tuple[str, ...], both: tuple[str, ...]
) -> None:
    assert common(map(ip_network, some), map(ip_network, others)) == networks(*both)


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
