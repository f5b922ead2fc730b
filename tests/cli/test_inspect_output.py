"""Where the findings of ``inspect`` go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.cli.inspect_output import CsvRows, JsonLines, MessageLines, PacketLines, ParquetRows, ValueLines
from port502.errors import UsageError
from port502.traffic.dissector import Dissector
from port502.traffic.series import Series
from tests.traffic.files import messages_of, polling


def test_lines_have_their_heading_once_and_only_above_something(capsys: pytest.CaptureFixture[str]) -> None:
    lines = MessageLines(None, silent=False)
    lines.messages([])
    assert capsys.readouterr().out == ""
    for one in messages_of(polling())[:2]:
        lines.messages([one])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["frame", "3", "4"]
    MessageLines(None, silent=True).messages(messages_of(polling())[:1])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_each_takes_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    packets = Dissector().packets(polling().records)
    for output in (PacketLines(None, silent=True), JsonLines("packets", None)):
        output.packets(packets)
        output.messages(packets[2].messages)
        output.end()
        assert len(capsys.readouterr().out.splitlines()) == len(packets)


def test_values_are_records_too(capsys: pytest.CaptureFixture[str]) -> None:
    place = ("a.pcap", 99)
    JsonLines("values", lambda frame: place, Series(changes=True)).messages(messages_of(polling()))
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["frame"], first["ref"], first["value"]) == (99, "holding:107", 555)
    ValueLines(Series(), None, silent=True).messages(messages_of(polling()))
    assert len(capsys.readouterr().out.splitlines()) == 13


def test_csv_is_harmless_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    rows = CsvRows("messages", lambda frame: ("=evil", frame))
    rows.messages(messages_of(polling())[:1])
    head, row = capsys.readouterr().out.splitlines()
    assert head.startswith("file,frame,time")
    assert row.startswith("'=evil,3,")


def test_parquet_is_for_records(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not --stats"):
        ParquetRows(tmp_path / "a.parquet", "stats", None)
