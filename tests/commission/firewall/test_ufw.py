"""Rules for ufw."""

from __future__ import annotations

from port502.commission.firewall import ufw
from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Facts, Served
from port502.transport.url import parse_url
from tests.commission.firewall.sites import golden, station


def test_the_rules_of_a_host() -> None:
    assert ufw.render(station()).text == golden("ufw.host.txt")


def test_the_rules_between_networks() -> None:
    assert ufw.render(station(Scope.ROUTED)).text == golden("ufw.routed.txt")


def test_everybody_of_one_family_is_two_halves() -> None:
    """``from any`` would mean both families, and ufw keeps one rule only for the same addresses and ports."""
    facts = Facts("s", served=(Served("open", parse_url("tcp://0.0.0.0"), ("0.0.0.0/0",)),))
    assert ufw.render(rules_for(facts)).undo == (
        "ufw delete allow proto tcp from 0.0.0.0/1 to any port 502",
        "ufw delete allow proto tcp from 128.0.0.0/1 to any port 502",
        "ufw delete deny log proto tcp from any to any port 502",
    )


def test_every_rule_is_undone_by_its_own_words() -> None:
    rendered = ufw.render(station())
    made = [
        line.partition(" comment ")[0]
        for line in rendered.text.splitlines()
        if line.startswith("ufw prepend")
    ]
    assert {line.replace("prepend", "delete") for line in made} == set(rendered.undo)
