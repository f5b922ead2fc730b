"""What a link says when something ends."""

from __future__ import annotations

from typing import Any

import pytest

from port502.errors import ConnectError, LinkClosedError, NoReplyError
from port502.protocol.register_access import ReadHoldingRegistersRequest
from port502.protocol.transaction import Transaction
from port502.transport.link_errors import deadline_passed, ended_by_peer
from port502.transport.url import Target

TARGET = Target("tcp", "meter", 502)


def asked(attempts: int) -> Transaction[Any]:
    transaction = Transaction(7, ReadHoldingRegistersRequest(0, 1), lambda one: None, 1.0, 1.0)
    transaction.attempts = attempts
    return transaction


@pytest.mark.parametrize(
    ("attempts", "words"), [(0, "the deadline passed before it was sent"), (2, "after 2 attempts")]
)
def test_a_deadline_on_a_connection_says_how_far_the_request_came(attempts: int, words: str) -> None:
    error = deadline_passed(asked(attempts), TARGET, ready=True, last_error="of another time")
    assert isinstance(error, NoReplyError)
    assert words in str(error)
    assert "unit 7 at tcp://meter" in str(error)


def test_a_deadline_without_a_connection_says_why_there_is_none() -> None:
    error = deadline_passed(asked(0), TARGET, ready=False, last_error="refused; nothing listens there")
    assert isinstance(error, ConnectError)
    assert str(error) == "refused; nothing listens there"
    assert "no connection to tcp://meter" in str(
        deadline_passed(asked(0), TARGET, ready=False, last_error="")
    )


def test_an_end_says_who_ended_it_and_whether_the_peer_ever_answered() -> None:
    reset = ended_by_peer(TARGET, ConnectionResetError(104, "Connection reset by peer"), answered=True)
    assert isinstance(reset, LinkClosedError)
    assert "lost: Connection reset by peer" in str(reset)
    assert "connection limit" not in str(reset)
    assert "closed the connection before it answered anything (is its connection limit" in str(
        ended_by_peer(TARGET, None, answered=False)
    )
