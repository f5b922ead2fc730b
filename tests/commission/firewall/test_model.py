"""Firewall rules as values."""

from __future__ import annotations

from ipaddress import ip_network

from port502.commission.firewall.model import Action, Direction, Rule, Ruleset

SIX = Rule(Direction.ROUTED, Action.ALLOW, "a", "b", (502,), destinations=(ip_network("fd00::/8"),))
REST = Rule(Direction.INBOUND, Action.DROP, "rest", "b", (502,))


def test_a_rule_speaks_of_the_family_of_its_networks_or_of_both() -> None:
    assert SIX.families == (6,)
    assert REST.families == (4, 6)


def test_rules_are_told_apart_by_direction_in_a_fixed_order() -> None:
    rules = Ruleset("site", (SIX, REST))
    assert rules.directions == (Direction.INBOUND, Direction.ROUTED)
    assert rules.of(Direction.ROUTED) == (SIX,)
    assert rules.of(Direction.OUTBOUND) == ()
