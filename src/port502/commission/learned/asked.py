"""What clients asked for, for policies: counted as it is said, judged only when there is much of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from port502.errors import DeviceError
from port502.guard.seen import MOST_SEEN, Recorder
from port502.protocol.pdu import decode_request
from port502.service.call import Session
from port502.traffic.message import Message

MOST_WAITING = 20_000

Server: TypeAlias = tuple[str, int]
"""Address and port."""


class Asked:
    """The requests of messages, as what policies are proposed from: one recorder for each server.

    ``broken`` counts requests that no server understands, and that a guard therefore never lets through;
    ``missed`` those for which there was no room.
    """

    def __init__(self, most: int = MOST_SEEN) -> None:
        self.broken = 0
        self._missed = 0
        self._room = most
        self._recorders: dict[Server, Recorder] = {}
        self._waiting: Counter[tuple[str, str, int, int, bytes]] = Counter()

    def add(self, messages: Iterable[Message]) -> None:
        """Some messages more."""
        for message in messages:
            if message.way.asks and message.unit_id is not None:
                way = message.way
                self._waiting[way.client, way.server, way.server_port, message.unit_id, message.pdu] += 1
        if len(self._waiting) > MOST_WAITING:
            self._settle()

    @property
    def missed(self) -> int:
        """How many requests there was no room for."""
        self._settle()
        return self._missed + sum(one.missed for one in self._recorders.values())

    @property
    def servers(self) -> dict[Server, Recorder]:
        """What was asked of each server."""
        self._settle()
        return dict(sorted(self._recorders.items()))

    def together(self) -> Recorder:
        """What was asked of all servers."""
        recorder = Recorder()
        for one in self.servers.values():
            for seen, tally in one.seen.items():
                recorder.take_over(seen, tally)
        recorder.missed = self.missed
        return recorder

    def _settle(self) -> None:
        waiting, self._waiting = self._waiting, Counter()
        for (client, server, port, unit, pdu), times in waiting.items():
            try:
                request = decode_request(pdu)
            except DeviceError:
                self.broken += times
                continue
            recorder = self._recorders.get((server, port))
            if recorder is None:
                if not self._room:
                    self._missed += times
                    continue
                recorder = self._recorders[server, port] = Recorder()
            known = len(recorder.seen)
            recorder.most = known + self._room
            if not recorder.heard(Session(client), unit, request, times, samples=False):
                self.broken += times
            self._room -= len(recorder.seen) - known
