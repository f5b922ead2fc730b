"""What a request is about, and parts of replies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.gateway.spans import Span, cut, span_of, written_by
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from port502.protocol.files import FileRecordWrite, WriteFileRecordRequest
from port502.protocol.message import RawRequest, Request
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)
from port502.protocol.words import data_of


def test_a_read_has_a_span() -> None:
    assert span_of(ReadInputRegistersRequest(10, 5)) == Span(4, 10, 15)
    assert span_of(ReadCoilsRequest(0, 1)) == Span(1, 0, 1)


@pytest.mark.parametrize(
    ("request_", "span"),
    [
        (WriteSingleCoilRequest(7, True), Span(1, 7, 8)),
        (WriteMultipleCoilsRequest.from_bits(7, [True] * 9), Span(1, 7, 16)),
        (WriteSingleRegisterRequest(7, 1), Span(3, 7, 8)),
        (MaskWriteRegisterRequest(7, 1, 1), Span(3, 7, 8)),
        (WriteMultipleRegistersRequest.from_registers(7, [1, 2]), Span(3, 7, 9)),
        (ReadWriteMultipleRegistersRequest.from_registers(0, 5, 7, [1, 2, 3]), Span(3, 7, 10)),
        (WriteFileRecordRequest([FileRecordWrite(1, 0, b"\0\1")]), None),
        (RawRequest(0x42, b"\1"), None),
    ],
)
def test_a_write_has_one_where_it_can_be_known(request_: Request[Any], span: Span | None) -> None:
    assert written_by(request_) == span


def test_spans_meet_where_they_share_an_address_of_one_table() -> None:
    span = Span(3, 10, 20)
    assert span.meets(3, 19, 21)
    assert span.meets(3, 0, 11)
    assert not span.meets(3, 20, 21)
    assert not span.meets(3, 0, 10)
    assert not span.meets(4, 10, 20)


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=125), st.data())
def test_a_part_of_registers_is_what_a_smaller_read_would_have_got(words: list[int], data: Any) -> None:
    offset = data.draw(st.integers(0, len(words) - 1))
    quantity = data.draw(st.integers(1, len(words) - offset))
    part = cut(ReadInputRegistersResponse(data_of(words)), offset, quantity)
    assert part == ReadInputRegistersResponse(data_of(words[offset : offset + quantity]))


@given(st.lists(st.booleans(), min_size=1, max_size=2000), st.data())
def test_a_part_of_bits_is_what_a_smaller_read_would_have_got(bits: list[bool], data: Any) -> None:
    offset = data.draw(st.integers(0, len(bits) - 1))
    quantity = data.draw(st.integers(1, len(bits) - offset))
    part = cut(ReadCoilsResponse.from_bits(bits), offset, quantity)
    assert part == ReadCoilsResponse.from_bits(bits[offset : offset + quantity])
