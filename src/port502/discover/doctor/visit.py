"""What is open while the doctor is there: one connection, handed on from step to step, and closed behind him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from port502.discover.doctor.talk import Talk

if TYPE_CHECKING:
    import socket


@dataclass(slots=True)
class Visit:
    """The connection of an examination: first a connected socket, then the talk over it."""

    sock: socket.socket | None = None
    talk: Talk | None = None

    async def end(self) -> None:
        """Close whatever is open."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None
        if self.talk is not None:
            await self.talk.close()
