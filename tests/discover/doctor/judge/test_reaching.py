"""Name, route, cable, address, firewall, judged without a network."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import Any

import pytest

from port502.discover.doctor.evidence import ConnectSeen, NameSeen, RouteSeen
from port502.discover.doctor.findings import Confidence
from port502.discover.doctor.judge import judge
from port502.transport.probe.alive import Alive
from port502.transport.probe.attempt import Attempt, Outcome, Place
from port502.transport.probe.icmp import IcmpError
from port502.transport.probe.interfaces import Interface
from port502.transport.probe.neighbours import Neighbour
from port502.transport.probe.routes import Route
from tests.discover.doctor.cases import PLACE, attempted, evidence, question

OWN = ip_interface("192.168.1.5/24")
ETH = Interface("eth0", 2, addresses=(OWN,))
ON_LINK = RouteSeen(Route(ETH, None, OWN), interfaces=(ETH,), nearest=ETH)
ROUTED = RouteSeen(Route(ETH, ip_address("192.168.1.1"), OWN), interfaces=(ETH,))
MAC = Neighbour(PLACE.ip, "00:80:f4:01:02:03", 2, "reachable")
NO_MAC = Neighbour(PLACE.ip, "", 2, "failed")


def verdict(
    outcome: Outcome,
    way: RouteSeen = ON_LINK,
    *,
    icmp: IcmpError | None = None,
    took: float = 0.001,
    **more: Any,
) -> Any:
    tried = ConnectSeen((attempted(outcome, icmp=icmp, took=took),), **more)
    return judge(evidence(route=way, connect=tried)).main


@pytest.mark.parametrize(
    ("outcome", "way", "more", "code", "confidence"),
    [
        (Outcome.REFUSED, ON_LINK, {}, "TCP.REFUSED_RST", "likely"),
        (Outcome.REFUSED, ON_LINK, {"icmp": IcmpError(3, 3, "192.168.1.10")}, "TCP.REFUSED_ICMP", "sure"),
        (Outcome.REFUSED, ON_LINK, {"modbus_ports": (1502,)}, "TCP.OTHER_PORT", "sure"),
        (Outcome.UNREACHABLE, ON_LINK, {"took": 3.07, "neighbour": NO_MAC}, "L2.NO_ARP", "sure"),
        (Outcome.UNREACHABLE, ROUTED, {"icmp": IcmpError(3, 13, "192.168.1.1")}, "NET.PROHIBITED", "sure"),
        (Outcome.UNREACHABLE, ROUTED, {}, "NET.PROHIBITED", "likely"),
        (Outcome.TIMEOUT, ON_LINK, {"neighbour": MAC}, "TCP.FILTERED", "likely"),
        (Outcome.TIMEOUT, ON_LINK, {"neighbour": NO_MAC}, "L2.NO_ARP", "sure"),
        (Outcome.TIMEOUT, ROUTED, {"alive": Alive(True, 0.01, "192.168.1.10")}, "TCP.FILTERED", "sure"),
        (Outcome.TIMEOUT, ROUTED, {"alive": Alive(False)}, "TCP.BLACKHOLE", "sure"),
        (Outcome.TIMEOUT, RouteSeen(), {}, "TCP.BLACKHOLE", "likely"),
        (Outcome.NO_ROUTE, ON_LINK, {}, "ROUTE.NONE", "sure"),
        (Outcome.NO_ROUTE, ROUTED, {"icmp": IcmpError(3, 0, "10.0.0.9")}, "NET.PROHIBITED", "sure"),
        (Outcome.FAILED, ON_LINK, {}, "UNKNOWN", "possible"),
        (
            Outcome.OPEN,
            ON_LINK,
            {"claimants": ("02:00:00:00:00:01", "02:00:00:00:00:02")},
            "L2.DUPLICATE",
            "sure",
        ),
    ],
)
def test_how_an_attempt_ended_and_what_was_around_it(
    outcome: Outcome, way: RouteSeen, more: dict[str, Any], code: str, confidence: str
) -> None:
    main = verdict(outcome, way, **more)
    assert (main.code, str(main.confidence)) == (code, confidence)


def test_a_vlan_cannot_be_seen_and_that_is_said() -> None:
    main = verdict(Outcome.UNREACHABLE, took=3.07, neighbour=NO_MAC)
    assert any(one.kind == "inferred" and "VLAN" in one.signal for one in main.signals)


def test_our_own_firewall_is_named_as_such() -> None:
    main = verdict(Outcome.REFUSED, icmp=IcmpError(3, 3, "192.168.1.5"))
    assert "this machine itself" in main.sentence


def test_a_drop_that_may_be_here_or_there_is_not_told_apart() -> None:
    assert "cannot be told apart" in verdict(Outcome.TIMEOUT, neighbour=MAC).sentence


def test_a_dead_gateway_is_named() -> None:
    assert (
        "192.168.1.1"
        in verdict(Outcome.UNREACHABLE, ROUTED, took=3.07, icmp=IcmpError(3, 1, "192.168.1.5")).sentence
    )


def test_another_mac_than_the_inventorys_is_told_however_it_is_written() -> None:
    tried = ConnectSeen((attempted(),), neighbour=MAC)
    other = evidence(question=question(mac="00-80-F4-99-99-99"), connect=tried)
    same = evidence(question=question(mac="00-80-F4-01-02-03"), connect=tried)
    assert judge(other).main.code == "L2.MAC_CHANGED"
    assert judge(same).main.code == "UNKNOWN"


def test_a_name_without_addresses_and_one_with_a_dead_address() -> None:
    assert judge(evidence(name=NameSeen("plc", error="unknown"), connect=None)).main.code == "NAME.NONE"
    dead = Attempt(Place("192.168.1.9", 502), Outcome.TIMEOUT, 3.0)
    names = NameSeen("plc", (dead.place, PLACE))
    main = judge(evidence(name=names, connect=ConnectSeen((dead, attempted())))).main
    assert main.code == "NAME.MANY"
    assert "192.168.1.9 does not answer" in main.sentence


@pytest.mark.parametrize(
    ("interfaces", "code", "said"),
    [
        ((ETH,), "ROUTE.SUBNET", "192.168.1.0/24"),
        ((Interface("eth0", 2),), "ROUTE.NONE", "has no IPv4 address"),
        ((), "ROUTE.NONE", "unreachable"),
    ],
)
def test_no_way_at_all(interfaces: tuple[Interface, ...], code: str, said: str) -> None:
    way = RouteSeen(None, "network is unreachable", interfaces)
    main = judge(evidence(route=way, connect=None)).main
    assert main.code == code
    assert said in main.sentence


@pytest.mark.parametrize(
    ("leads", "said"),
    [
        (Interface("eth0", 2, has_carrier=False, state="down"), "(down)"),
        (Interface("eth0", 2, is_up=False, has_carrier=False, state="down"), "(switched off)"),
    ],
)
def test_a_cable_without_link_and_an_interface_that_is_off(leads: Interface, said: str) -> None:
    main = judge(evidence(route=RouteSeen(None, "no", (leads,), leads), connect=None)).main
    assert main.code == "LINK.DOWN"
    assert said in main.sentence
    assert main.confidence is Confidence.SURE
