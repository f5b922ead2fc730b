"""Conversations and figures of captures."""

from __future__ import annotations

from pathlib import Path

from port502.cli.inspect_tables import (
    flows_table,
    functions_table,
    pairs_table,
    summary,
    summary_lines,
)
from port502.traffic.captures import Captures
from port502.traffic.flows import Flows
from port502.traffic.statistics import Statistics
from tests.traffic.files import messages_of, polling, write
from tests.traffic.wire import Talk, ask


def told(tmp_path: Path, talk: Talk) -> tuple[Captures, Statistics]:
    reading = Captures.of_files([str(write(tmp_path / "a.pcap", talk.records))])
    statistics = Statistics()
    for batch in reading.messages():
        statistics.add(batch)
    statistics.settle()
    return reading, statistics


def test_figures(tmp_path: Path) -> None:
    found = summary(*told(tmp_path, polling()))
    assert (found["messages"], found["transactions"], found["unanswered"]) == (13, 6, 1)
    assert found["first"] == "2023-11-14T22:13:20.003000Z"
    assert found["pairs"] == [
        {
            "client": "10.0.0.1",
            "server": "10.0.0.2",
            "port": 502,
            "units": [1],
            "requests": 7,
            "responses": 6,
            "exceptions": {"2": 1},
        }
    ]


def test_what_is_out_of_order_stands_in_a_line_of_its_own(tmp_path: Path) -> None:
    talk = Talk(opened=True).asks(b"GET / HTTP/1.1\r\n").asks(ask(1)).segment(ask(1), at=1016)
    assert (
        summary_lines(*told(tmp_path, talk))[-1]
        == "1 messages have problems, 1 of them are no Modbus, 1 segments were sent again"
    )


def test_tables_have_a_row_for_each(tmp_path: Path) -> None:
    _, statistics = told(tmp_path, polling())
    flows = Flows()
    flows.add(messages_of(polling()))
    assert flows_table(flows.sorted()).row_count == 4
    assert functions_table(statistics).row_count == 3
    assert pairs_table(statistics).row_count == 1
