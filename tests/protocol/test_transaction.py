"""Which outcomes are worth another attempt."""

from __future__ import annotations

import pytest

from port502.errors import (
    ConnectError,
    FrameError,
    IllegalDataAddressError,
    LinkClosedError,
    NoReplyError,
    Port502Error,
    ReplyError,
    ServerDeviceBusyError,
)
from port502.protocol.register_access import ReadHoldingRegistersRequest, WriteSingleRegisterRequest
from port502.protocol.transaction import Transaction

READ = ReadHoldingRegistersRequest(0, 1)
WRITE = WriteSingleRegisterRequest(0, 1)


@pytest.mark.parametrize(
    ("error", "repeats"),
    [
        (NoReplyError("silence"), True),
        (LinkClosedError("gone"), True),
        (ConnectError("refused"), True),
        (ServerDeviceBusyError(3), True),
        (IllegalDataAddressError(3), False),
        (ReplyError("wrong"), False),
        (FrameError("junk"), False),
    ],
)
def test_reads_are_repeated_where_it_can_help(error: Port502Error, repeats: bool) -> None:
    asked = Transaction(1, READ, lambda _: None, 1.0, 9.0, retries=2)
    asked.attempts = 1
    assert asked.may_repeat(error) is repeats


def test_a_write_is_never_repeated() -> None:
    asked = Transaction(1, WRITE, lambda _: None, 1.0, 9.0, retries=5)
    asked.attempts = 1
    assert not asked.may_repeat(NoReplyError("silence"))


def test_retries_are_attempts_beyond_the_first() -> None:
    asked = Transaction(1, READ, lambda _: None, 1.0, 9.0, retries=2)
    for attempts, more in ((1, True), (2, True), (3, False)):
        asked.attempts = attempts
        assert asked.may_repeat(NoReplyError("silence")) is more


def test_nobody_repeats_what_nobody_waits_for() -> None:
    asked = Transaction(1, READ, lambda _: None, 1.0, 9.0, retries=2)
    asked.abandoned = True
    assert not asked.may_repeat(NoReplyError("silence"))
