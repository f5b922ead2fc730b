"""How a site fares, drawn: calm where all is well."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console, Group, RenderableType

from port502.cli.board import (
    Rates,
    connections_table,
    count,
    devices_board,
    duration,
    headline,
    milliseconds,
    refusal_text,
    trouble,
    troubles,
)
from port502.collect.latest import Current
from port502.collect.sample import Sample
from port502.collect.settings import ConnectionSettings, DeviceSettings, PointSettings
from port502.collect.status import CollectorStatus, ConnectionStatus, FaultyPoint, UnitStatus
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.site.status import HistoryStatus, ListenerStatus, Refusal, SiteStatus

ONLINE = UnitStatus("pump", 1, "online", 60.0)
READY = ConnectionStatus("plc", "tcp://plc:502", "ready", 60.0, response_p50=0.0012, units=(ONLINE,))
DOWN = replace(READY, state="backing off", last_error="refused; nothing listens")
SILENT = replace(READY, units=(replace(ONLINE, state="offline", last_error="no answer"),))
FAULTY = replace(READY, faulty=(FaultyPoint("pump.ghost", "exception 2", 60.0),))


def site(*connections: ConnectionStatus, bad: int = 0) -> SiteStatus:
    collector = CollectorStatus(75.0, 10, 5, 100 + bad, 100, 0, bad, 0, 0, 0, connections=connections)
    return SiteStatus("station", "site.yaml", 1, collector, HistoryStatus("history"))


def drawn(*things: RenderableType, width: int = 80, colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None).print(
        Group(*things)
    )
    return out.getvalue()


def devices(count: int) -> tuple[SiteStatus, list[ConnectionSettings]]:
    points = (PointSettings("speed", Point("speed", Table.HOLDING, 0, unit="Hz")),)
    names = [f"pump-{number}" for number in range(count)]
    status = [replace(READY, name=name, units=(replace(ONLINE, device=name),)) for name in names]
    settings = [ConnectionSettings(name, "tcp://x", (DeviceSettings(name, 1, points),)) for name in names]
    return site(*status), settings


def find(point: str) -> Current | None:
    return Current(Sample(point, 0.0, 48.123456789), 0.4)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (9.94, "9.9 s"),
        (12.4, "12 s"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.00012, "0.12 ms"), (0.0012, "1.2 ms"), (0.25, "250 ms")]
)
def test_response_times(seconds: float | None, text: str) -> None:
    assert milliseconds(seconds) == text


def test_counts() -> None:
    assert (count(1, "device"), count(1200, "device")) == ("1 device", "1,200 devices")


def test_refusals_stand_in_the_headline_where_somebody_listens() -> None:
    refusal = Refusal(
        "2026-03-01T10:00:07.000Z", "safe", "10.0.0.9", 1, "6", "holding", 100, "refuse", 1, "no rule fits"
    )
    listener = ListenerStatus("safe", "tcp://0.0.0.0:502", refused=3, last_refusal=refusal)
    assert "refused 3" in drawn(*headline(replace(site(READY), listeners=(listener,))))
    assert "refused" not in drawn(*headline(site(READY)))
    assert refusal_text(refusal) == (
        "10:00:07 UTC safe: 10.0.0.9: write single register at holding:100: exception 01 (no rule fits)"
    )
    malformed = replace(refusal, operation="", address=None, exception=None, action="drop", reason="")
    assert refusal_text(malformed) == "10:00:07 UTC safe: 10.0.0.9: a malformed request: drop"


def test_the_headline_is_grey_unless_something_is_wrong() -> None:
    calm = drawn(*headline(site(READY), Rates(1.5)), colour=True)
    assert "1.5 polls/s" in calm
    assert not any(f"\x1b[{code}m" in calm for code in ("31", "33"))
    assert "31" in drawn(*headline(site(READY, bad=3)), colour=True)


@pytest.mark.parametrize(
    ("connection", "word"),
    [(READY, ""), (DOWN, "backing off"), (SILENT, "offline"), (FAULTY, "faulty points")],
)
def test_what_is_wrong_in_a_word(connection: ConnectionStatus, word: str) -> None:
    assert trouble(connection, connection.units[0]) == word


def test_the_table_of_connections_fits_a_terminal() -> None:
    out = drawn(connections_table(site(READY, replace(DOWN, name="hall-gateway")).collector))
    assert out.splitlines()[1].split() == ["plc", "pump", "online", "1", "min", "1.2", "ms", "0%", "0"]
    assert "backing off" in out
    assert len(out.splitlines()) == 3


def test_what_is_wrong_is_said_in_full() -> None:
    assert [line.plain for line in troubles(site(READY, DOWN, SILENT, FAULTY).collector)] == [
        "pump: backing off: refused; nothing listens",
        "pump: offline: no answer",
        "pump: faulty points: pump.ghost: exception 2",
    ]


def test_devices_have_their_values_and_fit_the_screen() -> None:
    status, settings = devices(50)
    out = drawn(*devices_board(status, settings, find, rows=12, width=80)).rstrip().splitlines()
    assert len(out) == 12
    assert out[1].split() == ["pump-0", "online", "1.2", "ms", "0.4", "s", "speed", "48.123", "Hz"]
    assert out[-1].rstrip() == "and 40 more devices, all well"
    assert max(map(len, out)) <= 80


def test_what_is_not_well_comes_first_and_is_counted_among_the_hidden() -> None:
    status, settings = devices(50)
    sick = tuple(
        replace(one, state="backing off", last_error="refused " * 30) if place >= 30 else one
        for place, one in enumerate(status.collector.connections)
    )
    status = replace(status, collector=replace(status.collector, connections=sick))
    out = drawn(*devices_board(status, settings, find, rows=12, width=80)).rstrip().splitlines()
    assert out[1].startswith("pump-30   backing off")
    assert out[1].rstrip().endswith("…")
    assert "10 of them not well" in out[-1]
    assert max(map(len, out)) <= 80


def test_text_of_a_device_is_escaped() -> None:
    """H280."""
    status, settings = devices(1)

    def hostile(point: str) -> Current:
        return Current(Sample(point, 0.0, "\x1b[2J"), 0.1)

    assert "\\x1b[2J" in drawn(*devices_board(status, settings, hostile, rows=5, width=80))


def test_losses_are_told_once_whatever_their_reason() -> None:
    ill = replace(site(READY), history=HistoryStatus("history", lost=5, overflowed=3))
    assert "lost 5" in drawn(*headline(ill))
