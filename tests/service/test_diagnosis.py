"""Diagnostics; clauses are those of the Application Protocol V1.1b3."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    DiagnosticsResponse,
    GetCommEventCounterRequest,
    GetCommEventCounterResponse,
    GetCommEventLogRequest,
    GetCommEventLogResponse,
)
from port502.protocol.message import ExceptionResponse
from port502.service.counters import Counters
from port502.service.diagnosis import Diagnosis


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def diagnosis(counters: Counters) -> Diagnosis:
    return Diagnosis(counters, allow_restart=True, allow_clear=True)


def ask(diagnosis: Diagnosis, sub_function: int, data: bytes = b"\0\0") -> bytes:
    reply = diagnosis.answer(DiagnosticsRequest(sub_function, data))
    assert isinstance(reply, DiagnosticsResponse)
    assert reply.sub_function == sub_function
    return reply.data


def count(diagnosis: Diagnosis, sub_function: int) -> int:
    return int.from_bytes(ask(diagnosis, sub_function), "big")


def test_h055_query_data_comes_back_up_to_the_largest(diagnosis: Diagnosis) -> None:
    data = bytes(range(250))
    assert ask(diagnosis, 0, data) == data
    assert ask(diagnosis, 0, b"\xa5\x37") == b"\xa5\x37"


def test_each_counter_has_its_sub_function(diagnosis: Diagnosis, counters: Counters) -> None:
    """Clause 6.8.1: sub-functions 11-18."""
    counters.plain += 3
    counters.refused(2)
    counters.refused(6)
    counters.refused(7)
    counters.received(broadcast=True)
    counters.kept_silent()
    counters.passed_by()
    counters.line_error(overrun=True)
    assert [count(diagnosis, sub) for sub in (12, 13, 15, 16, 17, 18)] == [1, 3, 1, 1, 1, 1]
    assert count(diagnosis, 11) == 3 + 3 + 1 + 1 + 6 + 1, "all that was seen, this request too"
    assert count(diagnosis, 14) == 3 + 3 + 1 + 6 + 2, "all that was for this device, this request too"


def test_counters_are_16_bits_on_the_wire(diagnosis: Diagnosis, counters: Counters) -> None:
    counters.plain += 65536 + 4
    assert count(diagnosis, 11) == 5


def test_the_overrun_counter_can_be_cleared_alone(diagnosis: Diagnosis, counters: Counters) -> None:
    counters.line_error(overrun=True)
    assert ask(diagnosis, 20) == b"\0\0"
    assert (count(diagnosis, 18), count(diagnosis, 12)) == (0, 1)


def test_the_diagnostic_register_is_the_programs(diagnosis: Diagnosis) -> None:
    diagnosis.register = 0x8001
    assert ask(diagnosis, 2) == b"\x80\x01"
    with pytest.raises(UsageError):
        diagnosis.register = 65536


def test_the_delimiter_of_ascii_frames_can_be_changed(diagnosis: Diagnosis) -> None:
    assert ask(diagnosis, 3, b"\x3b\x00") == b"\x3b\x00"
    assert diagnosis.delimiter == b";"


@pytest.mark.parametrize("sub_function", [1, 4, 10])
def test_h053_off_switches_are_refused_unless_enabled(counters: Counters, sub_function: int) -> None:
    counters.plain += 5
    diagnosis = Diagnosis(counters)
    assert diagnosis.answer(DiagnosticsRequest(sub_function)) == ExceptionResponse(8, 1)
    assert not diagnosis.listen_only
    assert (counters.bus_messages, counters.exceptions) == (6, 1)


def test_restart_and_clear_are_enabled_apart(counters: Counters) -> None:
    assert Diagnosis(counters, allow_clear=True).answer(DiagnosticsRequest(1)) == ExceptionResponse(8, 1)
    assert Diagnosis(counters, allow_restart=True).answer(DiagnosticsRequest(10)) == ExceptionResponse(8, 1)


def test_clearing_sets_counters_and_register_to_zero(diagnosis: Diagnosis, counters: Counters) -> None:
    counters.plain += 5
    counters.refused(2)
    diagnosis.register = 5
    assert ask(diagnosis, 10) == b"\0\0"
    assert diagnosis.register == 0
    assert diagnosis.answer(GetCommEventCounterRequest()) == GetCommEventCounterResponse(0, 0)
    assert counters.exceptions == 0
    assert counters.log()[-1] == 0x80, "the log is kept"


def test_the_event_counter_counts_completions_only(diagnosis: Diagnosis, counters: Counters) -> None:
    """Clause 6.9: neither exceptions nor reads of the counter count."""
    counters.plain += 264
    counters.refused(2)
    for _ in range(3):
        reply = diagnosis.answer(GetCommEventCounterRequest())
        assert reply == GetCommEventCounterResponse(0, 264)


def test_a_busy_device_says_so_in_the_status_word(diagnosis: Diagnosis) -> None:
    diagnosis.busy = True
    assert diagnosis.answer(GetCommEventCounterRequest()) == GetCommEventCounterResponse(0xFFFF, 0)


def test_the_event_log_has_newest_first_and_its_own_request_as_well(
    diagnosis: Diagnosis, counters: Counters
) -> None:
    """Clause 6.10: byte 0 is the most recent event."""
    counters.plain += 1
    counters.refused(4)
    reply = diagnosis.answer(GetCommEventLogRequest())
    assert reply == GetCommEventLogResponse(0, 1, 3, bytes.fromhex("80 4280 4080"))


def test_the_event_log_holds_64_events_at_most(diagnosis: Diagnosis, counters: Counters) -> None:
    counters.plain += 1000
    reply = diagnosis.answer(GetCommEventLogRequest())
    assert isinstance(reply, GetCommEventLogResponse)
    assert len(reply.events) == 64
    assert len(reply.encode()) <= 253


def test_listen_only_is_not_answered_and_ends_with_a_restart(
    diagnosis: Diagnosis, counters: Counters
) -> None:
    """Clause 6.8.1, sub-functions 4 and 1."""
    assert diagnosis.answer(DiagnosticsRequest(4)) is None
    assert diagnosis.listen_only
    assert counters.log()[0] == 0x04
    diagnosis.overhear(DiagnosticsRequest(10))
    diagnosis.overhear(GetCommEventCounterRequest())
    assert diagnosis.listen_only
    assert (counters.no_responses, counters.server_messages) == (3, 1)
    diagnosis.overhear(DiagnosticsRequest(1))
    assert not diagnosis.listen_only
    assert (counters.no_responses, counters.bus_messages) == (0, 0)
    assert counters.log()[:2] == b"\x00\xa0"


def test_a_restart_with_ff00_clears_the_log_too(diagnosis: Diagnosis, counters: Counters) -> None:
    counters.plain += 3
    assert ask(diagnosis, 1, b"\xff\x00") == b"\xff\x00"
    assert counters.log() == b""
    assert counters.bus_messages == 0
