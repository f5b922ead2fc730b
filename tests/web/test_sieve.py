"""Which exchanges somebody wants to see."""

from __future__ import annotations

import pytest

from port502.protocol.mbap import MbapFraming
from port502.site.overheard import answer_of, is_wrong
from port502.site.traffic import Exchange, Tap
from port502.traffic.filter.error import FilterError
from port502.web.sieve import Sieve

SECOND = 1_000_000_000


def exchanges() -> list[Exchange]:
    """A read that is answered, a write that is refused, and a read of another unit without an answer, at 0 s."""
    encode = MbapFraming().encode
    tap = Tap("tcp://10.0.0.1:502", clock=lambda: 0)
    tap.hear("sent", encode(1, 1, bytes.fromhex("0300000002")))
    tap.hear("received", encode(1, 1, bytes.fromhex("0304beef0002")))
    tap.hear("sent", encode(2, 1, bytes.fromhex("0600050001")))
    tap.hear("received", encode(2, 1, bytes.fromhex("8602")))
    tap.hear("sent", encode(3, 7, bytes.fromhex("0400000001")))
    return list(tap.look())


def numbers(now: float = 0.0, **wanted: object) -> list[int]:
    sieve = Sieve(**wanted, clock=lambda: round(now * SECOND))  # type: ignore[arg-type]
    return [one.number for one in exchanges() if sieve(one)]


def test_everything_by_default() -> None:
    assert numbers() == [1, 2, 3]


def test_by_unit_and_function() -> None:
    assert numbers(unit=7) == [3]
    assert numbers(function=6) == [2]
    assert numbers(unit=1, function=3) == [1]


def test_what_went_wrong() -> None:
    assert numbers(0.5, errors=True) == [2]
    assert numbers(1.5, errors=True) == [2, 3]
    assert numbers(1.5, errors=True, patience=3.0) == [2]


def test_by_what_is_said_or_by_bytes() -> None:
    assert numbers(text="write single") == [2]
    assert numbers(text="Illegal Data") == [2]
    assert numbers(text="be ef") == [1]
    assert numbers(1.5, text="no answer") == [3]
    assert numbers(text="nobody says that") == []


def test_by_a_display_filter() -> None:
    assert numbers(text="modbus.exception_code == 2") == [2]
    assert numbers(text="mbtcp.unit_id == 7 || modbus.func_code == 6") == [2, 3]
    with pytest.raises(FilterError, match=r"no field 'modbus\.nothing'"):
        Sieve(text="modbus.nothing == 2")


def test_answers_in_words() -> None:
    read, write, lost = exchanges()
    assert answer_of(read, 1.0, 0) == "= 48879 2"
    assert answer_of(write, 1.0, 0).endswith("refused: exception 2, illegal data address")
    assert answer_of(lost, 1.0, SECOND // 2) == "..."
    assert answer_of(lost, 1.0, 2 * SECOND) == "no answer"
    assert [is_wrong(one, 1.0, SECOND // 2) for one in (read, write, lost)] == [False, True, False]
    assert is_wrong(lost, 1.0, 2 * SECOND)
