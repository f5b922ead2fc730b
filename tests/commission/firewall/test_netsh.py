"""Rules for Windows."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.commission.firewall import netsh
from port502.commission.firewall.derive import Scope, rules_for
from port502.commission.firewall.facts import Facts, Served
from port502.commission.firewall.model import Network
from port502.errors import UsageError
from port502.transport.url import parse_url
from tests.commission.firewall.sites import golden, station


def test_the_rules_of_a_host() -> None:
    rendered = netsh.render(station())
    assert rendered.text == golden("netsh.host.txt")
    assert rendered.undo == ('netsh advfirewall firewall delete rule name="port502"',)


def test_a_windows_host_routes_nothing() -> None:
    with pytest.raises(UsageError, match="--format table"):
        netsh.render(station(Scope.ROUTED))


def test_everybody_is_a_range_since_netsh_knows_no_prefix_of_length_0() -> None:
    facts = Facts("s", served=(Served("open", parse_url("tcp://0.0.0.0"), ("0.0.0.0/0",)),))
    allow, block = [line for line in netsh.render(rules_for(facts)).text.splitlines() if "dir=in" in line]
    assert "remoteip=1.0.0.0-126.255.255.255,128.0.0.0-255.255.255.255 " in allow
    assert "remoteip=::2-ffff" in block


def test_no_line_is_longer_than_a_batch_file_takes() -> None:
    allow = tuple(f"10.{i // 100}.{i % 100 * 2}.1" for i in range(1000))
    facts = Facts("s", served=(Served("many", parse_url("tcp://0.0.0.0"), allow),))
    lines = netsh.render(rules_for(facts)).text.splitlines()
    assert max(map(len, lines)) < 8191
    assert len(lines) > 40


def fours() -> st.SearchStrategy[Network]:
    return st.builds(
        lambda address, prefix: ip_network((address, prefix), strict=False),
        st.integers(0, 2**32 - 1).map(ip_address),
        st.integers(0, 32),
    )


@given(st.lists(fours(), max_size=8), st.data())
def test_a_stranger_is_who_is_no_friend(friends: list[Network], data: st.DataObject) -> None:
    edges = [int(edge) + step for net in friends for edge in (net[0], net[-1]) for step in (-1, 0, 1)]
    near = st.sampled_from([edge for edge in edges if 0 <= edge < 2**32] or [0])
    address = ip_address(data.draw(near | st.integers(0, 2**32 - 1)))
    ranges = [text.partition("-") for text in netsh.strangers_to(friends, 4)]
    stranger = any(ip_address(low) <= address <= ip_address(high or low) for low, _, high in ranges)  # type: ignore[operator]
    ours = address.is_loopback or address in ip_network("0.0.0.0/8")
    assert stranger is not (ours or any(address in friend for friend in friends))
