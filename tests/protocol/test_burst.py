"""A burst of reads is the same as its requests one by one, whatever comes back."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from port502.protocol.burst import Burst
from port502.protocol.client import ClientConnection
from port502.protocol.mbap import MbapFraming
from port502.protocol.message import ExceptionResponse, Response
from port502.protocol.register_access import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    WriteSingleRegisterRequest,
)
from port502.protocol.transaction import Transaction

NOW = 5.0
EXPIRES = 6.0
WAYS = ["good"] * 12 + [
    "refused",
    "wrong unit",
    "wrong id",
    "zero id",
    "twice",
    "missing",
    "too long",
    "junk",
]


def transactions(requests: list[ReadHoldingRegistersRequest]) -> list[Transaction[Any]]:
    return [Transaction(1, request, lambda _: None, 1.0, 100.0) for request in requests]


def connection(start: int = 1, **settings: Any) -> ClientConnection:
    line = ClientConnection(MbapFraming(), window=8, **settings)
    line._next_id = start
    return line


def reply(number: int, request: ReadHoldingRegistersRequest, way: str) -> bytes:
    encode = MbapFraming().encode
    good = ReadHoldingRegistersResponse(bytes(range(2 * request.quantity))).encode()
    frames = {
        "refused": encode(number, 1, ExceptionResponse(3, 2).encode()),
        "wrong unit": encode(number, 2, good),
        "wrong id": encode(number + 100, 1, good),
        "zero id": encode(0, 1, good),
        "twice": 2 * encode(number, 1, good),
        "missing": b"",
        "too long": encode(number, 1, good + b"\0\0"),
        "junk": b"\xff\xff\xff",
    }
    return frames.get(way, encode(number, 1, good))


def outcome(answer: Any) -> Any:
    return answer if isinstance(answer, Response) else (type(answer), str(answer))


def state(line: ClientConnection) -> Any:
    failure = line.failure
    return (
        line.counters,
        line.window,
        line.answered,
        line.in_flight,
        line._next_id,
        line._quarantined,
        outcome(failure) if failure else None,
    )


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(WAYS)), min_size=1, max_size=8),
    st.booleans(),
    st.integers(0, 400),
    st.sampled_from([frozenset[str](), frozenset({"zero_transaction_id"}), frozenset({"any_unit_in_reply"})]),
)
def test_a_burst_ends_as_its_transactions_would(
    asked: list[tuple[int, str]], backwards: bool, cut: int, tolerate: frozenset[str]
) -> None:
    requests = [ReadHoldingRegistersRequest(10 * place, size) for place, (size, _) in enumerate(asked)]
    one, other = connection(tolerate=tolerate), connection(tolerate=tolerate)
    singles, spares = transactions(requests), transactions(requests)
    burst = one.burst(1, requests, NOW, EXPIRES)
    assert burst is not None
    assert burst.frames == [other.send(single, NOW) for single in singles]
    replies = [reply(single.id, single.request, way) for single, (_, way) in zip(singles, asked, strict=True)]
    data = b"".join(reversed(replies) if backwards else replies)
    first, rest = data[:cut], data[cut:]

    answers = one.receive_burst(burst, first, NOW)
    other.receive(first, NOW)
    if answers is None:
        one.unfold(burst, spares)
        one.receive(first, NOW)
    for line in (one, other):
        if rest and line.failure is None:
            line.receive(rest, NOW)
        line.expire(EXPIRES)
    mine = answers or [spare.error or spare.response for spare in spares]
    theirs = [single.error or single.response for single in singles]
    assert [outcome(answer) for answer in mine] == [outcome(answer) for answer in theirs]
    assert state(one) == state(other)


def test_good_replies_in_order_need_no_transactions() -> None:
    requests = [ReadHoldingRegistersRequest(n, 1 + n) for n in range(8)]
    line = connection()
    burst = line.burst(1, requests, NOW, EXPIRES)
    assert isinstance(burst, Burst)
    data = b"".join(reply(number, request, "good") for number, request in enumerate(requests, 1))
    answers = line.receive_burst(burst, data, NOW)
    assert answers == [ReadHoldingRegistersResponse(bytes(range(2 + 2 * n))) for n in range(8)]
    assert line.answered
    assert line.in_flight == 0


def test_a_timed_out_burst_leaves_its_ids_in_quarantine_h102() -> None:
    requests = [ReadHoldingRegistersRequest(n, 1) for n in range(3)]
    line = connection()
    burst = line.burst(1, requests, NOW, EXPIRES)
    assert burst is not None
    old = transactions(requests)
    line.unfold(burst, old)
    assert line.expire(EXPIRES) == old
    young = line.burst(1, requests, EXPIRES, EXPIRES + 1)
    assert young is not None
    late = b"".join(reply(number, requests[0], "good") for number in (1, 2, 3))
    assert line.receive_burst(young, late, EXPIRES) is None
    line.unfold(young, transactions(requests))
    assert line.receive(late, EXPIRES) == []
    assert line.counters.late == 3


def test_a_burst_takes_no_id_that_is_in_quarantine() -> None:
    requests = [ReadHoldingRegistersRequest(n, 1) for n in range(3)]
    line = connection()
    line.send(transactions(requests)[0], NOW)
    line.expire(100.0)
    line._next_id = 0xFFFE
    assert line.burst(1, requests, NOW, EXPIRES) is None, "its ids would wrap"
    last = line.burst(1, requests[:2], NOW, EXPIRES)
    assert last is not None
    assert last.first == 0xFFFE
    assert line._next_id == 1
    assert line.burst(1, requests[:1], NOW, EXPIRES) is None
    line._next_id = 2
    assert line.burst(1, requests[:1], NOW, EXPIRES) is not None


def test_what_is_no_plain_read_or_not_alone_is_no_burst() -> None:
    reads = [ReadHoldingRegistersRequest(n, 1) for n in range(9)]
    assert connection().burst(1, reads, NOW, EXPIRES) is None, "the window is 8"
    mixed: list[Any] = [reads[0], WriteSingleRegisterRequest(0, 1)]
    line = connection()
    assert line.burst(1, mixed, NOW, EXPIRES) is None
    line.send(transactions(reads)[0], NOW)
    assert line._next_id == 2
    assert line.burst(1, reads[:2], NOW, EXPIRES) is None
    assert connection(tolerate=frozenset({"extra_bytes"})).burst(1, reads[:2], NOW, EXPIRES) is None
