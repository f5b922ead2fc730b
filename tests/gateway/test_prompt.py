"""Replies that pass through layers."""

from __future__ import annotations

from port502.gateway.prompt import Passing
from port502.service.call import Reply
from port502.service.maybe import Later


def test_giving_up_a_reply_gives_up_its_source() -> None:
    source: Later[Reply] = Later()
    passing = Passing(source)
    passing.cancel()
    assert passing.cancelled
    assert source.cancelled


def test_a_reply_that_was_given_is_not_given_up_any_more() -> None:
    source: Later[Reply] = Later()
    passing = Passing(source)
    passing.give(None)
    passing.cancel()
    assert not source.cancelled
    assert passing.since == 0.0
