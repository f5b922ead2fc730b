"""Rules for ufw."""

from __future__ import annotations

from port502.commission.firewall import ufw
from port502.commission.firewall.derive import Scope
from tests.commission.firewall.sites import golden, station


def test_the_rules_of_a_host() -> None:
    assert ufw.render(station()).text == golden("ufw.host.txt")


def test_the_rules_between_networks() -> None:
    assert ufw.render(station(Scope.ROUTED)).text == golden("ufw.routed.txt")


def test_every_rule_is_undone_by_its_own_words() -> None:
    rendered = ufw.render(station())
    made = [
        line.partition(" comment ")[0]
        for line in rendered.text.splitlines()
        if line.startswith("ufw prepend")
    ]
    assert {line.replace("prepend", "delete") for line in made} == set(rendered.undo)
