"""Packets saved as they were captured."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.traffic import links
from port502.traffic.capture import Capture
from port502.traffic.dissector import Dissector
from port502.traffic.pcap import Record
from port502.traffic.saving import Saving
from tests.traffic.wire import Talk, ask, on_link


def saved(path: Path, records: list[Record]) -> list[Record]:
    saving = Saving(path)
    try:
        saving.add(Dissector().packets(records))
    finally:
        saving.close()
    assert saving.packets == len(records)
    return [one for batch in Capture(str(path)) for one in batch]


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng"])
def test_what_is_saved_reads_back(tmp_path: Path, name: str) -> None:
    records = [(time + 7, link, length + 5, data) for time, link, length, data in Talk().asks(ask(1)).records]
    assert saved(tmp_path / name, records) == records


def test_several_links_need_pcapng(tmp_path: Path) -> None:
    (record,) = Talk().asks(ask(1)).records
    both = [record, on_link(record, links.ETHERNET)]
    assert saved(tmp_path / "a.pcapng", both) == both
    with pytest.raises(UsageError, match=r"write to a\.pcapng"):
        saved(tmp_path / "a.pcap", both)


def test_nothing_saved_is_a_capture_too(tmp_path: Path) -> None:
    assert saved(tmp_path / "a.pcap", []) == []
    with pytest.raises(UsageError, match="cannot write"):
        Saving(tmp_path / "nowhere" / "a.pcap")
