"""Capture files for tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from port502.traffic.dissector import Dissector
from port502.traffic.message import Message
from port502.traffic.pcap import Record
from port502.transport.capture import PcapngWriter, PcapWriter
from tests.traffic.wire import Talk, adu, answer, ask


def write(path: Path, records: Iterable[Record]) -> Path:
    """A pcap of records of one link, or a pcapng where the name says so."""
    with path.open("wb") as file:
        if path.suffix == ".pcapng":
            several = PcapngWriter(file)
            for time, link, length, data in records:
                several.add(time, link, data, length)
        else:
            writer: PcapWriter | None = None
            for time, link, length, data in records:
                writer = writer or PcapWriter(file, link, nanoseconds=True)
                writer.add(time, data, length)
    return path


def polling() -> Talk:
    """A client that reads two ranges twice, writes, and is refused once."""
    talk = Talk(opened=True)
    for turn in (0, 2):
        talk.asks(ask(turn + 1, 107, 3)).answers(answer(turn + 1, 555, 0, 100 + turn))
        talk.asks(adu(turn + 2, "01 0013 0003")).answers(adu(turn + 2, "01 01 05"))
    talk.asks(adu(9, "06 0005 002a")).answers(adu(9, "06 0005 002a"))
    talk.asks(ask(10, 999)).answers(adu(10, "83 02"))
    return talk.asks(ask(11, 107, 3))


def messages_of(talk: Talk) -> list[Message]:
    """What it says."""
    return Dissector().feed(talk.records)
