"""The way to an address as the routing table has it."""

from __future__ import annotations

import sys
from ipaddress import ip_address

import pytest

from port502.transport.probe import netlink, routes
from port502.transport.probe.attempt import Place
from port502.transport.probe.interfaces import interfaces
from port502.transport.probe.routes import route_to, source_for

linux = pytest.mark.skipif(sys.platform != "linux", reason="netlink is Linux's")


@linux
def test_the_loopback_is_this_machine() -> None:
    way = route_to(ip_address("127.0.0.1"))
    assert way is not None
    assert way.is_local
    assert way.on_link
    assert way.interface is not None
    assert str(way.source) == "127.0.0.1/8"


def test_where_no_way_leads_the_kernels_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(routes, "ask", ask)
    with pytest.raises(OSError, match="unreachable"):
        route_to(ip_address("192.0.2.7"))


@linux
def test_a_gateway_and_our_own_address_are_read_out_of_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    (lo,) = [one for one in interfaces() if one.is_loopback]
    said = {4: lo.index.to_bytes(4, sys.byteorder), 5: bytes((10, 0, 0, 1)), 7: bytes((127, 0, 0, 1))}
    monkeypatch.setattr(routes, "ask", lambda *_: netlink.Entry(b"", said))
    way = route_to(ip_address("192.0.2.7"))
    assert way is not None
    assert not way.on_link
    assert (str(way.gateway), str(way.source), way.interface) == ("10.0.0.1", "127.0.0.1/8", lo)


def test_a_system_without_such_tables_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netlink, "is_available", lambda: False)
    assert route_to(ip_address("127.0.0.1")) is None


def test_our_own_address_on_the_way_is_the_systems_choice() -> None:
    assert source_for(Place("127.0.0.1", 502)) == "127.0.0.1"
    with pytest.raises(OSError, match=r"\w"):
        source_for(Place("255.255.255.255", 502))
