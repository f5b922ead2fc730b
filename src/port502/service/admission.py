"""Which connections a listener keeps: the allow list, the limits, and who makes room for whom.

The two pools of the TCP Implementation Guide V1.0b, clause 4.2.1: listed clients always get in; among the
others the connection that has been unused for longest makes room. No clock, no sockets: time is an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from port502.errors import UsageError
from port502.service.access import PRIVATE, Networks, plain_host
from port502.service.seats import K, Seat, SeatQueue


@dataclass(frozen=True, slots=True)
class Limits:
    """What one listener allows; times in seconds.

    ``connections`` in all and ``per_client`` address; ``in_flight`` requests per connection; ``idle`` without
    a request and ``frame`` from a frame's first byte to its last before the connection is closed (None:
    never); ``requests_per_second`` per connection (None: no limit). ``evict`` says whether a full listener
    closes the longest unused connection for a new one, or refuses the new one. ``handshake`` bounds that of TLS,
    before which all other limits count. Raises UsageError.
    """

    connections: int = 16
    per_client: int = 4
    in_flight: int = 16
    idle: float | None = 60.0
    frame: float | None = 3.0
    requests_per_second: float | None = None
    evict: bool = True
    handshake: float = 10.0

    def __post_init__(self) -> None:
        for name in ("connections", "per_client", "in_flight"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise UsageError(f"limit {name} is a whole number of at least 1, got {value!r}")
        for name in ("idle", "frame", "requests_per_second", "handshake"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError(f"limit {name} is above 0, got {value!r}")


@dataclass(frozen=True, slots=True)
class Decision(Generic[K]):
    """Whether a connection is accepted, which other one is to be closed for it, and the words for the log."""

    accept: bool
    evict: K | None = None
    reason: str = ""
    seat: Seat[K] | None = None


@dataclass(slots=True)
class AdmissionCounters:
    """How many connections were accepted, closed to make room, and refused, by cause."""

    accepted: int = 0
    evicted: int = 0
    not_allowed: int = 0
    too_many: int = 0
    too_many_of_client: int = 0


class Admission(Generic[K]):
    """Decides on each connection that arrives, and remembers those that are open.

    ``allow`` is who may connect at all (None: loopback, private and link-local addresses only). Whoever is
    in ``listed`` always gets in; left None, that is whoever ``allow`` names. ``K`` is the listener's own key
    for a connection. ``used_at`` tells when a connection was last used, where nobody calls ``used``: the time of its
    arrival as long as it brought no request.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        allow: Networks | None = None,
        *,
        listed: Networks | None = None,
        used_at: Callable[[K], float] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.counters = AdmissionCounters()
        self._allow = allow or PRIVATE
        self._listed = listed if listed is not None else allow or Networks(())
        self._used_at = used_at
        self._seats: dict[K, Seat[K]] = {}
        self._of_host: dict[str, dict[K, Seat[K]]] = {}
        self._guests: SeatQueue[K] = SeatQueue(self._refresh)
        self._regulars: SeatQueue[K] = SeatQueue(self._refresh)

    def __len__(self) -> int:
        return len(self._seats)

    def arrive(self, key: K, host: str, now: float) -> Decision[K]:
        """Judge a new connection from ``host``; if it is accepted it has its seat from now on.

        An evicted connection has lost its seat already; closing it is up to the caller.
        """
        if host not in self._allow:
            self.counters.not_allowed += 1
            return Decision(False, reason=f"{host} is not on the allow list ({self._allow})")
        client = plain_host(host)
        seat = Seat(key, client, host in self._listed, now)
        leaver, reason = None, ""
        mine = self._of_host.get(client, {})
        if len(mine) >= self.limits.per_client:
            for other in mine.values():
                self._refresh(other)
            leaver = min(mine.values(), key=Seat.worth) if self.limits.evict or seat.listed else None
            reason = f"{client} has {len(mine)} connections, its limit"
            if leaver is None:
                self.counters.too_many_of_client += 1
                return Decision(False, reason=reason)
        elif len(self._seats) >= self.limits.connections:
            leaver = self._leaver_for(seat)
            reason = f"{len(self._seats)} connections are open, the limit"
            if leaver is None:
                self.counters.too_many += 1
                return Decision(False, reason=reason)
        if leaver is not None:
            reason += f": the one of {leaver.host}, unused for {now - leaver.last:.3g} s, makes room"
            self.counters.evicted += 1
            self.left(leaver.key)
        self.counters.accepted += 1
        self._seats[key] = seat
        self._of_host.setdefault(client, {})[key] = seat
        self._queue_of(seat).add(seat)
        return Decision(True, leaver.key if leaver else None, reason, seat)

    def used(self, key: K, now: float) -> None:
        """The connection brought a request."""
        seat = self._seats.get(key)
        if seat is not None:
            seat.last = now

    def left(self, key: K) -> None:
        """The connection is closed; nothing happens when it has no seat any more."""
        seat = self._seats.pop(key, None)
        if seat is None:
            return
        self._queue_of(seat).remove(seat)
        mine = self._of_host[seat.host]
        del mine[key]
        if not mine:
            del self._of_host[seat.host]

    def idle(self, now: float) -> list[K]:
        """The connections that have been unused for longer than the limit, longest first."""
        limit = self.limits.idle
        if limit is None:
            return []
        for seat in self._seats.values():
            self._refresh(seat)
        overdue = [seat for seat in self._seats.values() if now - seat.last >= limit]
        return [seat.key for seat in sorted(overdue, key=lambda seat: seat.last)]

    def _leaver_for(self, seat: Seat[K]) -> Seat[K] | None:
        """Who makes room: one that is not listed; only for a listed client, if need be, a listed one."""
        if len(self._guests) and (self.limits.evict or seat.listed):
            return self._guests.lowest()
        return self._regulars.lowest() if seat.listed else None

    def _queue_of(self, seat: Seat[K]) -> SeatQueue[K]:
        return self._regulars if seat.listed else self._guests

    def _refresh(self, seat: Seat[K]) -> None:
        if self._used_at is not None:
            seat.last = max(seat.arrived, self._used_at(seat.key))
