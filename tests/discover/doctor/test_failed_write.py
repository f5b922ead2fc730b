"""A refused write out of an audit log, or typed in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from port502.discover.doctor.failed_write import last_refusal, parse_failed_write, read_failed_write
from port502.errors import ConfigError, UsageError
from port502.guard.audit import AuditLog
from port502.guard.record import REFUSED, WRITE, Record


@pytest.mark.parametrize(
    ("text", "function", "exception", "unit", "address"),
    [
        ("6 at 107: 02", 6, 2, None, 107),
        ("unit 3 fc 16 at 40: exception 0x03", 16, 3, 3, 40),
        ("5: silence", 5, 0, None, None),
        ("6 at 0 exception 4", 6, 4, None, 0),
    ],
)
def test_a_refusal_as_it_is_typed(
    text: str, function: int, exception: int, unit: int | None, address: int | None
) -> None:
    found = parse_failed_write(text)
    assert (found.function, found.exception, found.unit, found.address) == (
        function,
        exception,
        unit,
        address,
    )


@pytest.mark.parametrize("text", ["", "it does not work", "3 at 0: 02", "6 at x: 02"])
def test_what_is_no_refused_write(text: str) -> None:
    with pytest.raises(UsageError):
        parse_failed_write(text)


def test_the_last_refusal_of_a_real_audit_log(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    try:
        log.write(Record(event=WRITE, unit=2, function=6, address=5, outcome="done").fields())
        log.write(
            Record(event=WRITE, unit=1, function=6, address=5, exception=2, outcome="exception 2").fields()
        )
        log.write(Record(event="connection", client="10.0.0.9").fields())
    finally:
        log.close()
    found = read_failed_write(path)
    assert found is not None
    assert (found.function, found.exception, found.unit, found.address) == (6, 2, 1, 5)
    assert found.other_units_worked == (2,)
    assert "illegal data address" in found.text
    assert not found.refused_by_guard


def test_a_write_that_a_guard_refused_is_told_apart() -> None:
    line = json.dumps(Record(event=REFUSED, unit=1, function=16, exception=1, rule="reads only").fields())
    found = last_refusal([line], "log")
    assert found is not None
    assert (found.refused_by_guard, found.rule) == (True, "reads only")


def test_silence_counts_and_reads_and_noise_do_not() -> None:
    lines = [
        "no json",
        "[1]",
        "x" * 100_000,
        '{"function": 3, "exception": 2}',
        '{"function": 6, "outcome": "silence"}',
    ]
    found = last_refusal(lines, "log")
    assert found is not None
    assert (found.function, found.exception) == (6, 0)
    assert last_refusal(lines[:-1], "log") is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_failed_write(tmp_path / "none.jsonl")
