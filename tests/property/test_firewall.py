"""Firewall rules let through what a site names, and nothing else: read twice, by people who do not know each other."""

from __future__ import annotations

import shlex
from ipaddress import ip_address, ip_network
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from port502.commission.firewall import iptables
from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Called, Facts, Served
from port502.commission.firewall.model import Direction, Ruleset
from port502.errors import UsageError
from port502.transport.url import parse_url
from tests.commission.firewall.evaluator import (
    ALLOWED,
    DROPPED,
    UNTOUCHED,
    Packet,
    inbound,
    outbound,
    verdict,
)

FOURS = ("10.0.0.1", "10.0.0.2", "10.0.1.1", "10.9.0.1", "8.8.8.8", "127.0.0.1")
SIXES = ("fd00::1", "fd00::2", "fd00:1::1", "2001:db8::1", "::1")
NETWORKS = (*FOURS, *SIXES, "10.0.0.0/24", "10.0.0.0/30", "10.0.0.0/8", "fd00::/64", "fd00::/8", "0.0.0.0/0")
PORTS = (502, 802, 1502, 80)
EVERY_DIRECTION = {Direction.INBOUND: inbound, Direction.OUTBOUND: outbound}


def url(host: str, port: int) -> str:
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


names = st.sampled_from(["a", "b", "c"])
ports = st.sampled_from(PORTS)
served = st.builds(
    lambda name, host, port, allow: Served(name, parse_url(url(host, port)), allow),
    names,
    st.sampled_from([*FOURS, *SIXES, "0.0.0.0", "::"]),
    ports,
    st.none() | st.lists(st.sampled_from(NETWORKS), max_size=4).map(tuple),
)
called = st.builds(
    lambda name, host, port, source: Called(name, parse_url(url(host, port)), source),
    names,
    st.sampled_from([*FOURS, *SIXES]),
    ports,
    st.none() | st.sampled_from(["10.0.0.1", "fd00::1"]),
)
sites = st.builds(
    lambda some, others: Facts("s", tuple(some), tuple(others)),
    st.lists(served, max_size=4),
    st.lists(called, max_size=4),
)
fours = st.sampled_from([one for one in FOURS if not one.startswith("127.")])
sixes = st.sampled_from([one for one in SIXES if one != "::1"])
packets = st.builds(
    lambda pair, port: Packet(ip_address(pair[0]), ip_address(pair[1]), port),
    st.tuples(fours, fours) | st.tuples(sixes, sixes),
    st.sampled_from([*PORTS, 443]),
)


def made(facts: Facts) -> Ruleset:
    try:
        return rules_for(facts, Scope.HOST)
    except UsageError:
        return Ruleset("s", ())


@given(sites, packets)
def test_exactly_what_the_site_names_may_pass(facts: Facts, packet: Packet) -> None:
    rules = made(facts)
    for direction, told in EVERY_DIRECTION.items():
        assert verdict(rules, direction, packet) == told(facts, packet)


@given(sites, packets)
def test_iptables_is_told_the_same(facts: Facts, packet: Packet) -> None:
    rules = made(facts)
    text = iptables.render(rules).text
    for direction, told in EVERY_DIRECTION.items():
        assert filtered(text, iptables.chain_name(direction), packet) == told(facts, packet)


@given(sites, packets)
def test_between_networks_pass_the_calls_of_the_site_only(facts: Facts, packet: Packet) -> None:
    hosts = [ip_address("10.0.0.1"), ip_address("fd00::1")]
    try:
        rules = rules_for(facts, Scope.ROUTED, hosts=hosts)
    except UsageError:
        return
    decided = verdict(rules, Direction.ROUTED, packet)
    in_place = packet.destination in hosts
    comes_in = inbound(facts, packet) == ALLOWED and (
        in_place  # a listener on every address is reached at those that the other networks know
        or any(
            (ip_address(one.target.host), one.target.port) == (packet.destination, packet.port)
            for one in facts.served
        )
    )
    goes_out = outbound(facts, packet) == ALLOWED and (
        packet.source in hosts or any(one.source == str(packet.source) for one in facts.called)
    )
    assert (decided == ALLOWED) is (comes_in or goes_out)
    assert decided != UNTOUCHED or packet.port not in (502, 802)


@given(sites)
def test_no_rule_says_what_another_says_already(facts: Facts) -> None:
    rules = made(facts).rules
    said = [(one.direction, one.action, one.ports, one.sources, one.destinations) for one in rules]
    assert len(said) == len(set(said))


def filtered(text: str, chain: str, packet: Packet) -> str:
    """What a chain of a script for iptables does to a packet: its lines read one after the other."""
    tool = "iptables-restore" if packet.source.version == 4 else "ip6tables-restore"
    block = text.partition(f"\n{tool} ")[2].partition("\nPORT502\n")[0]
    for line in block.splitlines():
        words = shlex.split(line)
        if words[:2] != ["-A", chain] or "conntrack" in words or "lo" in words:
            continue
        options = dict(pairwise(words))
        listed = options.get("--dports") or options["--dport"]
        fits = str(packet.port) in listed.split(",") and all(
            address in ip_network(options[option])
            for option, address in (("-s", packet.source), ("-d", packet.destination))
            if option in options
        )
        if fits and options["-j"] != "LOG":
            return ALLOWED if options["-j"] == "ACCEPT" else DROPPED
    return UNTOUCHED
