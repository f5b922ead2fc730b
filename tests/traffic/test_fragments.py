"""Datagrams in pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.fragments import MOST_DATAGRAMS, Fragments
from port502.traffic.headers import Headers


def piece(offset: int, data: bytes, *, more: bool, number: int = 1) -> tuple[Headers, bytes]:
    headers = Headers(
        fragment=offset,
        more_fragments=more,
        identification=number,
        protocol=6,
        body=0,
        body_size=len(data),
        src_bytes=b"a",
        dst_bytes=b"b",
    )
    return headers, data


def test_pieces_in_any_order_make_the_whole() -> None:
    fragments = Fragments()
    assert fragments.add(*piece(16, b"c" * 4, more=False)) is None
    assert fragments.add(*piece(0, b"a" * 8, more=True)) is None
    assert fragments.add(*piece(8, b"b" * 8, more=True)) == b"a" * 8 + b"b" * 8 + b"c" * 4


def test_where_pieces_overlap_the_first_bytes_count() -> None:
    fragments = Fragments()
    fragments.add(*piece(0, b"a" * 16, more=True))
    assert fragments.add(*piece(8, b"b" * 16, more=False)) == b"a" * 16 + b"b" * 8


def test_unfinished_datagrams_are_bounded() -> None:
    fragments = Fragments()
    for number in range(MOST_DATAGRAMS + 3):
        fragments.add(*piece(0, b"a" * 8, more=True, number=number))
    assert fragments.lost == 3
    assert fragments.add(*piece(65_000, b"a" * 1000, more=True)) is None
    assert fragments.lost == 4


def test_pieces_of_a_datagram_are_bounded() -> None:
    fragments = Fragments()
    for offset in range(0, 65_000, 8):
        assert fragments.add(*piece(offset, b"x" * 8, more=True)) is None
    assert fragments.add(*piece(65_000, b"x" * 8, more=False)) is None


@given(st.lists(st.tuples(st.integers(0, 70_000), st.binary(max_size=30), st.booleans()), max_size=30))
def test_no_pieces_make_it_raise(pieces: list[tuple[int, bytes, bool]]) -> None:
    fragments = Fragments()
    for offset, data, more in pieces:
        whole = fragments.add(*piece(offset, data, more=more))
        assert whole is None or len(whole) <= 65_535
