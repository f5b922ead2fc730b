"""Where the findings of ``inspect`` go, one class for each form: lines for people, JSON, CSV, Zeek's logs, Parquet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from port502.cli import inspect_view
from port502.cli.output import json_text, put
from port502.errors import UsageError
from port502.history.export import safe_text
from port502.traffic.jsonline import JsonLine
from port502.traffic.message import Message
from port502.traffic.packet import Packet
from port502.traffic.parquet import ParquetFile
from port502.traffic.record import COLUMNS, Place, Record, packet_record, record_of
from port502.traffic.series import Seen, Series
from port502.traffic.zeek import ZeekLogs, detailed_record

PACKET_COLUMNS = (
    "file",
    "frame",
    "time",
    "src",
    "sport",
    "dst",
    "dport",
    "protocol",
    "length",
    "captured",
    "vlan",
    "tcp_flags",
    "tcp_len",
    "retransmission",
    "messages",
)
VALUE_COLUMNS = (
    "frame",
    "time",
    "server",
    "unit_id",
    "ref",
    "name",
    "table",
    "address",
    "type",
    "value",
    "unit_of_measure",
    "quality",
    "reason",
    "written",
)


class Output(Protocol):
    """Takes messages as they are found, and ends."""

    def messages(self, messages: Sequence[Message]) -> None:
        """Some messages more."""

    def packets(self, packets: Sequence[Packet]) -> None:
        """Some packets more, where packets are read."""

    def end(self) -> None:
        """No more will come."""


class Quiet:
    """Takes everything and says nothing: the base of those who want one of the two."""

    def messages(self, messages: Sequence[Message]) -> None:
        """Nothing."""

    def packets(self, packets: Sequence[Packet]) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class Lines(Quiet):
    """Lines for people under a heading."""

    def __init__(self, heading: str, *, silent: bool = False) -> None:
        self._heading = "" if silent else heading

    def put(self, lines: Iterable[str]) -> None:
        """Print some lines in one go."""
        text = "\n".join(lines)
        if text:
            if self._heading:
                put(self._heading)
                self._heading = ""
            put(text)


class MessageLines(Lines):
    """A line for each message."""

    def __init__(self, place: Place | None, *, silent: bool) -> None:
        super().__init__(inspect_view.MESSAGES, silent=silent)
        self._place = place

    def messages(self, messages: Sequence[Message]) -> None:
        """Print them."""
        self.put(inspect_view.message_line(one, self._place) for one in messages)


class PacketLines(Lines):
    """A line for each packet."""

    def __init__(self, place: Place | None, *, silent: bool) -> None:
        super().__init__(inspect_view.PACKETS, silent=silent)
        self._place = place

    def packets(self, packets: Sequence[Packet]) -> None:
        """Print them."""
        self.put(inspect_view.packet_line(one, self._place) for one in packets)


class ValueLines(Lines):
    """A line for each value."""

    def __init__(self, series: Series, place: Place | None, *, silent: bool) -> None:
        super().__init__(inspect_view.VALUES, silent=silent)
        self._series = series
        self._place = place

    def messages(self, messages: Sequence[Message]) -> None:
        """Print the values in them."""
        self.put(inspect_view.value_line(one, self._place) for one in self._series.of(messages))


class Records(Quiet):
    """Records of messages, packets or values: what JSON and CSV have in common."""

    def __init__(self, what: str, place: Place | None, series: Series | None = None) -> None:
        self._what = what
        self._place = place
        self._series = series

    def messages(self, messages: Sequence[Message]) -> None:
        """Write them, or the values in them."""
        if self._series is not None:
            self.write([self._value(one) for one in self._series.of(messages)])
        elif self._what == "messages":
            self.write([record_of(one, self._place) for one in messages])

    def packets(self, packets: Sequence[Packet]) -> None:
        """Write them."""
        if self._what == "packets":
            self.write([packet_record(one, self._place) for one in packets])

    def write(self, records: Sequence[Record]) -> None:
        """Write some records."""
        raise AssertionError(self)

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields that such records may have."""
        return {"messages": COLUMNS, "packets": PACKET_COLUMNS}.get(self._what, VALUE_COLUMNS)

    def _value(self, one: Seen) -> Record:
        record = one.record()
        if self._place is not None:
            record["frame"] = self._place(one.frame)[1]
        return record


class JsonLines(Records):
    """One JSON object in each line of stdout."""

    def __init__(self, what: str, place: Place | None, series: Series | None = None) -> None:
        super().__init__(what, place, series)
        self._line = JsonLine(place) if what == "messages" else None

    def messages(self, messages: Sequence[Message]) -> None:
        """Print them, or the values in them."""
        if self._line is None:
            super().messages(messages)
        elif messages:
            put("\n".join(map(self._line, messages)))

    def write(self, records: Sequence[Record]) -> None:
        """Print them in one go."""
        if records:
            put("\n".join(json_text(one) for one in records))


class IcsnppLines(Quiet):
    """One JSON object in each line of stdout, with the names of ICSNPP's log."""

    def messages(self, messages: Sequence[Message]) -> None:
        """Print those that are Modbus."""
        lines = [json_text(detailed_record(one)) for one in messages if one.func_code is not None]
        if lines:
            put("\n".join(lines))


class CsvRows(Records):
    """CSV on stdout (RFC 4180), lists as words."""

    def __init__(self, what: str, place: Place | None, series: Series | None = None) -> None:
        super().__init__(what, place, series)
        self._writer = csv.writer(sys.stdout, lineterminator="\n")
        self._writer.writerow(self.columns)

    def write(self, records: Sequence[Record]) -> None:
        """Write them."""
        for record in records:
            self._writer.writerow([_cell(record.get(name)) for name in self.columns])
        sys.stdout.flush()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return safe_text(" ".join(str(_cell(one)) for one in value))
    return safe_text(value) if isinstance(value, str) else value


class ParquetRows(Records):
    """A Parquet file."""

    def __init__(self, path: Path, what: str, place: Place | None, series: Series | None = None) -> None:
        super().__init__(what, place, series)
        if what in ("flows", "stats"):
            raise UsageError(f"--parquet takes messages, --packets or --values, not --{what}")
        self._file = ParquetFile(path, self.columns)

    def write(self, records: Sequence[Record]) -> None:
        """Keep them."""
        self._file.add(records)

    def end(self) -> None:
        """Write the file."""
        self._file.close()


class ZeekOutput(Quiet):
    """Zeek's logs in a folder."""

    def __init__(self, folder: Path) -> None:
        self._logs = ZeekLogs(folder)

    def messages(self, messages: Sequence[Message]) -> None:
        """Log them."""
        self._logs.add(messages)

    def end(self) -> None:
        """Close the logs."""
        self._logs.close()
