"""From a site to its firewall rules."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Called, Facts, Served
from port502.commission.firewall.model import Action, Direction, Rule
from port502.errors import UsageError
from port502.transport.url import parse_url
from tests.commission.firewall.sites import STATION, station


def served(url: str, *allow: str, name: str = "hall") -> Facts:
    return Facts("s", served=(Served(name, parse_url(url), allow or None),))


def called(url: str, source: str | None = None) -> Facts:
    return Facts("s", called=(Called("plc", parse_url(url), source),))


def lines(rules: tuple[Rule, ...]) -> list[tuple[str, str, str, tuple[int, ...], str]]:
    return [
        (
            one.name,
            " ".join(map(str, one.sources)),
            " ".join(map(str, one.destinations)),
            one.ports,
            str(one.action),
        )
        for one in rules
    ]


def test_the_rules_of_a_host_are_the_fewest() -> None:
    assert lines(station().rules) == [
        ("hall", "192.168.1.10/32 192.168.2.0/24", "", (502,), "allow"),
        ("hall-six", "fd00:2::/64", "", (502,), "allow"),
        ("safe", "192.168.1.11/32", "192.168.1.2/32", (802,), "allow"),
        ("everything else", "", "", (502, 802), "drop"),
        ("plc, plc-again", "", "192.168.1.20/32", (502,), "allow"),
        ("meter", "fd00:1::2/128", "fd00:5::5/128", (1502,), "allow"),
        ("everything else", "", "", (502, 802, 1502), "drop"),
    ]


def test_a_scope_of_one_direction_has_only_that() -> None:
    assert station(Scope.INBOUND).rules == station().of(Direction.INBOUND)
    assert station(Scope.OUTBOUND).rules == station().of(Direction.OUTBOUND)


def test_between_networks_source_and_destination_are_both_named() -> None:
    assert lines(station(Scope.ROUTED).rules) == [
        ("hall", "192.168.1.10/32 192.168.2.0/24", "192.168.1.2/32", (502,), "allow"),
        ("hall-six", "fd00:2::/64", "fd00:1::2/128", (502,), "allow"),
        ("safe", "192.168.1.11/32", "192.168.1.2/32", (802,), "allow"),
        ("plc, plc-again", "192.168.1.2/32", "192.168.1.20/32", (502,), "allow"),
        ("meter", "fd00:1::2/128", "fd00:5::5/128", (1502,), "allow"),
        ("everything else", "", "", (502, 802, 1502), "drop"),
    ]


@pytest.mark.parametrize("facts", [served("tcp://0.0.0.0"), called("tcp://192.168.1.20")])
def test_between_networks_the_address_of_this_host_is_needed(facts: Facts) -> None:
    with pytest.raises(UsageError, match="--host ADDRESS"):
        rules_for(facts, Scope.ROUTED)


def test_an_address_of_the_site_file_does_where_it_is_there() -> None:
    assert rules_for(called("tcp://192.168.1.20", "192.168.1.2"), Scope.ROUTED).rules[0].sources
    assert rules_for(served("tcp://192.168.1.2"), Scope.ROUTED).rules[0].destinations


def test_a_name_counts_as_all_of_its_addresses() -> None:
    found = [ip_address("10.0.0.1"), ip_address("fd00::1"), ip_address("10.0.0.2")]
    rules = rules_for(called("tls://plc.local"), resolve=lambda host: found)
    assert lines(rules.rules)[:2] == [
        ("plc", "", "10.0.0.1/32 10.0.0.2/32", (802,), "allow"),
        ("plc", "", "fd00::1/128", (802,), "allow"),
    ]
    assert "plc.local" in rules.notes[0]
    with pytest.raises(UsageError, match=r"plc\.local"):
        rules_for(called("tls://plc.local"))


def test_a_source_address_has_one_family() -> None:
    found = [ip_address("10.0.0.1"), ip_address("fd00::1")]
    rules = rules_for(called("tcp://plc.local", "fd00::2"), resolve=lambda host: found)
    assert [one.families for one in rules.rules] == [(6,), (4, 6)]


def test_a_site_that_crosses_no_network_has_no_rules() -> None:
    for facts in (
        Facts("s"),
        called("tcp://127.0.0.1:1502"),
        served("tcp://127.0.0.1"),
        served("rtu:///dev/ttyS0"),
        called("ascii:///dev/ttyS0"),
    ):
        with pytest.raises(UsageError, match="gives no host rules"):
            rules_for(facts)


def test_a_listener_for_loopback_clients_only_is_closed_to_all_others() -> None:
    (rule,) = rules_for(served("tcp://0.0.0.0", "127.0.0.1")).rules
    assert (rule.action, rule.ports) == (Action.DROP, (502,))


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        (served("tcp://0.0.0.0"), "list them under `allow`"),
        (served("tcp://0.0.0.0", "8.8.8.8"), "public network 8.8.8.8/32"),
        (served("tcp://0.0.0.0", "0.0.0.0/0"), "through a VPN"),
        (served("tcp://0.0.0.0", "fd00::1", "10.0.0.1"), "not on IPv6: fd00::1/128"),
        (called("rtu+tcp://10.0.0.1:443"), "port 443, which other services use too"),
    ],
)
def test_what_a_reader_should_know_is_noted(facts: Facts, note: str) -> None:
    assert note in " ".join(rules_for(facts).notes)


def test_nothing_is_noted_that_is_in_order() -> None:
    assert rules_for(served("tcp://0.0.0.0", "192.168.1.10")).notes == ()


def named(allow: tuple[str, ...] | None, *networks: str) -> Facts:
    return Facts("s", served=(Served("hall", parse_url("tcp://0.0.0.0"), allow, networks),))


def test_a_policy_narrows_who_may_call() -> None:
    made = rules_for(named(("10.0.0.0/8", "192.168.1.7"), "10.0.0.1", "192.168.1.0/24", "172.16.0.1"))
    assert lines(made.rules)[0] == ("hall", "10.0.0.1/32 192.168.1.7/32", "", (502,), "allow")
    assert made.notes == (
        "listener hall is open only to clients whom its policy names; make these rules with it",
    )
    usual = rules_for(named(None, "10.0.0.1", "8.8.8.8"))
    assert lines(usual.rules)[0] == ("hall", "10.0.0.1/32", "", (502,), "allow")
    assert not any("every private address" in note for note in usual.notes)
    same = rules_for(named(("10.0.0.1",), "10.0.0.0/8"))
    assert same.notes == ()


@pytest.mark.parametrize("networks", [(), ("172.16.0.1",), ("127.0.0.1",)])
def test_a_listener_that_its_policy_opens_to_nobody_is_closed(networks: tuple[str, ...]) -> None:
    made = rules_for(named(("10.0.0.0/8",), *networks))
    assert lines(made.rules) == [("everything else", "", "", (502,), "drop")]
    assert made.notes == ("listener hall is of use to nobody: its policy names none of those whom it allows",)


def test_a_device_at_no_address_is_refused() -> None:
    with pytest.raises(UsageError, match="names no device"):
        rules_for(called("tcp://0.0.0.0"))


def test_the_site_is_not_opened_to_networks_it_does_not_name() -> None:
    everyone = ip_network("0.0.0.0/0")
    for scope in Scope:
        for rule in station(scope).rules:
            assert everyone not in rule.sources + rule.destinations
    assert STATION.served[3].name not in {rule.name for rule in station().rules}
