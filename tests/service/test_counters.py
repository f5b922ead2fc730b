from __future__ import annotations

import pytest

from port502.service.counters import Counters


def test_a_new_device_has_counted_nothing() -> None:
    counters = Counters()
    assert (counters.bus_messages, counters.server_messages, counters.events) == (0, 0, 0)
    assert counters.log() == b""


def test_a_plain_message_counts_like_one_received_and_sent() -> None:
    quick, typed = Counters(), Counters()
    for _ in range(3):
        quick.plain += 1
        typed.received()
        typed.sent()
    for counters in (quick, typed):
        assert (counters.bus_messages, counters.server_messages, counters.events) == (3, 3, 3)
        assert counters.log() == b"\x40\x80" * 3


def test_counts_are_right_before_and_after_the_log_is_read() -> None:
    counters = Counters()
    counters.plain += 5
    assert counters.bus_messages == 5
    counters.log()
    counters.plain += 2
    assert (counters.bus_messages, counters.events) == (7, 7)


def test_a_million_plain_messages_cost_no_more_log_than_64_events() -> None:
    counters = Counters()
    counters.refused(2)
    counters.plain += 1_000_000
    assert len(counters.log()) == 64
    assert counters.log() == b"\x40\x80" * 32


def test_the_log_is_newest_first_and_keeps_the_order_of_things() -> None:
    counters = Counters()
    counters.plain += 1
    counters.refused(2)
    counters.plain += 1
    assert counters.log() == bytes.fromhex("4080 4180 4080")


@pytest.mark.parametrize(
    ("code", "event"),
    [(1, 0x41), (2, 0x41), (3, 0x41), (4, 0x42), (5, 0x44), (6, 0x44), (7, 0x48)],
)
def test_an_exception_leaves_its_send_event(code: int, event: int) -> None:
    """Application Protocol V1.1b3, clause 6.10: the bits of a send event."""
    counters = Counters()
    counters.refused(code)
    assert counters.log() == bytes((event, 0x80))
    assert (counters.exceptions, counters.events, counters.server_messages) == (1, 0, 1)
    assert counters.naks == (code == 7)
    assert counters.busy == (code in (5, 6))


def test_a_read_of_the_event_counter_is_no_event() -> None:
    counters = Counters()
    counters.received()
    counters.sent(event=False)
    assert (counters.server_messages, counters.events) == (1, 0)


def test_a_broadcast_is_received_and_not_answered() -> None:
    counters = Counters()
    counters.received(broadcast=True)
    counters.kept_silent()
    assert (counters.server_messages, counters.no_responses, counters.events) == (1, 1, 1)
    assert counters.log() == b"\xc0"


def test_a_broadcast_that_fails_counts_as_exception_all_the_same() -> None:
    counters = Counters()
    counters.received(broadcast=True)
    counters.kept_silent(2)
    assert (counters.exceptions, counters.no_responses, counters.events) == (1, 1, 0)


def test_what_is_overheard_in_listen_only_mode_is_seen_but_not_processed() -> None:
    counters = Counters()
    counters.listen_only()
    counters.overheard()
    assert (counters.bus_messages, counters.server_messages, counters.no_responses) == (1, 0, 2)
    assert counters.log() == b"\xa0\x04"


def test_the_line_has_counters_of_its_own() -> None:
    counters = Counters()
    counters.passed_by()
    counters.line_error()
    counters.line_error(overrun=True)
    assert (counters.bus_messages, counters.server_messages) == (1, 0)
    assert (counters.bus_errors, counters.overruns) == (2, 1)
    assert counters.log() == b"\x92\x82"
    counters.clear_overruns()
    assert (counters.bus_errors, counters.overruns) == (2, 0)


def test_clearing_keeps_the_log() -> None:
    counters = Counters()
    counters.plain += 2
    counters.refused(7)
    counters.clear()
    seen = (counters.bus_messages, counters.exceptions, counters.naks, counters.events)
    assert seen == (0, 0, 0, 0)
    assert len(counters.log()) == 6


@pytest.mark.parametrize(("clear_log", "log"), [(False, b"\x00\x40\x80"), (True, b"")])
def test_a_restart_counts_from_zero(clear_log: bool, log: bytes) -> None:
    counters = Counters()
    counters.plain += 1
    counters.restart(clear_log=clear_log)
    assert (counters.bus_messages, counters.events) == (0, 0)
    assert counters.log() == log
