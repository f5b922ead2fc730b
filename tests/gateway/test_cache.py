"""Values of a moment ago: how old they may be, and what makes them void."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.gateway.cache import AgeOf, Ages, Cache
from port502.gateway.prompt import Passing
from port502.gateway.spans import Span
from port502.protocol.bit_access import ReadCoilsRequest, ReadCoilsResponse, WriteSingleCoilRequest
from port502.protocol.diagnostics import ReportServerIdRequest
from port502.protocol.message import ExceptionResponse, RawRequest, RawResponse
from port502.protocol.register_access import ReadInputRegistersRequest, WriteSingleRegisterRequest
from port502.service.call import Call, Reply
from port502.service.maybe import Later
from tests.gateway.by_hand import ByHand, Taker, call, holding, values


class Setting:
    """A cache in front of a device, on a clock that stands still."""

    def __init__(self, ages: Ages | None = None, most: int = 1024) -> None:
        self.now = 100.0
        self.device = ByHand()
        self.cache = Cache(self.device, ages or Ages(0.5), lambda: self.now, most=most)

    def fill(self, one: Call) -> Reply:
        taker = Taker(self.cache(one))
        self.device.answer()
        return taker.reply

    def asks(self, one: Call) -> bool:
        """Whether the device is asked for it; what was asked is forgotten."""
        before = len(self.device.calls)
        self.cache(one)
        self.device.asked.clear()
        return len(self.device.calls) > before


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_what_was_read_answers_until_its_age(setting: Setting) -> None:
    assert setting.fill(holding(0, 10)) == values(0, 10)
    setting.now += 0.5
    assert Taker(setting.cache(holding(0, 10))).reply == values(0, 10)
    assert setting.cache.counters.oldest == 0.5
    setting.now += 0.01
    assert setting.asks(holding(0, 10))


def test_larger_blocks_answer_smaller_reads(setting: Setting) -> None:
    setting.fill(holding(10, 100))
    assert Taker(setting.cache(holding(20, 5))).reply == values(20, 5)
    assert (setting.cache.counters.parts, setting.cache.counters.hits) == (1, 1)
    assert setting.asks(holding(9, 2))
    assert setting.asks(holding(20, 5, unit=2))
    assert setting.asks(call(ReadInputRegistersRequest(20, 5)))


def test_what_is_kept_is_found_as_a_pdu_too(setting: Setting) -> None:
    setting.fill(holding(0, 10))
    assert setting.cache.find_pdu(1, 3, 0, 10) == values(0, 10).encode()
    assert setting.cache.find_pdu(1, 3, 2, 3) == values(2, 3).encode()
    assert setting.cache.counters.parts == 1
    for quantity in (0, 11, 126, 0xFFFF):
        assert setting.cache.find_pdu(1, 3, 0, quantity) is None
    assert setting.cache.find_pdu(1, 4, 0, 10) is None


def test_bits_are_cut_too(setting: Setting) -> None:
    setting.fill(call(ReadCoilsRequest(0, 20)))
    assert Taker(setting.cache(call(ReadCoilsRequest(1, 3)))).reply == ReadCoilsResponse.from_bits(
        [False, True, True]
    )


def test_the_age_counts_from_the_moment_the_question_left(setting: Setting) -> None:
    taker = Taker(setting.cache(holding(0)))
    setting.now += 0.4
    setting.device.answer()
    assert taker.reply == values(0, 1)
    setting.now += 0.2
    assert setting.asks(holding(0))


def test_time_in_the_queue_does_not_count() -> None:
    setting = Setting()
    sent: Later[Reply] = Later()
    cache = Cache(lambda _: Passing(sent, since=100.9), Ages(0.5), lambda: setting.now)
    later = cache(holding(0))
    assert isinstance(later, Passing)
    later.source.give(values(0, 1))
    assert isinstance(later.source, Passing)
    setting.now = 101.3
    assert cache.find(1, 3, 0, 1) == values(0, 1)


def test_a_write_voids_before_it_is_sent_and_before_its_reply(setting: Setting) -> None:
    setting.fill(holding(0, 10))
    setting.fill(holding(20, 10))
    write = Taker(setting.cache(call(WriteSingleRegisterRequest(5, 7))))
    assert len(setting.cache) == 1
    read = Taker(setting.cache(holding(0, 10)))
    setting.device.asked.reverse()  # the device answers the read first: its values are from before the write
    setting.device.answer()
    assert read.reply == values(0, 10)
    assert len(setting.cache) == 2
    setting.device.answer()
    assert write.got
    assert len(setting.cache) == 1
    assert setting.asks(holding(0, 10))
    assert not setting.asks(holding(20, 10))


def test_a_read_in_flight_during_a_write_is_not_kept(setting: Setting) -> None:
    read = Taker(setting.cache(holding(0, 10)))
    Taker(setting.cache(call(WriteSingleRegisterRequest(5, 7))))
    setting.device.answer()
    assert read.reply == values(0, 10)
    assert len(setting.cache) == 0


def test_a_read_elsewhere_is_kept_all_the_same(setting: Setting) -> None:
    Taker(setting.cache(holding(50, 10)))
    Taker(setting.cache(call(WriteSingleRegisterRequest(5, 7))))
    setting.device.answer()
    assert len(setting.cache) == 1


def test_a_write_voids_all_units_since_they_may_be_one_device(setting: Setting) -> None:
    setting.fill(holding(5, unit=255))
    setting.fill(call(ReadCoilsRequest(5, 1)))
    setting.fill(call(WriteSingleRegisterRequest(5, 7)))
    assert setting.asks(holding(5, unit=255))
    assert not setting.asks(call(ReadCoilsRequest(5, 1)))


def test_a_write_of_coils_voids_coils(setting: Setting) -> None:
    setting.fill(holding(5))
    setting.fill(call(ReadCoilsRequest(0, 16)))
    setting.fill(call(WriteSingleCoilRequest(5, True)))
    assert setting.asks(call(ReadCoilsRequest(0, 16)))
    assert not setting.asks(holding(5))


def test_what_nobody_knows_voids_everything(setting: Setting) -> None:
    setting.fill(holding(5))
    setting.fill(call(ReadCoilsRequest(0, 16)))
    taker = Taker(setting.cache(call(RawRequest(0x42))))
    setting.device.answer(RawResponse(0x42, b""))
    assert taker.reply == RawResponse(0x42, b"")
    assert len(setting.cache) == 0
    assert setting.cache.counters.voided == 2


@pytest.mark.parametrize("code", [4, 5, 6, 10, 11])
def test_trouble_of_the_moment_is_not_kept(setting: Setting, code: int) -> None:
    Taker(setting.cache(holding(0)))
    setting.device.refuse(code)
    assert setting.asks(holding(0))


@pytest.mark.parametrize("code", [1, 2, 3])
def test_a_lasting_refusal_is_kept_for_the_same_read_only(setting: Setting, code: int) -> None:
    for _ in range(2):
        Taker(setting.cache(holding(0, 10)))
    setting.device.refuse(code)
    setting.device.refuse(code)
    assert Taker(setting.cache(holding(0, 10))).reply == ExceptionResponse(3, code)
    assert len(setting.cache) == 1
    assert setting.asks(holding(1, 2))
    setting.now += 1
    assert setting.asks(holding(0, 10))


def test_a_larger_block_takes_the_place_of_smaller_ones(setting: Setting) -> None:
    for first in range(5):
        setting.fill(holding(first))
    setting.fill(holding(0, 10))
    assert len(setting.cache) == 1


def test_without_an_age_nothing_is_kept() -> None:
    setting = Setting(Ages())
    setting.fill(holding(0))
    assert setting.asks(holding(0))
    assert len(setting.cache) == 0


def test_other_functions_pass(setting: Setting) -> None:
    for _ in range(2):
        assert setting.asks(call(ReportServerIdRequest()))


def test_a_read_given_up_is_not_kept(setting: Setting) -> None:
    taker = Taker(setting.cache(holding(0)))
    assert taker.later is not None
    taker.later.cancel()
    assert setting.device.asked[0][1].cancelled
    assert not setting.cache._fills


def test_answers_that_are_there_at_once_are_kept_too() -> None:
    cache = Cache(lambda one: values(0, 1), Ages(1), lambda: 5.0)
    assert cache(holding(0)) == values(0, 1)
    assert len(cache) == 1
    assert Taker(cache(call(WriteSingleRegisterRequest(0, 1)))).got
    assert len(cache) == 0


def test_the_cache_is_bounded() -> None:
    setting = Setting(most=10)
    for first in range(100):
        setting.now += 0.001
        setting.fill(holding(first))
        assert len(setting.cache) <= 10
    assert not setting.asks(holding(99))
    assert setting.cache.counters.dropped >= 90


class TestAges:
    AGES = Ages(2.0, (AgeOf(Span(3, 0, 10), 0.5), AgeOf(Span(3, 10, 20), 0.0)))

    @pytest.mark.parametrize(
        ("span", "age"),
        [((3, 0, 10), 0.5), ((3, 5, 15), 0.0), ((3, 20, 30), 2.0), ((3, 15, 30), 0.0), ((4, 0, 10), 2.0)],
    )
    def test_the_strictest_age_counts(self, span: tuple[int, int, int], age: float) -> None:
        assert self.AGES.of(*span) == age

    def test_what_lies_outside_counts_too(self) -> None:
        ages = Ages(0.1, (AgeOf(Span(3, 0, 10), 5.0),))
        assert ages.of(3, 0, 10) == 5.0
        assert ages.of(3, 0, 11) == 0.1

    def test_a_span_may_be_left_out_of_the_cache(self) -> None:
        setting = Setting(self.AGES)
        setting.fill(holding(12))
        assert len(setting.cache) == 0
        setting.fill(holding(30))
        assert len(setting.cache) == 1

    def test_ages_that_cannot_be(self) -> None:
        with pytest.raises(UsageError):
            Ages(-1)
        with pytest.raises(UsageError):
            Ages(0, (AgeOf(Span(3, 0, 10), float("inf")),))
        with pytest.raises(UsageError):
            Ages(0, (AgeOf(Span(3, 0, 10), 1), AgeOf(Span(3, 9, 12), 1)))

    def test_whether_anything_is_kept(self) -> None:
        assert not Ages().keeps
        assert self.AGES.keeps
