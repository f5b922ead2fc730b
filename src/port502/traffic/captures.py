"""Several captures, one after the other, through one dissector; and which frame of which file is meant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from port502.traffic.capture import Capture
from port502.traffic.dissector import Dissector
from port502.traffic.message import Message
from port502.traffic.packet import Packet
from port502.traffic.pcap import Record
from port502.traffic.tls.keylog import KeyLog


class Source(Protocol):
    """Where packets come from: a file, a pipe, an interface."""

    name: str
    problem: str | None

    @property
    def secrets(self) -> Sequence[bytes]:
        """The TLS key logs that came with the packets so far."""

    def __iter__(self) -> Iterator[list[Record]]:
        """The packets as they come, some at a time."""


class Captures:
    """Reads sources in their order. Connections go on from one to the next, as in the files of a ring.

    Messages and packets count their frames through all of them; ``place`` tells the file and its own number.
    ``ports`` are those of servers beside 502 and 802. ``keys`` open TLS, as do those
    that a pcapng file carries itself. ``problems`` says what could not be read.
    """

    def __init__(
        self, sources: Sequence[Source], ports: Iterable[int] = (), keys: KeyLog | None = None
    ) -> None:
        self.sources = sources
        self.dissector = Dissector(ports, keys)
        self.problems: list[str] = []
        self._starts: list[int] = []

    @classmethod
    def of_files(
        cls, names: Sequence[str], ports: Iterable[int] = (), keys: KeyLog | None = None
    ) -> Captures:
        """Capture files by name; ``-`` is standard input."""
        return cls([Capture(name) for name in names], ports, keys)

    def messages(self) -> Iterator[list[Message]]:
        """The messages of all sources, some at a time. Raises UsageError for a file that is no capture."""
        feed = self.dissector.feed
        for records in self._records():
            yield feed(records)
        yield self.dissector.end()

    def packets(self) -> Iterator[list[Packet]]:
        """The packets of all sources with the messages they complete. Raises UsageError like ``messages``.

        Messages that only the end reveals are in none of them: ``dissector.end()`` gives those.
        """
        for records in self._records():
            yield self.dissector.packets(records)

    def place(self, frame: int) -> tuple[str, int]:
        """The name of the source that a frame is from, and its number there from 1."""
        at = max(bisect_right(self._starts, frame - 1) - 1, 0)
        return self.sources[at].name, frame - (self._starts[at] if self._starts else 0)

    def _records(self) -> Iterator[list[Record]]:
        for source in self.sources:
            self._starts.append(self.dissector.frame)
            told = 0
            for records in source:
                if len(source.secrets) > told:
                    self._learn(source.secrets[told:])
                    told = len(source.secrets)
                yield records
            if source.problem is not None:
                self.problems.append(f"{source.name}: {source.problem}")

    def _learn(self, secrets: Sequence[bytes]) -> None:
        if self.dissector.keys is None:
            self.dissector.keys = KeyLog()
        for text in secrets:
            self.dissector.keys.add(text)
