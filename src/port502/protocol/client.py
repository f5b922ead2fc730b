"""The client's side of one connection: requests in, bytes out; bytes in, outcomes out. No I/O, no clock.

Time is an argument everywhere, in seconds of any monotonic clock. The asynchronous and the blocking client stand
on this one state machine (TCP Implementation Guide V1.0b, clauses 4.4.1 and 4.4.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from port502.errors import (
    DeviceError,
    FrameError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    Port502Error,
    ReplyError,
)
from port502.protocol.burst import Burst
from port502.protocol.codes import function_name
from port502.protocol.framing import Framing, Parts
from port502.protocol.lengths import response_length
from port502.protocol.message import Request, Response
from port502.protocol.plain_read import PlainRead
from port502.protocol.tolerances import ANY_UNIT_IN_REPLY, EXTRA_BYTES, ZERO_TRANSACTION_ID
from port502.protocol.transaction import Transaction

R = TypeVar("R", bound=Response)
AnyTransaction: TypeAlias = Transaction[Any]

MAX_UNSOLICITED = 100
"""So many replies in a row that nobody asked for end the connection."""

MAX_QUARANTINED = 4096

MAX_UNHEARD = 3
"""After so many requests in a row without a byte from the peer the connection may lead nowhere."""


@dataclass(slots=True)
class ReplyCounters:
    """Replies that were not handed to anybody, by cause, and those that a tolerance let pass."""

    late: int = 0
    unasked: int = 0
    foreign: int = 0
    tolerated: int = 0


class ClientConnection:
    """Transaction ids, the window, and the matching of replies with their requests.

    ``window`` is how many requests may be in flight (1 by default). ``by_order`` is for serial lines, where frames
    carry no transaction id: one request at a time, and a reply that does not fit it is noise.
    """

    def __init__(
        self,
        framing: Framing,
        *,
        window: int = 1,
        tolerate: frozenset[str] = frozenset(),
        by_order: bool = False,
    ) -> None:
        self.framing = framing
        self._encode = framing.encode
        self._encode_read = framing.encode_read
        self.window = 1 if by_order else window
        self.counters = ReplyCounters()
        self.narrowed = False
        self._by_order = by_order
        self._tolerate = tolerate
        self._any_unit = ANY_UNIT_IN_REPLY in tolerate
        self._discards = by_order or EXTRA_BYTES in tolerate
        self._waiting: dict[int, AnyTransaction] = {}
        self._quarantined: dict[int, None] = {}
        self._next_id = 1
        self._order = 0
        self._newest_answered = 0
        self._newest_of_unit: dict[int, int] = {}
        self._unsolicited = 0
        self._fault: LinkError | None = None
        self._heard = float("-inf")
        self._unheard = 0
        self._unheard_since = float("-inf")

    @property
    def in_flight(self) -> int:
        """Requests sent and neither answered nor timed out."""
        return len(self._waiting)

    @property
    def answered(self) -> bool:
        """Whether the peer ever answered on this connection."""
        return self._newest_answered > 0

    @property
    def has_room(self) -> bool:
        """Whether the window takes another request."""
        return len(self._waiting) < self.window

    def send(self, transaction: AnyTransaction, now: float) -> bytes:
        """The frame that carries a request; its transaction is in flight from now on.

        The id is new to this connection: one whose request timed out stays in quarantine, so that a late reply
        cannot answer a younger request.
        """
        waiting = self._waiting
        if self._discards and (self._by_order or not waiting):
            self.framing.discard()
        number = self._next_id
        if number in waiting or number in self._quarantined:
            number = self._free_id(number)
        request = transaction.request
        if isinstance(request, PlainRead):
            frame = self._encode_read(
                number, transaction.unit, request.function, request.address, request.quantity
            )
        else:
            frame = self._encode(number, transaction.unit, request.encode())
        self._next_id = number + 1 if number < 0xFFFF else 1
        transaction.id = number
        transaction.attempts += 1
        transaction.sent_at = now
        expires = now + transaction.timeout
        transaction.expires = expires if expires < transaction.deadline else transaction.deadline
        self._order = transaction.order = self._order + 1
        transaction.pipelined = bool(waiting)
        waiting[number] = transaction
        return frame

    def receive(self, data: bytes, now: float) -> list[AnyTransaction]:
        """The transactions that these bytes end, each with its response or error set.

        Raises FrameError, after handing out what came before it, at the next call; see ``failure``.
        """
        self._heard = now
        return self._settle(self.framing.split(data))

    def receive_only(self, data: bytes, now: float) -> AnyTransaction | None:
        """The transaction that these bytes answer well, where they are all that is awaited; the usual case.

        None, with nothing taken in, for anything else: ``receive`` is for that.
        """
        waiting = self._waiting
        if len(waiting) != 1:
            return None
        (transaction,) = waiting.values()
        pdu = self.framing.only(data, transaction.id, transaction.unit)
        if pdu is None or transaction.abandoned:
            return None
        try:
            transaction.response = transaction.request.decode_response(pdu)
        except (DeviceError, ReplyError):
            return None
        waiting.clear()
        self._heard = now
        self._unsolicited = 0
        self._newest_answered = transaction.order
        return transaction

    def burst(self, unit: int, requests: Sequence[Request[R]], now: float, expires: float) -> Burst[R] | None:
        """Send reads together, with nothing else in flight; None, with nothing taken, where that is not possible."""
        count = len(requests)
        first = self._next_id
        after = first + count
        if (
            self._waiting
            or self._discards
            or count > self.window
            or after > 0x10000
            or (self._quarantined and not self._quarantined.keys().isdisjoint(range(first, after)))
        ):
            return None
        encode = self._encode_read
        frames = [
            encode(number, unit, request.function, request.address, request.quantity)
            for number, request in enumerate(requests, first)
            if isinstance(request, PlainRead)
        ]
        if len(frames) < count:
            return None
        order = self._order + 1
        self._order += count
        self._next_id = after if after <= 0xFFFF else 1
        return Burst(unit, requests, frames, first, order, now, expires)

    def receive_burst(self, burst: Burst[R], data: bytes, now: float) -> list[R] | None:
        """The responses, where these bytes are a good reply to each request of a burst, in order; the usual case.

        None, with nothing taken in, for anything else: ``unfold`` and then ``receive`` are for that.
        """
        requests = burst.requests
        pdus = self.framing.series(data, burst.first, burst.unit, len(requests))
        if pdus is None:
            return None
        try:
            responses = [request.decode_response(pdu) for request, pdu in zip(requests, pdus, strict=True)]
        except (DeviceError, ReplyError):
            return None
        self._heard = now
        self._unsolicited = 0
        self._newest_answered = burst.order + len(requests) - 1
        return responses

    def unfold(self, burst: Burst[R], transactions: Iterable[Transaction[R]]) -> None:
        """Go on with these transactions, in flight since then, in place of a burst with the same requests."""
        number, order, in_flight = burst.first, burst.order, self._waiting
        for transaction in transactions:
            transaction.id = number
            transaction.attempts = 1
            transaction.sent_at = burst.sent_at
            transaction.expires = burst.expires
            transaction.order = order
            transaction.pipelined = bool(in_flight)
            in_flight[number] = transaction
            number += 1
            order += 1

    def silence(self, now: float) -> list[AnyTransaction]:
        """Serial lines: the line has been quiet for the frame gap, so what is buffered is all there is."""
        return self._settle((frame.transaction_id, frame.unit, frame.pdu) for frame in self.framing.silence())

    @property
    def failure(self) -> LinkError | None:
        """Why the connection has to be closed, if the peer gave a reason."""
        if self.framing.failure is not None:
            return self.framing.failure
        if self._fault is not None:
            return self._fault
        if self._unsolicited > MAX_UNSOLICITED:
            return FrameError(f"{self._unsolicited} replies in a row that answer no request")
        return None

    @property
    def is_mute(self) -> bool:
        """Whether the last requests all timed out without a single byte: a new connection may get through."""
        return self._unheard >= MAX_UNHEARD

    def next_expiry(self) -> float | None:
        """When the first request in flight times out."""
        return min((transaction.expires for transaction in self._waiting.values()), default=None)

    def expire(self, now: float) -> list[AnyTransaction]:
        """The transactions whose time is up, each with a NoReplyError; their ids go into quarantine."""
        overdue = [transaction for transaction in self._waiting.values() if transaction.expires <= now]
        if overdue:
            self._miss(overdue, now)
        for transaction in overdue:
            self._quarantine(transaction.id)
            if self._was_dropped(transaction):
                self.window = 1
                self.narrowed = True
            if not transaction.abandoned:
                transaction.error = self._no_reply(transaction)
        return [transaction for transaction in overdue if not transaction.abandoned]

    def send_some(self, waiting: list[AnyTransaction], now: float) -> list[bytes]:
        """Send from the end of ``waiting`` until the window is full: one frame for each that was taken.

        The same as ``send`` for each of them, with the books kept once.
        """
        in_flight = self._waiting
        room = self.window - len(in_flight)
        if room <= 0:
            return []
        taken = waiting[: -room - 1 : -1]
        del waiting[-room:]
        if self._discards or self._quarantined or self._next_id + 2 * self.window > 0xFFFF:
            return [self.send(transaction, now) for transaction in taken]
        encode = self._encode
        number, order = self._next_id, self._order
        pipelined = bool(in_flight)
        frames = []
        for transaction in taken:
            while number in in_flight:
                number += 1
            frames.append(encode(number, transaction.unit, transaction.request.encode()))
            order += 1
            expires = now + transaction.timeout
            transaction.id = number
            transaction.attempts += 1
            transaction.sent_at = now
            transaction.expires = expires if expires < transaction.deadline else transaction.deadline
            transaction.order = order
            transaction.pipelined = pipelined
            in_flight[number] = transaction
            pipelined = True
            number += 1
        self._next_id, self._order = number, order
        return frames

    def fail(self, error: Port502Error) -> list[AnyTransaction]:
        """The connection is gone: everything in flight ends with an error like ``error``."""
        lost = [transaction for transaction in self._waiting.values() if not transaction.abandoned]
        self._waiting.clear()
        for transaction in lost:
            transaction.error = type(error)(f"{error}{_outcome(transaction)}")
        return lost

    def _free_id(self, number: int) -> int:
        while number in self._waiting or number in self._quarantined:
            number = number + 1 if number < 0xFFFF else 1
        return number

    def _was_dropped(self, transaction: AnyTransaction) -> bool:
        """Whether this peer seems to drop what it gets while it is busy with something else.

        It answered something, but neither this request nor any behind it, or its unit answered one behind it.
        """
        if not transaction.pipelined or self.window == 1 or self._heard < transaction.sent_at:
            return False
        order = transaction.order
        return self._newest_answered < order or self._newest_of_unit.get(transaction.unit, 0) > order

    def _miss(self, overdue: list[AnyTransaction], now: float) -> None:
        if self._heard > self._unheard_since:
            self._unheard = 0
        self._unheard += sum(transaction.sent_at >= self._heard for transaction in overdue)
        self._unheard_since = now
        if ZERO_TRANSACTION_ID in self._tolerate:
            # There is no quarantine for replies without an id: the late one would answer a younger request.
            self._fault = LinkClosedError("a reply without transaction id is late and would pass for another")

    def _quarantine(self, number: int) -> None:
        del self._waiting[number]
        if len(self._quarantined) >= MAX_QUARANTINED:
            self._quarantined.pop(next(iter(self._quarantined)))
        self._quarantined[number] = None

    def _settle(self, frames: Iterable[Parts]) -> list[AnyTransaction]:
        """Find each reply's request and decode it as its answer."""
        finished = []
        # Serial frames have id 0, which no request has: there every reply is matched by unit and function.
        waiting = self._waiting
        newest = self._newest_answered
        for number, unit, pdu in frames:
            transaction = waiting.pop(number, None)
            if transaction is None:
                transaction = self._match_stranger(number, unit, pdu)
                if transaction is None:
                    continue
            if transaction.order > newest:
                newest = transaction.order
            if transaction.pipelined:
                self._newest_of_unit[transaction.unit] = transaction.order
            if unit == transaction.unit and transaction.error is None:
                try:
                    transaction.response = transaction.request.decode_response(pdu)
                except DeviceError as error:
                    transaction.error = error
                except ReplyError as error:
                    self._mend(transaction, pdu, error)
            else:
                self._judge(transaction, unit, pdu)
            if not transaction.abandoned:
                finished.append(transaction)
        if newest != self._newest_answered:
            self._newest_answered = newest
            self._unsolicited = 0
        return finished

    def _match_by_order(self, unit: int, pdu: bytes) -> AnyTransaction | None:
        for number, transaction in self._waiting.items():
            if unit == transaction.unit and pdu[0] & 0x7F == transaction.request.function & 0x7F:
                del self._waiting[number]
                return transaction
        self.counters.foreign += 1
        return None

    def _match_stranger(self, number: int, unit: int, pdu: bytes) -> AnyTransaction | None:
        if self._by_order:
            return self._match_by_order(unit, pdu)
        if number in self._quarantined:
            del self._quarantined[number]
            self.counters.late += 1
            return None
        if number == 0 and self._waiting:
            transaction = self._waiting.pop(next(iter(self._waiting)))
            if ZERO_TRANSACTION_ID in self._tolerate:
                self.counters.tolerated += 1
            else:
                transaction.error = ReplyError(
                    f"unit {unit} answered with transaction id 0 where {transaction.id} was asked;"
                    f" if this device always does so, tolerate {ZERO_TRANSACTION_ID}{_outcome(transaction)}"
                )
            return transaction
        self.counters.unasked += 1
        self._unsolicited += 1
        return None

    def _judge(self, transaction: AnyTransaction, unit: int, pdu: bytes) -> None:
        """A reply with another unit id than its request's, or without a transaction id."""
        if transaction.error is not None:
            return
        if unit != transaction.unit and not self._any_unit:
            transaction.error = ReplyError(
                f"unit {unit} answered a request to unit {transaction.unit};"
                f" if this device always does so, tolerate {ANY_UNIT_IN_REPLY}{_outcome(transaction)}"
            )
            return
        self.counters.tolerated += 1
        try:
            transaction.response = transaction.request.decode_response(pdu)
        except DeviceError as error:
            transaction.error = error
        except ReplyError as error:
            self._mend(transaction, pdu, error)

    def _mend(self, transaction: AnyTransaction, pdu: bytes, error: ReplyError) -> None:
        length = response_length(transaction.request, pdu)
        if EXTRA_BYTES in self._tolerate and length is not None and len(pdu) > length:
            try:
                transaction.response = transaction.request.decode_response(pdu[:length])
            except (ReplyError, DeviceError) as mended:
                transaction.error = mended
            else:
                self.counters.tolerated += 1
            return
        transaction.error = ReplyError(f"{error}{_outcome(transaction)}")
        if length is not None and len(pdu) != length and not self._by_order:
            # The length field and the message disagree: where the next frame starts is anybody's guess.
            self._fault = FrameError(f"a reply of {length} bytes came framed as {len(pdu)} bytes")

    def _no_reply(self, transaction: AnyTransaction) -> NoReplyError:
        waited = transaction.expires - transaction.sent_at
        tries = f" in {transaction.attempts} attempts" if transaction.attempts > 1 else ""
        strays = ", though replies came whose transaction id nobody asked with" if self._unsolicited else ""
        return NoReplyError(
            f"unit {transaction.unit} did not answer function {transaction.request.function}"
            f" ({function_name(transaction.request.function)}) within {waited:.3g} s{tries}{strays}"
            f"{_outcome(transaction)}"
        )

    def waiting(self) -> Iterator[AnyTransaction]:
        """What is in flight, oldest first."""
        return iter(self._waiting.values())


def _outcome(transaction: AnyTransaction) -> str:
    """What an error adds about a request that may have been carried out all the same."""
    return "; whether the write was carried out is unknown" if transaction.request.writes else ""
