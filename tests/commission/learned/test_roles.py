"""Who is who."""

from __future__ import annotations

from port502.commission.learned.roles import BOTH, CLIENT, SERVER, client_names, role_of, slug
from port502.guard.seen import Seen


def seen(client: str, operation: str, table: str = "holding") -> Seen:
    return Seen(client, None, 1, operation, table, 0, 1)


def test_clients_are_named_after_what_they_do() -> None:
    names = client_names(
        [
            seen("10.0.0.1", "3"),
            seen("10.0.0.1", "43/14", ""),
            seen("10.0.0.2", "3"),
            seen("10.0.0.2", "6"),
            seen("10.0.0.3", "16"),
            seen("10.0.0.4", "17", ""),
        ]
    )
    assert names == {
        "10.0.0.1": "reader",
        "10.0.0.2": "controller",
        "10.0.0.3": "writer",
        "10.0.0.4": "identifier",
    }


def test_those_who_do_the_same_are_told_apart() -> None:
    assert client_names([seen("10.0.0.1", "3"), seen("fd00::1", "4")]) == {
        "10.0.0.1": "reader-10-0-0-1",
        "fd00::1": "reader-fd00-1",
    }


def test_a_host_may_be_both() -> None:
    assert role_of("a", ["a"], ["b"]) == CLIENT
    assert role_of("b", ["a"], ["b"]) == SERVER
    assert role_of("a", ["a"], ["a"]) == BOTH


def test_any_text_can_be_a_part_of_a_name() -> None:
    assert slug("[FE80::1%eth0]") == "fe80-1-eth0"
    assert slug("\u202e") == "local"
