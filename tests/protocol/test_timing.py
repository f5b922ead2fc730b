"""Times on a serial line."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.timing import ASCII_BITS, character_time, frame_time, t1_5, t3_5

MILLISECONDS = [
    (1200, 9.167, 13.75, 32.08, 73.3),
    (2400, 4.583, 6.88, 16.04, 36.7),
    (4800, 2.292, 3.44, 8.02, 18.3),
    (9600, 1.146, 1.72, 4.01, 9.2),
    (19200, 0.573, 0.86, 2.01, 4.6),
    (38400, 0.286, 0.75, 1.75, 2.3),
    (57600, 0.191, 0.75, 1.75, 1.5),
    (115200, 0.095, 0.75, 1.75, 0.8),
]


@pytest.mark.parametrize(("baud", "character", "short", "long", "request_of_8"), MILLISECONDS)
def test_times(baud: int, character: float, short: float, long: float, request_of_8: float) -> None:
    assert 1000 * character_time(baud) == pytest.approx(character, abs=0.000_6)
    assert 1000 * t1_5(baud) == pytest.approx(short, abs=0.006)
    assert 1000 * t3_5(baud) == pytest.approx(long, abs=0.006)
    assert 1000 * frame_time(8, baud) == pytest.approx(request_of_8, abs=0.06)


def test_other_characters() -> None:
    assert character_time(1000, ASCII_BITS) == 0.01
    assert t3_5(1000, 10) == pytest.approx(0.035)


@pytest.mark.parametrize(("baud", "bits"), [(0, 11), (-9600, 11), (9600, 0)])
def test_no_such_line(baud: int, bits: int) -> None:
    with pytest.raises(UsageError):
        character_time(baud, bits)
