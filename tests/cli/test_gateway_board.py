"""The table, the fields and the last words of a gateway."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from port502.cli.gateway_board import Board, summary, words
from port502.gateway.gateway import ClientCounters
from port502.gateway.status import BusStatus, GatewayStatus, UnitStatus

ALIVE = UnitStatus(1, "alive", 0.12, True, 0.03, 0.035, 0.04, 900, 899, 0, 1, 0, {2: 3}, "")
DEAD = UnitStatus(2, "dead", 1.0, False, None, None, None, 3, 0, 3, 0, 0, {}, "unit 2 did not answer")


def bus(name: str = "yard", state: str = "open", **more: object) -> BusStatus:
    known: dict[str, object] = {
        "name": name,
        "url": f"rtu:///dev/{name}",
        "state": state,
        "requests": 1000,
        "replies": 900,
        "no_answer": 3,
        "no_path": 0,
        "refused": 0,
        "spared": 97,
        "retries": 1,
        "unknown_writes": 0,
        "waiting": 4,
        "oldest": 0.1,
        "busy_seconds": 50.0,
        "discarded": {"late": 1, "noise": 12},
        "units": (ALIVE, DEAD),
        "last_error": "the port is gone",
    }
    return BusStatus(**known | more)  # type: ignore[arg-type]


def status(*buses: BusStatus, seconds: float = 100.0, requests: int = 990) -> GatewayStatus:
    clients = (
        ClientCounters("10.0.0.1:5", requests, 2, 1, 9.0),
        ClientCounters("10.0.0.2:6", 10, 0, 0, 10.0),
    )
    return GatewayStatus(seconds, ("tcp://127.0.0.1:1502",), buses or (bus(),), clients, 7)


def shown(board: Board, told: GatewayStatus, rows: int = 30) -> str:
    out = Console(width=140)
    with out.capture() as capture:
        out.print(board.draw(told, rows))
    return capture.get()


def test_units_in_trouble_come_first_with_what_was_learned() -> None:
    text = shown(Board(), status())
    lines = [line.split() for line in text.splitlines()]
    assert ["2", "dead"] in [line[:2] for line in lines]
    assert text.index(" dead") < text.index(" alive")
    assert "3 × exception 02" in text
    assert "120 ms" in text
    assert "1 late" in text
    assert "port is gone" not in text


def test_rates_and_load_are_those_of_lately() -> None:
    board = Board()
    shown(board, status())
    text = shown(board, status(bus(requests=1100, busy_seconds=51.0), seconds=102.0, requests=1000))
    [line] = [line for line in text.splitlines() if line.startswith("yard  rtu:///dev/yard")]
    assert line.split()[2:6] == ["open", "1,100", "50.0", "50%"]


def test_a_bus_that_is_not_well_says_why() -> None:
    assert "the port is gone" in shown(Board(), status(bus(state="closed")))


def test_what_has_no_room_is_counted_and_several_buses_are_told_apart() -> None:
    text = shown(Board(), status(bus(), bus("hall")), rows=11)
    assert "and 3 more units" in text
    assert "2 hall" in text


def test_the_fields_and_the_last_line() -> None:
    told = summary(status())
    assert told["unmapped"] == 7
    buses: Any = told["buses"]
    first = buses[0]
    assert first["units"][0]["timeout_ms"] == 120.0
    assert first["units"][0]["exceptions"] == {"02": 3}
    assert first["units"][1]["p99_ms"] is None
    assert words(status()) == (
        "the gateway ended after 100.0 s: 1,000 requests of 2 clients to 1 bus, 900 answered, 100 could not be"
    )
