"""Rules for firewalld."""

from __future__ import annotations

from port502.commission.firewall import firewalld
from port502.commission.firewall.derive import Scope
from tests.commission.firewall.sites import golden, station


def test_the_rules_of_a_host() -> None:
    rendered = firewalld.render(station())
    assert rendered.text == golden("firewalld.host.txt")
    assert rendered.undo == (
        "firewall-cmd --permanent --delete-policy=port502-in",
        "firewall-cmd --permanent --delete-policy=port502-out",
        "firewall-cmd --reload",
    )


def test_the_rules_between_networks() -> None:
    assert firewalld.render(station(Scope.ROUTED)).text == golden("firewalld.routed.txt")
