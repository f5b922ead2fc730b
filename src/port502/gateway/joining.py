"""Reads that are asked while the same is on its way already: the device is asked once, everybody gets the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from port502.gateway.prompt import Passing, Prompt
from port502.gateway.spans import TABLE_READS, TableRead, cut
from port502.protocol.message import ExceptionResponse
from port502.service.call import Call, Reply
from port502.service.maybe import Later


@dataclass(slots=True)
class JoiningCounters:
    """``joined`` reads cost the device nothing; of them ``parts`` got a part of a larger one's reply.

    ``apart`` were asked on their own after all, because the larger read was refused.
    """

    joined: int = 0
    parts: int = 0
    apart: int = 0


class Joining:
    """The layer that joins reads of functions 1 to 4 for one unit in flight.

    Nothing that was asked before a write answers what is asked behind it, so what a client has written is what it
    reads. Writes and everything else pass.
    """

    def __init__(self, service: Prompt) -> None:
        self._service = service
        self._flights: dict[tuple[int, int], list[Flight]] = {}
        self.counters = JoiningCounters()

    def __call__(self, call: Call) -> Reply | Later[Reply]:
        """Join a read that is on its way, or pass the call on."""
        request = call.request
        if isinstance(request, TABLE_READS):
            flights = self._flights.get((call.unit, request.function))
            if flights:
                end = request.address + request.quantity
                for flight in flights:
                    if flight.first <= request.address and end <= flight.end:
                        self.counters.joined += 1
                        return flight.take(call, request)
            return self._ask(call, request)
        if request.writes:
            return self._write(call)
        return self._service(call)

    @property
    def in_flight(self) -> int:
        """Reads on their way that others may join."""
        return sum(map(len, self._flights.values()))

    def close(self) -> None:
        """Nobody joins any more what is on its way now."""
        self._flights.clear()

    def _ask(self, call: Call, request: TableRead) -> Reply | Later[Reply]:
        waiting = self._service(call)
        if not isinstance(waiting, Later):
            return waiting
        flight = Flight(self, call.unit, request, waiting)
        self._flights.setdefault(flight.key, []).append(flight)
        joined = flight.take(call, request)
        waiting.then(self._came, flight)
        return joined

    def _came(self, flight: Flight, reply: Reply) -> None:
        self.leave(flight)
        for one in flight.takers:
            if one.cancelled:
                continue
            offset = one.request.address - flight.first
            quantity = one.request.quantity
            if not offset and quantity == flight.end - flight.first:
                one.give(reply)
            elif reply is None or isinstance(reply, ExceptionResponse):
                self._ask_apart(one)
            else:
                self.counters.parts += 1
                one.give(cut(reply, offset, quantity))

    def _ask_apart(self, one: Joined) -> None:
        """A larger read failed, which says nothing about a smaller one."""
        self.counters.apart += 1
        reply = self(one.call)
        if isinstance(reply, Later):
            one.source = reply
            reply.then(_give, one)
        else:
            one.give(reply)

    def _write(self, call: Call) -> Reply | Later[Reply]:
        self.close()
        waiting = self._service(call)
        if not isinstance(waiting, Later):
            return waiting
        passing = Passing(waiting)
        waiting.then(self._written, passing)
        return passing

    def _written(self, passing: Passing, reply: Reply) -> None:
        self.close()
        passing.give(reply)

    def leave(self, flight: Flight) -> None:
        """A read is over, or nobody waits for it any more."""
        flights = self._flights.get(flight.key)
        if flights is not None and flight in flights:
            flights.remove(flight)
            if not flights:
                del self._flights[flight.key]


class Flight:
    """One read on its way to the device, and those who wait for it."""

    __slots__ = ("_joining", "_waiting", "end", "first", "key", "takers")

    def __init__(self, joining: Joining, unit: int, request: TableRead, waiting: Later[Reply]) -> None:
        self._joining = joining
        self._waiting = waiting
        self.key = (unit, request.function)
        self.first = request.address
        self.end = request.address + request.quantity
        self.takers: list[Joined] = []

    def take(self, call: Call, request: TableRead) -> Joined:
        """One more waits for it."""
        one = Joined(self, call, request)
        self.takers.append(one)
        return one

    def left(self) -> None:
        """One does not wait any more; with the last of them the read is given up."""
        if all(one.cancelled for one in self.takers):
            self._joining.leave(self)
            self._waiting.cancel()


class Joined(Later[Reply]):
    """What one client gets out of a read in flight."""

    __slots__ = ("_flight", "call", "request", "source")

    def __init__(self, flight: Flight, call: Call, request: TableRead) -> None:
        super().__init__()
        self._flight = flight
        self.call = call
        self.request = request
        self.source: Later[Reply] | None = None

    def cancel(self) -> None:
        """This client does not wait any more; others may."""
        if self.given or self.cancelled:
            return
        super().cancel()
        if self.source is not None:
            self.source.cancel()
        else:
            self._flight.left()


def _give(one: Later[Any], reply: Reply) -> None:
    one.give(reply)
