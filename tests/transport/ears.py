"""Somebody who listens to a stream, and a peer to listen to."""

from __future__ import annotations

import asyncio

from port502.transport.stream import Stream


class Ears:
    """Hears what a stream says."""

    def __init__(self) -> None:
        self.data = b""
        self.lost: list[Exception | None] = []
        self.changed = asyncio.Event()

    def stream_received(self, stream: Stream, data: bytes) -> None:
        self.data += data
        self.changed.set()

    def stream_lost(self, stream: Stream, error: Exception | None) -> None:
        self.lost.append(error)
        self.changed.set()


async def parrot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says what it hears."""
    while data := await reader.read(100):
        writer.write(data)
