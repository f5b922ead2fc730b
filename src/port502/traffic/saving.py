"""Saves packets as they were captured: pcap, or pcapng where several kinds of links meet or the name says so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from port502.errors import UsageError
from port502.traffic.packet import Packet
from port502.transport.capture import PcapngWriter, PcapWriter


class Saving:
    """A capture file that is written; ``NAME.pcapng`` is pcapng, anything else pcap with nanoseconds.

    Raises UsageError where it cannot be written, and for a second kind of link in a pcap file, which has one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.packets = 0
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}") from error
        self._pcapng = PcapngWriter(self._file) if path.suffix == ".pcapng" else None
        self._pcap: PcapWriter | None = None

    def add(self, packets: Iterable[Packet]) -> None:
        """Some packets more."""
        for one in packets:
            if self._pcapng is not None:
                self._pcapng.add(one.time, one.link, one.data, one.length)
            else:
                self._add_to_pcap(one)
            self.packets += 1

    def close(self) -> None:
        """Write what is left; a file without packets is an Ethernet capture without any."""
        if self._pcapng is None and self._pcap is None:
            self._pcap = PcapWriter(self._file, 1, nanoseconds=True)
        self._file.close()

    def _add_to_pcap(self, one: Packet) -> None:
        if self._pcap is None:
            self._pcap = PcapWriter(self._file, one.link, nanoseconds=True)
        if one.link != self._pcap.link:
            name = self.path.with_suffix(".pcapng").name
            raise UsageError(f"{self.path} holds one kind of link and a second came: write to {name} instead")
        self._pcap.add(one.time, one.data, one.length)
