from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import IllegalDataAddressError, UsageError
from port502.protocol.identification import ReadDeviceIdentificationRequest
from port502.service.identity import Identity, identify

BASIC = Identity("Acme", "B200", "1.4")
REGULAR = Identity("Acme", "B200", "1.4", url="http://acme.example", model="B")
EXTENDED = Identity("Acme", "B200", "1.4", model="B", extended={0x90: b"late", 0x80: b"\x01"})


@pytest.mark.parametrize(("identity", "level"), [(BASIC, 0x81), (REGULAR, 0x82), (EXTENDED, 0x83)])
def test_the_conformity_level_is_what_there_is(identity: Identity, level: int) -> None:
    assert identity.conformity == level


def test_empty_regular_objects_do_not_exist() -> None:
    assert list(REGULAR.objects()) == [0, 1, 2, 3, 5]
    assert list(EXTENDED.objects()) == [0, 1, 2, 5, 0x80, 0x90]


@pytest.mark.parametrize(
    ("code", "objects"), [(1, [0, 1, 2]), (2, [0, 1, 2, 5]), (3, [0, 1, 2, 5, 0x80, 0x90])]
)
def test_a_stream_holds_its_category_and_those_below(code: int, objects: list[int]) -> None:
    """Application Protocol V1.1b3, clause 6.21: read device id codes 01-03."""
    answer = identify(EXTENDED, ReadDeviceIdentificationRequest(code, 0))
    assert list(answer.objects) == objects
    assert (answer.conformity, answer.more_follows, answer.next_object_id) == (0x83, False, 0)


def test_a_category_above_the_device_is_answered_with_what_there_is() -> None:
    assert list(identify(BASIC, ReadDeviceIdentificationRequest(3, 0)).objects) == [0, 1, 2]


def test_a_stream_starts_at_the_object_asked_for() -> None:
    assert list(identify(EXTENDED, ReadDeviceIdentificationRequest(3, 5)).objects) == [5, 0x80, 0x90]


@pytest.mark.parametrize(("code", "first"), [(1, 3), (1, 0x80), (2, 4), (3, 0x81), (3, 0xFF)])
def test_h051_a_stream_from_an_unknown_object_starts_at_object_0(code: int, first: int) -> None:
    answer = identify(EXTENDED, ReadDeviceIdentificationRequest(code, first))
    assert next(iter(answer.objects)) == 0


def test_a_single_object_is_answered_alone() -> None:
    answer = identify(EXTENDED, ReadDeviceIdentificationRequest(4, 0x90))
    assert answer.objects == {0x90: b"late"}
    assert (answer.more_follows, answer.next_object_id) == (False, 0)


@pytest.mark.parametrize("unknown", [3, 7, 0x7F, 0x81])
def test_h050_a_single_unknown_object_is_an_illegal_address(unknown: int) -> None:
    with pytest.raises(IllegalDataAddressError):
        identify(EXTENDED, ReadDeviceIdentificationRequest(4, unknown))


@given(st.dictionaries(st.integers(0x80, 0xFF), st.binary(max_size=244), max_size=40))
def test_h052_objects_that_do_not_fit_follow_in_finite_steps(extended: dict[int, bytes]) -> None:
    identity = Identity("v" * 200, "p" * 100, "r" * 60, extended=extended)
    collected: dict[int, bytes] = {}
    start, steps = 0, 0
    while True:
        answer = identify(identity, ReadDeviceIdentificationRequest(3, start))
        assert len(answer.encode()) <= 253
        assert not collected.keys() & answer.objects.keys()
        collected |= answer.objects
        steps += 1
        if not answer.more_follows:
            break
        assert answer.next_object_id > start
        start = answer.next_object_id
    assert collected == identity.objects()
    assert steps <= len(collected)


def test_an_object_of_244_bytes_fits_and_one_more_does_not() -> None:
    identity = Identity(vendor="v" * 244)
    assert len(identify(identity, ReadDeviceIdentificationRequest(4, 0)).encode()) == 253
    with pytest.raises(UsageError, match="244"):
        Identity(vendor="v" * 245)


@pytest.mark.parametrize("number", [0, 6, 0x7F, 0x100])
def test_extended_objects_have_extended_ids(number: int) -> None:
    with pytest.raises(UsageError, match="0x80-0xFF"):
        Identity(extended={number: b"x"})


def test_the_server_id_is_followed_by_run_indicator_and_text() -> None:
    identity = Identity("Acme", "B200", "1.4", server_id=b"\xb4")
    assert identity.server_id_data(running=True) == b"\xb4\xffAcme B200 1.4"
    assert identity.server_id_data(running=False) == b"\xb4\x00Acme B200 1.4"
    assert Identity(additional=b"\x07").server_id_data(running=True) == b"\x01\xff\x07"


def test_a_server_id_that_no_response_holds_is_refused() -> None:
    Identity(additional=b"x" * 249)
    with pytest.raises(UsageError, match="do not fit"):
        Identity(additional=b"x" * 250)


def test_default_texts_never_make_a_server_id_too_long() -> None:
    long = Identity("v" * 200, "p" * 200, "r" * 200)
    assert len(long.server_id_data(running=True)) <= 251
