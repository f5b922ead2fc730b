"""One direction of a conversation: from whom to whom its messages go, and in which framing."""

from __future__ import annotations

from typing import Literal, TypeAlias

Transport: TypeAlias = Literal["tcp", "udp", "tls", "serial"]
Framing: TypeAlias = Literal["mbap", "rtu"]


class Way:
    """From ``src`` and ``sport`` to ``dst`` and ``dport``; ``asks`` when requests go this way.

    Addresses are text as people write them, empty where there are none (serial lines, bare frames). ``stream``
    counts conversations from 0, as Wireshark's ``tcp.stream`` does, ``retransmissions`` segments that TCP sent again.
    """

    __slots__ = ("asks", "dport", "dst", "framing", "retransmissions", "sport", "src", "stream", "transport")

    def __init__(
        self,
        src: str = "",
        sport: int = 0,
        dst: str = "",
        dport: int = 0,
        *,
        asks: bool = True,
        framing: Framing = "mbap",
        transport: Transport = "tcp",
        stream: int = 0,
    ) -> None:
        self.src = src
        self.sport = sport
        self.dst = dst
        self.dport = dport
        self.asks = asks
        self.framing: Framing = framing
        self.transport: Transport = transport
        self.stream = stream
        self.retransmissions = 0

    @property
    def client(self) -> str:
        """The address of the one who asks."""
        return self.src if self.asks else self.dst

    @property
    def server(self) -> str:
        """The address of the one who answers."""
        return self.dst if self.asks else self.src

    @property
    def server_port(self) -> int:
        """The port of the one who answers."""
        return self.dport if self.asks else self.sport

    def __repr__(self) -> str:
        return f"Way({self.src}:{self.sport} {'asks' if self.asks else 'answers'} {self.dst}:{self.dport})"
