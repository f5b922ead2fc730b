from __future__ import annotations

import enum
import math
import sqlite3
import sys
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from port502.collect.sample import Value
from port502.errors import UsageError
from port502.history.encoding import Cell, checksum, decode_value, encode_value, encode_values

scalars = (
    st.booleans()
    | st.integers(-(1 << 64), 1 << 64)
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
)
values = st.none() | scalars | st.lists(scalars, max_size=5).map(tuple)


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE cells (cell)")
    yield connection
    connection.close()


def same(one: object, other: object) -> bool:
    """Equal in type, sign of zero and NaN-ness too."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if type(one) is not type(other):
        return False
    if isinstance(one, float) and isinstance(other, float):
        return one.hex() == other.hex()
    return one == other


@given(value=values)
@example(value=(1 << 64) - 1)
@example(value=-0.0)
@example(value=math.nan)
@example(value=-math.inf)
@example(value="\ud800")
@example(value="a\0b")
@example(value=())
@example(value=(math.nan, True, 1 << 64, "é", 1.5))
def test_every_value_comes_back_from_the_database_as_it_was(
    database: sqlite3.Connection, value: Value
) -> None:
    database.execute("DELETE FROM cells")
    database.execute("INSERT INTO cells VALUES (?)", (encode_value(value),))
    assert same(decode_value(database.execute("SELECT cell FROM cells").fetchone()[0]), value)


@given(st.lists(values, max_size=20))
@example([math.inf, -math.inf, 1])
@example([1 << 2000, 1.0])
@example([(1 << 63), -(1 << 63) - 1])
@example([math.inf, 1])
@example([1.0, math.nan])
def test_many_values_are_encoded_as_each_one_is(batch: list[Value]) -> None:
    together = list(encode_values(batch))
    assert all(map(same, together, [encode_value(value) for value in batch]))


def test_plain_numbers_are_passed_on_untouched() -> None:
    batch: list[Value] = [1, 2.5, -3]
    assert encode_values(batch) is batch


def test_what_sqlite_cannot_hold_stays_readable() -> None:
    assert encode_value(True) == b"true"
    assert encode_value(math.nan) == b"NaN"
    assert encode_value((1 << 64) - 1) == b"18446744073709551615"
    assert encode_value((1, True, "a")) == b'[1,true,"a"]'


def test_kinds_of_numbers_become_plain_numbers() -> None:
    colour = enum.IntEnum("colour", ["RED"])
    assert type(encode_value(colour.RED)) is int  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", [object(), [1], {"a": 1}, (1, (2,)), (None,), b"x", 1j])
def test_what_is_no_value_is_refused(value: Value) -> None:
    with pytest.raises(UsageError, match="no value"):
        encode_value(value)


@pytest.mark.parametrize("cell", [b"", b"{}", b"null", b"[[1]]", b"tru", b"\xff", b"[null]"])
def test_bytes_that_are_none_of_ours_are_refused(cell: bytes) -> None:
    with pytest.raises(ValueError):
        decode_value(cell)


cells = st.lists(
    st.none() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats() | st.text("ab") | st.binary()
)


@given(cells, cells)
def test_checksums_chain_over_batches(first: list[Cell], second: list[Cell]) -> None:
    assert checksum(second, checksum(first)) == checksum(first + second)


def test_the_checksum_is_the_same_in_every_version_and_for_interned_text() -> None:
    row: list[Cell] = [1, 1_760_000_000_000_000, -2.5, None, "text", b"true"]
    assert checksum(row) == 635_120_624
    assert checksum([sys.intern("text")]) == checksum(["".join(["te", "xt"])])
