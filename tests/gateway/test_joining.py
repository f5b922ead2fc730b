"""Reads that are joined, and those that must not be."""

from __future__ import annotations

import pytest

from port502.gateway.joining import Joining
from port502.protocol.bit_access import ReadCoilsRequest, ReadCoilsResponse
from port502.protocol.diagnostics import ReportServerIdRequest
from port502.protocol.message import ExceptionResponse, RawRequest, RawResponse
from port502.protocol.register_access import (
    ReadInputRegistersRequest,
    WriteSingleRegisterRequest,
    WriteSingleRegisterResponse,
)
from port502.service.call import Call, Reply
from tests.gateway.by_hand import ByHand, Taker, call, holding, values


@pytest.fixture
def device() -> ByHand:
    return ByHand()


@pytest.fixture
def joining(device: ByHand) -> Joining:
    return Joining(device)


def test_equal_reads_in_flight_are_one(device: ByHand, joining: Joining) -> None:
    takers = [Taker(joining(holding(0, 10))) for _ in range(20)]
    assert len(device.calls) == joining.in_flight == 1
    device.answer()
    assert [taker.reply for taker in takers] == [values(0, 10)] * 20
    assert (joining.counters.joined, joining.in_flight) == (19, 0)


def test_a_read_behind_the_reply_is_asked_anew(device: ByHand, joining: Joining) -> None:
    Taker(joining(holding(0)))
    device.answer()
    Taker(joining(holding(0)))
    assert len(device.calls) == 2


def test_a_larger_read_answers_smaller_ones(device: ByHand, joining: Joining) -> None:
    large = Taker(joining(holding(10, 100)))
    small = Taker(joining(holding(20, 3)))
    last = Taker(joining(holding(109)))
    assert len(device.calls) == 1
    device.answer()
    assert large.reply == values(10, 100)
    assert small.reply == values(20, 3)
    assert last.reply == values(109, 1)
    assert joining.counters.parts == 2


def test_bits_are_cut_too(device: ByHand, joining: Joining) -> None:
    Taker(joining(call(ReadCoilsRequest(0, 20))))
    small = Taker(joining(call(ReadCoilsRequest(1, 3))))
    device.answer()
    assert small.reply == ReadCoilsResponse.from_bits([False, True, True])


@pytest.mark.parametrize(
    "other",
    [
        holding(1, 10),
        holding(0, 11),
        holding(0, 10, unit=2),
        call(ReadInputRegistersRequest(0, 10)),
    ],
)
def test_what_differs_is_asked_apart(device: ByHand, joining: Joining, other: Call) -> None:
    Taker(joining(holding(0, 10)))
    Taker(joining(other))
    assert len(device.calls) == 2
    assert joining.counters.joined == 0


def test_a_refusal_goes_to_all_who_asked_the_same(device: ByHand, joining: Joining) -> None:
    takers = [Taker(joining(holding(0, 10))) for _ in range(3)]
    device.refuse(4)
    assert [taker.reply for taker in takers] == [ExceptionResponse(3, 4)] * 3


def test_a_refused_larger_read_does_not_refuse_the_smaller(device: ByHand, joining: Joining) -> None:
    large = Taker(joining(holding(150, 100)))
    small = [Taker(joining(holding(160, 2))) for _ in range(2)]
    device.answer()
    assert large.reply == ExceptionResponse(3, 2)
    assert len(device.asked) == 1
    device.answer()
    assert [one.reply for one in small] == [values(160, 2)] * 2
    assert joining.counters.apart == 2


def test_a_smaller_read_asked_apart_can_still_be_given_up(device: ByHand, joining: Joining) -> None:
    Taker(joining(holding(0, 10)))
    small = Taker(joining(holding(2)))
    device.refuse(2)
    assert small.later is not None
    small.later.cancel()
    assert device.asked[0][1].cancelled
    assert small.got == []


def test_the_smaller_read_may_be_answered_at_once_the_second_time() -> None:
    device = ByHand()
    answers: list[Reply] = [values(2, 1)]
    joining = Joining(lambda one: device(one) if not device.calls else answers[0])
    Taker(joining(holding(0, 10)))
    small = Taker(joining(holding(2)))
    device.refuse(2)
    assert small.reply == values(2, 1)


def test_nothing_asked_before_a_write_answers_what_is_asked_behind_it(
    device: ByHand, joining: Joining
) -> None:
    before = Taker(joining(holding(5)))
    write = Taker(joining(call(WriteSingleRegisterRequest(5, 7))))
    behind = Taker(joining(holding(5)))
    assert len(device.calls) == 3
    for _ in range(3):
        device.answer()
    assert before.reply == values(5, 1)
    assert write.reply == WriteSingleRegisterResponse(5, 7)
    assert behind.reply != values(5, 1)


def test_a_read_sent_while_a_write_is_in_flight_is_not_joined_behind_its_reply(
    device: ByHand, joining: Joining
) -> None:
    Taker(joining(call(WriteSingleRegisterRequest(5, 7))))
    Taker(joining(holding(5)))
    device.answer()
    Taker(joining(holding(5)))
    assert len(device.calls) == 3


def test_what_is_on_its_way_can_be_closed_to_others(device: ByHand, joining: Joining) -> None:
    first = Taker(joining(holding(0)))
    joining.close()
    Taker(joining(holding(0)))
    assert len(device.calls) == 2
    device.answer()
    assert first.reply == values(0, 1)


def test_writes_are_never_joined(device: ByHand, joining: Joining) -> None:
    for _ in range(3):
        Taker(joining(call(WriteSingleRegisterRequest(5, 7))))
    assert len(device.calls) == 3


def test_a_write_that_nobody_waits_for_is_given_up(device: ByHand, joining: Joining) -> None:
    write = Taker(joining(call(WriteSingleRegisterRequest(5, 7))))
    assert write.later is not None
    write.later.cancel()
    assert device.asked[0][1].cancelled


def test_other_functions_pass(device: ByHand, joining: Joining) -> None:
    takers = [Taker(joining(call(ReportServerIdRequest()))) for _ in range(2)]
    raw = Taker(joining(call(RawRequest(0x42))))
    assert len(device.calls) == 3
    for _ in range(2):
        device.refuse(1)
    device.answer(RawResponse(0x42, b""))
    assert [one.reply for one in takers] == [ExceptionResponse(17, 1)] * 2
    assert raw.reply == RawResponse(0x42, b"")


def test_one_client_leaves_and_the_others_get_their_answer(device: ByHand, joining: Joining) -> None:
    first, second = Taker(joining(holding(0))), Taker(joining(holding(0)))
    assert first.later is not None
    first.later.cancel()
    device.answer()
    assert first.got == []
    assert second.reply == values(0, 1)


def test_a_read_that_nobody_waits_for_is_given_up(device: ByHand, joining: Joining) -> None:
    takers = [Taker(joining(holding(0))) for _ in range(2)]
    for taker in takers:
        assert taker.later is not None
        taker.later.cancel()
        taker.later.cancel()
    assert device.asked[0][1].cancelled
    assert joining.in_flight == 0


def test_a_service_that_answers_at_once_is_passed_through() -> None:
    joining = Joining(lambda one: ExceptionResponse(one.request.function, 6))
    assert joining(holding(0)) == ExceptionResponse(3, 6)
    assert joining(call(WriteSingleRegisterRequest(5, 7))) == ExceptionResponse(6, 6)
    assert joining.in_flight == 0
