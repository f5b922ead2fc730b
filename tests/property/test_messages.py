"""Messages: encoding and decoding undo each other, and no bytes raise anything but the package's own errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from port502.errors import DeviceError, ReplyError
from port502.protocol.bit_access import (
    ReadCoilsRequest,
    ReadCoilsResponse,
    ReadDiscreteInputsRequest,
    ReadDiscreteInputsResponse,
    WriteMultipleCoilsRequest,
    WriteMultipleCoilsResponse,
    WriteSingleCoilRequest,
    WriteSingleCoilResponse,
)
from port502.protocol.bits import bits_of, bytes_for, pack_bits
from port502.protocol.codes import CHANGING_DIAGNOSTICS, DIAGNOSTIC_NAMES
from port502.protocol.diagnostics import (
    DiagnosticsRequest,
    DiagnosticsResponse,
    GetCommEventCounterRequest,
    GetCommEventCounterResponse,
    GetCommEventLogRequest,
    GetCommEventLogResponse,
    ReadExceptionStatusRequest,
    ReadExceptionStatusResponse,
    ReportServerIdRequest,
    ReportServerIdResponse,
)
from port502.protocol.files import (
    FileRecordRead,
    FileRecordWrite,
    ReadFileRecordRequest,
    ReadFileRecordResponse,
    WriteFileRecordRequest,
    WriteFileRecordResponse,
)
from port502.protocol.identification import (
    CanopenRequest,
    CanopenResponse,
    ReadDeviceIdentificationRequest,
    ReadDeviceIdentificationResponse,
)
from port502.protocol.lengths import request_length, response_length
from port502.protocol.message import ExceptionResponse, RawRequest, RawResponse, Request, Response
from port502.protocol.pdu import decode_request, decode_response
from port502.protocol.register_access import (
    MaskWriteRegisterRequest,
    MaskWriteRegisterResponse,
    ReadFifoQueueRequest,
    ReadFifoQueueResponse,
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
    ReadWriteMultipleRegistersRequest,
    ReadWriteMultipleRegistersResponse,
    WriteMultipleRegistersRequest,
    WriteMultipleRegistersResponse,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.protocol.words import data_of, registers_of

Draw = Callable[[st.SearchStrategy[Any]], Any]
Pair = tuple[Request[Any], Response]

words = st.integers(0, 0xFFFF)
octets = st.integers(0, 0xFF)


def data(least: int, most: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=least, max_size=most)


def registers(most: int, least: int = 1) -> st.SearchStrategy[list[int]]:
    return st.lists(words, min_size=least, max_size=most)


@st.composite
def bit_reads(draw: Draw) -> Pair:
    bits = draw(st.lists(st.booleans(), min_size=1, max_size=2000))
    address = draw(st.integers(0, 65536 - len(bits)))
    if draw(st.booleans()):
        return ReadCoilsRequest(address, len(bits)), ReadCoilsResponse.from_bits(bits)
    return ReadDiscreteInputsRequest(address, len(bits)), ReadDiscreteInputsResponse.from_bits(bits)


@st.composite
def register_reads(draw: Draw) -> Pair:
    values = data_of(draw(registers(125)))
    quantity = len(values) // 2
    address = draw(st.integers(0, 65536 - quantity))
    if draw(st.booleans()):
        return ReadHoldingRegistersRequest(address, quantity), ReadHoldingRegistersResponse(values)
    return ReadInputRegistersRequest(address, quantity), ReadInputRegistersResponse(values)


@st.composite
def writes(draw: Draw) -> Pair:
    kind = draw(st.integers(0, 4))
    address = draw(words)
    if kind == 0:
        on = draw(st.booleans())
        return WriteSingleCoilRequest(address, on), WriteSingleCoilResponse(address, on)
    if kind == 1:
        value = draw(words)
        return WriteSingleRegisterRequest(address, value), WriteSingleRegisterResponse(address, value)
    if kind == 2:
        masks = draw(words), draw(words)
        return MaskWriteRegisterRequest(address, *masks), MaskWriteRegisterResponse(address, *masks)
    if kind == 3:
        bits = draw(st.lists(st.booleans(), min_size=1, max_size=min(1968, 65536 - address)))
        request = WriteMultipleCoilsRequest.from_bits(address, bits)
        return request, WriteMultipleCoilsResponse(address, len(bits))
    values = draw(registers(min(123, 65536 - address)))
    written = WriteMultipleRegistersRequest.from_registers(address, values)
    return written, WriteMultipleRegistersResponse(address, len(values))


@st.composite
def read_writes(draw: Draw) -> Pair:
    got, put = draw(registers(125)), draw(registers(121))
    read_address = draw(st.integers(0, 65536 - len(got)))
    write_address = draw(st.integers(0, 65536 - len(put)))
    request = ReadWriteMultipleRegistersRequest.from_registers(read_address, len(got), write_address, put)
    return request, ReadWriteMultipleRegistersResponse(data_of(got))


@st.composite
def diagnostics(draw: Draw) -> Pair:
    sub_function = draw(st.sampled_from(sorted(DIAGNOSTIC_NAMES)))
    if sub_function == 0:
        content = data_of(draw(registers(125)))
        return DiagnosticsRequest(0, content), DiagnosticsResponse(0, content)
    request = DiagnosticsRequest(sub_function)
    answer = b"\0\0" if sub_function in CHANGING_DIAGNOSTICS else draw(data(2, 2))
    return request, DiagnosticsResponse(sub_function, answer)


@st.composite
def file_reads(draw: Draw) -> Pair:
    lengths = draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    places = [
        FileRecordRead(draw(st.integers(1, 65535)), draw(st.integers(0, 10000 - size)), size)
        for size in lengths
    ]
    return ReadFileRecordRequest(places), ReadFileRecordResponse([draw(data(2 * n, 2 * n)) for n in lengths])


@st.composite
def file_writes(draw: Draw) -> Pair:
    lengths = draw(st.lists(st.integers(1, 20), min_size=1, max_size=5))
    groups = [
        FileRecordWrite(
            draw(st.integers(1, 65535)), draw(st.integers(0, 10000 - n)), draw(data(2 * n, 2 * n))
        )
        for n in lengths
    ]
    return WriteFileRecordRequest(groups), WriteFileRecordResponse(groups)


@st.composite
def identifications(draw: Draw) -> Pair:
    read_code = draw(st.integers(1, 4))
    object_id = draw(octets)
    if read_code == 4:
        objects = {object_id: draw(data(0, 244))}
    else:
        objects = draw(st.dictionaries(octets, data(0, 40), max_size=5))
    more, following = draw(st.booleans()), draw(octets)
    response = ReadDeviceIdentificationResponse(read_code, draw(octets), more, following, objects)
    return ReadDeviceIdentificationRequest(read_code, object_id), response


@st.composite
def raw(draw: Draw) -> Pair:
    function = draw(st.sampled_from([0, 9, 10, 13, 14, 18, 19, 25, 0x42, 0x5A, 0x7F, 0x80, 0x83, 0xFF]))
    return RawRequest(function, draw(data(0, 252))), RawResponse(function, draw(data(0, 252)))


plain = st.one_of(
    st.builds(lambda status: (ReadExceptionStatusRequest(), ReadExceptionStatusResponse(status)), octets),
    st.builds(lambda s, n: (GetCommEventCounterRequest(), GetCommEventCounterResponse(s, n)), words, words),
    st.builds(
        lambda s, n, m, e: (GetCommEventLogRequest(), GetCommEventLogResponse(s, n, m, e)),
        words,
        words,
        words,
        data(0, 64),
    ),
    st.builds(lambda content: (ReportServerIdRequest(), ReportServerIdResponse(content)), data(0, 251)),
    st.builds(
        lambda address, values: (ReadFifoQueueRequest(address), ReadFifoQueueResponse(data_of(values))),
        words,
        registers(31, 0),
    ),
    st.builds(lambda put, got: (CanopenRequest(put), CanopenResponse(got)), data(1, 251), data(1, 251)),
)

pairs = st.one_of(
    bit_reads(),
    register_reads(),
    writes(),
    read_writes(),
    diagnostics(),
    file_reads(),
    file_writes(),
    identifications(),
    raw(),
    plain,
)

likely_functions = st.sampled_from(
    [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43, 0x83, 0, 0x42]
)
pdus = st.one_of(
    data(0, 260),
    st.builds(lambda function, rest: bytes((function,)) + rest, likely_functions, data(0, 252)),
    st.builds(lambda mei, rest: bytes((43, mei)) + rest, st.sampled_from([13, 14]), data(0, 60)),
)


@given(pairs)
def test_decoding_undoes_encoding(pair: Pair) -> None:
    request, response = pair
    assert decode_request(request.encode()) == request
    assert request.decode_response(response.encode()) == response
    assert decode_response(response.encode(), request) == response
    assert len(request.encode()) <= 253
    assert len(response.encode()) <= 253


@given(pairs)
def test_lengths_agree_with_encodings(pair: Pair) -> None:
    request, response = pair
    assert request_length(request.encode()) in (None, len(request.encode()))
    if response.function < 0x80:
        assert response_length(request, response.encode()) in (None, len(response.encode()))


@given(pdus)
@example(b"")
@example(bytes(254))
def test_any_bytes_are_a_request_or_a_refusal(pdu: bytes) -> None:
    refused: DeviceError | None = None
    try:
        request = decode_request(pdu)
    except DeviceError as error:
        refused = error
    if refused is None:
        assert request.encode() == pdu
    else:
        assert refused.code in (1, 2, 3)
        assert refused.function == (pdu[0] if pdu else 0)


@given(pdus)
def test_any_bytes_are_a_response_or_a_reply_error(pdu: bytes) -> None:
    try:
        response = decode_response(pdu)
    except ReplyError:
        return
    assert response.encode() == pdu


@given(pairs, pdus)
def test_any_reply_to_any_request_is_its_response_or_a_typed_error(pair: Pair, pdu: bytes) -> None:
    request, _ = pair
    try:
        response = request.decode_response(pdu)
    except (ReplyError, DeviceError):
        return
    assert response.function == request.function
    assert response.encode() == pdu
    assert type(response) is request.response_type


@given(pairs, st.integers(0, 252), octets)
def test_a_damaged_reply_is_never_taken_for_more_than_it_says(pair: Pair, place: int, byte: int) -> None:
    request, response = pair
    pdu = bytearray(response.encode())
    pdu[place % len(pdu)] = byte
    try:
        got = request.decode_response(bytes(pdu))
    except (ReplyError, DeviceError):
        return
    assert got.encode() == bytes(pdu)


@given(pairs, st.integers(0, 0xFF))
def test_an_exception_is_the_requests_own(pair: Pair, code: int) -> None:
    request, _ = pair
    if request.function < 0x80:
        with pytest.raises(DeviceError) as caught:
            request.decode_response(ExceptionResponse(request.function, code).encode())
        assert (caught.value.function, caught.value.code) == (request.function, code)


@given(st.binary(max_size=120), st.binary(max_size=120), pdus)
def test_lengths_never_change_their_mind(head: bytes, tail: bytes, pdu: bytes) -> None:
    for prefix in (head, pdu):
        told = request_length(prefix)
        if told is not None:
            assert request_length(prefix + tail) == told
        promised = response_length(None, prefix)
        if promised is not None:
            assert response_length(None, prefix + tail) == promised


@given(st.lists(st.booleans(), max_size=2100))
def test_bits(bits: list[bool]) -> None:
    packed = pack_bits(bits)
    assert len(packed) == bytes_for(len(bits))
    assert bits_of(packed, len(bits)) == bits


@given(registers(200, 0))
def test_words(values: list[int]) -> None:
    assert registers_of(data_of(values)) == values
