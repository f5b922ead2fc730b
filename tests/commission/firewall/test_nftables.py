"""Rules for nft."""

from __future__ import annotations

from port502.commission.firewall import nftables
from port502.commission.firewall.derive import Scope
from tests.commission.firewall.sites import golden, station


def test_the_rules_of_a_host() -> None:
    rendered = nftables.render(station())
    assert rendered.text == golden("nftables.host.txt")
    assert (rendered.file, rendered.apply) == ("port502.nft", ("nft -f port502.nft",))
    assert rendered.undo == ("nft delete table inet port502",)


def test_the_rules_between_networks() -> None:
    assert nftables.render(station(Scope.ROUTED)).text == golden("nftables.routed.txt")
