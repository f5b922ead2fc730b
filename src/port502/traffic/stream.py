"""What is remembered of one direction of a TCP connection while its bytes are put together."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from port502.traffic.way import Way

if TYPE_CHECKING:
    from port502.traffic.message import Message
    from port502.traffic.tls.session import TlsSession

Content: TypeAlias = Literal["new", "modbus", "tls", "other"]
Pending: TypeAlias = "dict[int, Message | deque[Message]]"

NOT_QUICK: Final = -1
IGNORED: Final = -2
REMEMBERED: Final = 8


class Stream:
    """One direction: ``next`` is the sequence number that is due, ``tail`` the bytes of a message that is not whole.

    ``due`` is the same number while any segment of whole messages may be taken without a closer look, and negative
    otherwise. The tail came in ``parts`` segments. ``held`` are segments beyond a hole (sequence, bytes), ``holes``
    ranges that were passed over, ``recent`` the last segments, to tell a retransmission from something else.
    ``pending`` are the requests of the conversation that wait for their response, by transaction id; both directions
    share it. ``session`` is the TLS that carries it, where that can be read, and ``inside`` the stream of what it
    carries.
    """

    __slots__ = (
        "content",
        "due",
        "held",
        "holes",
        "inside",
        "next",
        "parts",
        "peer",
        "pending",
        "recent",
        "session",
        "synced",
        "tail",
        "touched",
        "tries",
        "way",
    )

    def __init__(self, way: Way, pending: Pending) -> None:
        self.way = way
        self.pending = pending
        self.peer: Stream = self
        self.content: Content = "new"
        self.due = NOT_QUICK
        self.next: int | None = None
        self.tail = b""
        self.parts = 0
        self.held: dict[int, bytes] = {}
        self.holes: list[tuple[int, int]] = []
        self.recent: deque[tuple[int, bytes]] = deque(maxlen=REMEMBERED)
        self.session: TlsSession | None = None
        self.inside: Stream | None = None
        self.synced = False
        self.touched = 0
        self.tries = 0

    @property
    def buffered(self) -> int:
        """Bytes that it holds."""
        return len(self.tail) + sum(map(len, self.held.values()))

    def restart(self, sequence: int | None) -> None:
        """Forget what was: a new connection on the same ports, or one that is followed anew from ``sequence``."""
        self.due = NOT_QUICK
        self.next = sequence
        self.tail = b""
        self.parts = 0
        self.held.clear()
        self.holes.clear()
        self.recent.clear()
        self.session = None
        self.inside = None
