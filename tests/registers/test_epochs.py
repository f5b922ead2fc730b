"""Times in registers, counted or spelled out."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.registers.epochs import EPOCHS
from port502.registers.meaning import Meaning
from port502.registers.point import Point
from port502.registers.reference import Table
from port502.registers.values import DecodeError, Value


@pytest.mark.parametrize(
    ("epoch", "raw", "text"),
    [
        ("unix", 0, "1970-01-01T00:00:00Z"),
        ("unix", 1767225599, "2025-12-31T23:59:59Z"),
        ("unix_ms", 1767225599250, "2025-12-31T23:59:59.250Z"),
        ("y2000", 86400, "2000-01-02T00:00:00Z"),
        ("ymdhms", (2026, 2, 28, 13, 5, 9), "2026-02-28T13:05:09"),
        ("ymdhms_bytes", (0x1A02, 0x1C0D, 0x0509), "2026-02-28T13:05:09"),
        ("iec870", (26, 2 << 8 | 6 << 5 | 28, 13 << 8 | 5, 9250), "2026-02-28T13:05:09.250"),
    ],
)
def test_a_time_is_read_and_written(epoch: str, raw: Value, text: str) -> None:
    assert EPOCHS[epoch].text(raw) == text
    assert EPOCHS[epoch].number(text) == raw


@pytest.mark.parametrize(
    ("epoch", "raw"),
    [
        ("unix", 2**62),
        ("unix", True),
        ("ymdhms", (2026, 13, 1, 0, 0, 0)),
        ("ymdhms", (2026, 1, 1)),
        ("ymdhms", 5),
        ("ymdhms_bytes", (0, 0, 0)),
        ("iec870", (0, 0, 0, 65535)),
    ],
)
def test_registers_that_hold_no_time(epoch: str, raw: Value) -> None:
    with pytest.raises(DecodeError):
        EPOCHS[epoch].text(raw)


@pytest.mark.parametrize(
    ("epoch", "text"), [("unix", "tomorrow"), ("unix", "2026-01-01T00:00:00"), ("ymdhms", "")]
)
def test_texts_that_are_no_time(epoch: str, text: str) -> None:
    with pytest.raises(UsageError, match="2026-01"):
        EPOCHS[epoch].number(text)


def test_points_hold_times() -> None:
    clock = Point("clock", Table.HOLDING, 0, "uint32", meaning=Meaning(epoch="unix"))
    assert clock.decode(clock.encode("2026-01-31T12:00:00Z")) == "2026-01-31T12:00:00Z"  # type: ignore[arg-type]
    parts = Point("clock", Table.HOLDING, 0, count=6, meaning=Meaning(epoch="ymdhms"))
    assert parts.decode(parts.encode("2026-01-31T12:00:00")) == "2026-01-31T12:00:00"  # type: ignore[arg-type]
