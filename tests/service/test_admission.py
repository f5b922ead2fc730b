from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.service.access import Networks
from port502.service.admission import Admission, Limits


def admission(*, listed: list[str] | None = None, **limits: Any) -> Admission[str]:
    return Admission(Limits(**limits), listed=None if listed is None else Networks(listed))


def test_the_limits_have_the_values_of_the_site_file() -> None:
    limits = Limits()
    assert (limits.connections, limits.per_client, limits.in_flight) == (16, 4, 16)
    assert (limits.idle, limits.frame, limits.requests_per_second) == (60.0, 3.0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"connections": 0},
        {"per_client": 0},
        {"in_flight": 0},
        {"in_flight": 1.5},
        {"idle": 0},
        {"frame": -1},
        {"requests_per_second": 0},
    ],
)
def test_a_limit_that_admits_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Limits(**wrong)


def test_h080_without_a_list_only_private_clients_may_connect() -> None:
    door: Admission[str] = Admission()
    refused = door.arrive("a", "8.8.8.8", 0.0)
    assert (refused.accept, refused.evict, refused.seat) == (False, None, None)
    assert "8.8.8.8 is not on the allow list" in refused.reason
    assert door.arrive("b", "127.0.0.1", 0.0).accept
    assert (door.counters.not_allowed, door.counters.accepted, len(door)) == (1, 1, 1)


def test_h080_with_a_list_only_its_clients_may_connect() -> None:
    door: Admission[str] = Admission(allow=Networks(["192.168.1.10"]))
    assert not door.arrive("a", "127.0.0.1", 0.0).accept
    assert door.arrive("b", "192.168.1.10", 0.0).accept
    assert door.arrive("c", "::ffff:192.168.1.10", 0.0).accept


def test_h073_at_the_limit_the_longest_unused_connection_makes_room() -> None:
    door = admission(connections=3)
    for number in range(3):
        door.arrive(f"c{number}", f"10.0.0.{number}", 0.0)
        door.used(f"c{number}", 10.0 - number)
    decision = door.arrive("new", "10.0.0.9", 12.0)
    assert (decision.accept, decision.evict) == (True, "c2")
    assert decision.reason == (
        "3 connections are open, the limit: the one of 10.0.0.2, unused for 4 s, makes room"
    )
    assert len(door) == 3
    assert door.counters.evicted == 1


def test_h073_connections_that_never_asked_anything_go_before_those_that_did() -> None:
    door = admission(connections=3)
    door.arrive("good", "10.0.0.1", 0.0)
    door.used("good", 1.0)
    evicted = [
        door.arrive(f"flood{number}", f"10.0.1.{number}", 50.0 + number).evict for number in range(200)
    ]
    assert "good" not in evicted
    assert evicted[2:] == [f"flood{number}" for number in range(198)]


def test_h073_the_limit_per_client_is_met_by_the_clients_own_connections() -> None:
    door = admission(per_client=2)
    door.arrive("other", "10.0.0.2", 0.0)
    door.arrive("first", "10.0.0.1", 1.0)
    door.arrive("second", "::ffff:10.0.0.1", 2.0)
    decision = door.arrive("third", "10.0.0.1", 3.0)
    assert (decision.accept, decision.evict) == (True, "first")
    assert decision.reason.startswith("10.0.0.1 has 2 connections, its limit")


def test_h073_a_full_listener_can_refuse_instead() -> None:
    door = admission(connections=3, per_client=2, evict=False)
    door.arrive("a", "10.0.0.1", 0.0)
    door.arrive("b", "10.0.0.1", 0.0)
    refused = door.arrive("c", "10.0.0.1", 1.0)
    assert (refused.accept, refused.reason) == (False, "10.0.0.1 has 2 connections, its limit")
    assert door.arrive("d", "10.0.0.2", 1.0).accept
    refused = door.arrive("e", "10.0.0.3", 1.0)
    assert (refused.accept, refused.reason) == (False, "3 connections are open, the limit")
    assert (door.counters.too_many, door.counters.too_many_of_client) == (1, 1)
    assert len(door) == 3


@pytest.mark.parametrize("evict", [True, False])
def test_a_listed_client_always_gets_in_and_the_others_make_room(evict: bool) -> None:
    """TCP Implementation Guide V1.0b, clause 4.2.1: the pool of listed clients has priority."""
    door = admission(connections=2, listed=["10.0.0.1"], evict=evict)
    door.arrive("listed", "10.0.0.1", 0.0)
    door.arrive("guest", "10.0.0.7", 5.0)
    door.used("guest", 50.0)
    decision = door.arrive("again", "10.0.0.1", 60.0)
    assert (decision.accept, decision.evict) == (True, "guest")
    decision = door.arrive("third", "10.0.0.1", 61.0)
    assert (decision.accept, decision.evict) == (True, "listed"), "listed ones only when no other is left"


def test_a_guest_never_displaces_a_listed_client() -> None:
    door = admission(connections=2, listed=["10.0.0.1"])
    door.arrive("a", "10.0.0.1", 0.0)
    door.arrive("b", "10.0.0.1", 0.0)
    refused = door.arrive("guest", "10.0.0.7", 1000.0)
    assert (refused.accept, refused.evict) == (False, None)
    assert door.counters.too_many == 1


@pytest.mark.parametrize("evict", [True, False])
def test_a_listed_client_gets_past_its_own_dead_connections(evict: bool) -> None:
    door = admission(per_client=1, listed=["10.0.0.1"], evict=evict)
    door.arrive("dead", "10.0.0.1", 0.0)
    decision = door.arrive("new", "10.0.0.1", 5.0)
    assert (decision.accept, decision.evict) == (True, "dead")


def test_an_allow_list_names_the_listed_clients_unless_said_otherwise() -> None:
    allow = Networks(["10.0.0.0/8"])
    door: Admission[str] = Admission(Limits(connections=1), allow)
    door.arrive("a", "10.0.0.1", 0.0)
    assert door.arrive("b", "10.0.0.2", 1.0).evict == "a"
    door = Admission(Limits(connections=1), allow, listed=Networks(["10.0.0.1"]))
    door.arrive("a", "10.0.0.1", 0.0)
    assert not door.arrive("b", "10.0.0.2", 1.0).accept


def test_h070_connections_are_idle_from_their_last_use() -> None:
    door = admission(idle=60.0)
    door.arrive("silent", "10.0.0.1", 0.0)
    busy = door.arrive("busy", "10.0.0.2", 0.0).seat
    assert busy is not None
    busy.last = 30.0
    assert door.idle(59.9) == []
    assert door.idle(60.0) == ["silent"]
    assert door.idle(90.0) == ["silent", "busy"]
    assert admission(idle=None).idle(1e9) == []


def test_a_place_is_free_again_when_its_connection_has_left() -> None:
    door = admission(connections=1, per_client=1, evict=False)
    door.arrive("a", "10.0.0.1", 0.0)
    door.left("a")
    door.left("a")
    door.used("a", 1.0)
    assert len(door) == 0
    assert door.arrive("b", "10.0.0.1", 2.0).accept


def test_h073_the_listener_may_be_asked_when_each_connection_was_last_used() -> None:
    used = {"asked": 7.0}
    door: Admission[str] = Admission(
        Limits(connections=2, per_client=2, idle=5.0), used_at=lambda key: used.get(key, 0.0)
    )
    door.arrive("asked", "10.0.0.1", 0.0)
    door.arrive("silent", "10.0.0.2", 6.0)
    decision = door.arrive("new", "10.0.0.3", 8.0)
    assert decision.evict == "silent", (
        "the one that never asked goes before the one that did, earlier as it came"
    )
    used["new"] = 9.0
    assert door.arrive("other", "10.0.0.3", 10.0).evict == "asked"
    used["other"] = 11.0
    assert door.arrive("third", "10.0.0.3", 12.0).evict == "new"
    assert door.idle(16.5) == ["other"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["arrive", "arrive", "used", "left"]), st.integers(0, 5), st.integers(0, 11)),
    max_size=80,
)


@given(STEPS, st.integers(1, 6), st.integers(1, 4), st.booleans())
def test_h073_h077_whatever_comes_the_limits_hold_and_nothing_is_left_over(
    steps: list[tuple[str, int, int]], connections: int, per_client: int, evict: bool
) -> None:
    door: Admission[int] = Admission(
        Limits(connections=connections, per_client=per_client, evict=evict), listed=Networks(["10.0.0.0/31"])
    )
    seated: dict[int, str] = {}
    for now, (step, client, number) in enumerate(steps, 1):
        key = sorted(seated)[number % len(seated)] if seated and step != "arrive" else 1000 + now
        if step == "used":
            door.used(key, float(now))
        elif step == "left":
            door.left(key)
            seated.pop(key, None)
        else:
            host = f"10.0.0.{client}"
            decision = door.arrive(key, host, float(now))
            if decision.evict is not None:
                assert decision.accept
                gone = seated.pop(decision.evict)
                assert client < 2 or gone == host or gone not in ("10.0.0.0", "10.0.0.1")
            assert decision.accept or client >= 2, "listed clients always get in"
            if decision.accept:
                seated[key] = host
            assert decision.accept or decision.reason
        assert len(door) == len(seated) <= connections
        hosts = list(seated.values())
        assert all(hosts.count(host) <= per_client for host in hosts)
    for key in list(seated):
        door.left(key)
    assert len(door) == 0
    assert not door._of_host
