"""Rules for iptables and ip6tables."""

from __future__ import annotations

import re
from ipaddress import ip_network

from port502.commission.firewall import iptables
from port502.commission.firewall.derive import Scope
from port502.commission.firewall.model import Action, Direction, Rule, Ruleset
from tests.commission.firewall.sites import golden, station


def test_the_rules_of_a_host() -> None:
    rendered = iptables.render(station())
    assert rendered.text == golden("iptables.host.txt")
    assert rendered.apply == ("sh port502-iptables.sh",)
    assert len(rendered.undo) == 2


def test_the_rules_between_networks() -> None:
    assert iptables.render(station(Scope.ROUTED)).text == golden("iptables.routed.txt")


def test_chains_of_an_earlier_scope_are_removed() -> None:
    assert "-D INPUT -j PORT502-IN" in iptables.render(station(Scope.ROUTED)).text.partition("set -eu")[2]


def test_more_ports_than_one_match_takes_are_several() -> None:
    ports = tuple(range(1, 21))
    rule = Rule(Direction.INBOUND, Action.ALLOW, "a", "b", ports, (ip_network("10.0.0.1"),))
    lines = re.findall(r"--dports ([\d,]+)", iptables.render(Ruleset("s", (rule,))).text)
    assert [len(line.split(",")) for line in lines] == [15, 5]
