"""How a device is reached: name, route, connection. What goes wrong on real networks is shown by the bench."""

from __future__ import annotations

import socket
from ipaddress import ip_interface

import pytest

from port502.discover.doctor.evidence import Evidence, NameSeen
from port502.discover.doctor.question import Question
from port502.discover.doctor.steps import reaching
from port502.discover.doctor.steps.reaching import connect, name, route
from port502.discover.doctor.visit import Visit
from port502.transport.probe.attempt import Outcome, Place
from port502.transport.probe.interfaces import Interface
from port502.transport.probe.routes import Route
from port502.transport.url import parse_url
from tests.discover.doctor.bench.scenario import asked
from tests.peers.ports import free_port

ETH = Interface("eth0", 2, addresses=(ip_interface("192.168.1.5/24"),))


def at(*places: Place, url: str = "tcp://127.0.0.1", **more: object) -> Evidence:
    return Evidence(asked(url, **more), name=NameSeen("plc", places))


async def test_an_address_is_its_own_name_and_a_strange_name_none() -> None:
    found = await name(Evidence(Question(parse_url("tcp://127.0.0.1:1502"))), Visit())
    assert found.name == NameSeen("127.0.0.1", (Place("127.0.0.1", 1502),))
    lost = await name(Evidence(Question(parse_url("tcp://no-such-plc.invalid"))), Visit())
    assert lost.name is not None
    assert lost.name.error


async def test_a_resolver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(host: str, port: int) -> tuple[Place, ...]:
        raise TimeoutError

    monkeypatch.setattr(reaching, "places_of", hangs)
    lost = await name(Evidence(Question(parse_url("tcp://plc"))), Visit())
    assert lost.name is not None
    assert lost.name.error == "the resolver does not answer"


async def test_the_first_address_that_opens_is_kept_and_the_dead_ones_are_noted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dead, live = Place("127.0.0.1", free_port()), Place("127.0.0.1", listening.getsockname()[1])
        visit = Visit()
        seen = await connect(at(dead, live), visit)
        assert seen.connect is not None
        assert [one.outcome for one in seen.connect.attempts] == [Outcome.REFUSED, Outcome.OPEN]
        assert visit.sock is not None
        await visit.end()


async def test_on_this_machine_the_listening_process_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        visit = Visit()
        seen = await connect(await route(at(Place("127.0.0.1", listening.getsockname()[1])), visit), visit)
        assert seen.connect is not None
        assert "process" in seen.connect.listener
        await visit.end()


async def test_other_ports_are_tried_with_consent_only() -> None:
    seen = await connect(at(Place("127.0.0.1", free_port())), Visit())
    assert [one.what for one in seen.untested] == ["other ports"]


async def test_without_the_right_a_second_device_with_the_address_cannot_be_ruled_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refused(*_: object) -> tuple[str, ...]:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(reaching, "claimants", refused)
    monkeypatch.setattr(reaching, "route_to", lambda address: Route(ETH, None, ETH.addresses[0]))
    visit = Visit()
    seen = await connect(await route(at(Place("127.0.0.1", free_port())), visit), visit)
    (told,) = [one for one in seen.untested if one.what == "duplicate address"]
    assert "CAP_NET_RAW" in told.why


async def test_the_interface_that_would_fit_is_found_though_no_way_leads_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(address: object) -> Route:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(reaching, "route_to", nowhere)
    monkeypatch.setattr(reaching, "source_for", nowhere)
    monkeypatch.setattr(reaching, "interfaces", lambda: (ETH,))
    seen = await route(at(Place("192.168.1.77", 502)), Visit())
    assert seen.route is not None
    assert (seen.route.nearest, seen.route.error) == (ETH, "Network is unreachable")


async def test_a_way_that_the_system_finds_counts_more_than_its_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(address: object) -> Route:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(reaching, "route_to", nowhere)
    seen = await route(at(Place("127.0.0.1", 502)), Visit())
    assert seen.route is not None
    assert (seen.route.route, seen.route.error) == (None, "")
