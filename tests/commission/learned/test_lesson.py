"""What was learned: servers, units, points, and what stays uncertain."""

from __future__ import annotations

import pytest

from port502.commission.learned.lesson import learn
from port502.errors import UsageError
from port502.transport.url import parse_url
from tests.commission.learned.seen import LIKELY, REPLAY_AT, lesson, observed, polling
from tests.traffic.wire import Talk, adu, answer, ask


def test_a_server_with_its_unit_its_points_and_its_replay() -> None:
    found = lesson(*polling().records)
    [(station, one)] = found.devices
    assert (station.name, station.url, str(station.replay)) == (
        "at-10-0-0-2",
        "tcp://10.0.0.2:502",
        "tcp://127.0.0.1:15020",
    )
    assert one.name == "device-10-0-0-2"
    assert [point.ref for point in one.layout.raw] == [
        "holding:100",
        "holding:101",
        "holding:102",
        "holding:103",
    ]
    assert found.clients == {"10.0.0.1": "controller"}
    assert found.uncertain == [
        "10.0.0.2:502 unit 1 refused all reads of 1 range: the site does not read them"
    ]
    assert station.slowest_ms == pytest.approx(1.0, rel=0.05)


def test_names_and_places_are_told_apart() -> None:
    found = lesson(
        *polling().records, *polling(unit=9).records, *polling(port=1502).records, *polling(port=5020).records
    )
    assert [station.name for station in found.stations] == [
        "at-10-0-0-2",
        "at-10-0-0-2-1502",
        "at-10-0-0-2-5020",
    ]
    assert [one.name for _, one in found.devices] == [
        "device-10-0-0-2-unit-1",
        "device-10-0-0-2-unit-9",
        "device-10-0-0-2",
        "device-10-0-0-2-2",
    ]
    assert [station.replay.port for station in found.stations if station.replay] == [15020, 15021, 15022]


def test_ports_may_run_out() -> None:
    records = [*polling().records, *polling(port=1502).records]
    with pytest.raises(UsageError, match="not enough ports"):
        learn(observed(*records), ["a.pcap"], parse_url("tcp://127.0.0.1:65535"), LIKELY)


def test_a_server_that_was_never_heard() -> None:
    found = lesson(*Talk(opened=True).asks(ask(1, 5, 2)).asks(ask(2, 5, 2)).records)
    [(station, one)] = found.devices
    assert one.one_sided
    assert [str(block) for block in one.blocks] == ["holding:5*2"]
    assert station.replay is None
    assert (
        "10.0.0.2:502 was never heard to answer: what is read of it is taken as it was asked for"
        in found.uncertain
    )


def test_ranges_without_answer_are_told() -> None:
    talk = polling()
    talk.asks(ask(55, 700, 2))
    assert any("never answered reads of 1 range" in note for note in lesson(*talk.records).uncertain)


def test_garbage_is_told() -> None:
    talk = polling().asks(adu(77, "10 0000 0002 03 0000 00")).answers(answer(99, 1))
    notes = lesson(*talk.records).uncertain
    assert "requests that no server understands, which the policy does not allow: 1" in notes
    assert "responses without their request, whose values nobody can place: 1" in notes


def test_nothing_at_all() -> None:
    found = learn(observed(), ["a.pcap"], REPLAY_AT, LIKELY)
    assert (found.stations, found.clients, found.uncertain) == ([], {}, [])


def test_servers_stand_in_the_order_of_their_addresses() -> None:
    records = []
    for host in (10, 9, 2):
        talk = Talk(opened=False)
        talk.ends[False] = (bytes((10, 0, 0, host)), 502)
        records += talk.asks(ask(1)).answers(answer(1, 5)).records
    assert [station.host for station in lesson(*records).stations] == ["10.0.0.2", "10.0.0.9", "10.0.0.10"]
