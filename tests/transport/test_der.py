"""The strict reader of DER."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.transport import der


def test_an_element_has_its_tag_its_content_and_all_of_it() -> None:
    found = der.only(bytes.fromhex("0c 02 6f 6b"))
    assert found == (der.UTF8_STRING, b"ok", b"\x0c\x02ok")
    assert der.only(b"\x30\x81\x80" + bytes(128)).content == bytes(128)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "ends within"),
        ("0c", "ends within"),
        ("0c 03 61 62", "3 bytes announced, 2 there"),
        ("0c 80 61 00 00", "indefinite"),
        ("0c 81 01 61", "longer than need be"),
        ("0c 82 00 81" + "61" * 129, "longer than need be"),
        ("0c 85 01 00 00 00 00", "cannot be"),
        ("0c 82 01", "cannot be"),
        ("1f 81 01 61", "several bytes"),
        ("0c 01 61 62", "1 bytes behind the end"),
    ],
)
def test_what_is_no_der_is_an_error_with_its_reason(data: str, why: str) -> None:
    with pytest.raises(der.DerError, match=why):
        der.only(bytes.fromhex(data))


def test_elements_follow_each_other_to_the_end() -> None:
    sequence = der.only(bytes.fromhex("30 06 02 01 07 0c 01 61")).expect(der.SEQUENCE)
    assert [(one.tag, one.content) for one in sequence.children()] == [(2, b"\x07"), (12, b"a")]
    with pytest.raises(der.DerError, match="tag 0x30 where 0x31"):
        sequence.expect(der.SET)
    with pytest.raises(der.DerError):
        list(der.elements(bytes.fromhex("02 01 07 0c")))


def test_an_object_identifier_has_its_arcs_in_groups_of_seven_bits() -> None:
    assert der.identifier("2.5.29.17") == bytes.fromhex("55 1d 11")
    assert der.identifier("1.3.6.1.4.1.50316.802.1") == bytes.fromhex("2b 06 01 04 01 83 89 0c 86 22 01")


def test_times_are_of_two_forms() -> None:
    def time(tag: int, text: bytes) -> float:
        return der.time_of(der.Element(tag, text, b""))

    assert time(der.UTC_TIME, b"700101000001Z") == 1
    assert time(der.UTC_TIME, b"491231235959Z") == time(der.GENERALIZED_TIME, b"20491231235959Z")
    for tag, text in (
        (der.UTC_TIME, b"7001010000Z"),
        (der.UTC_TIME, b"\xff"),
        (der.INTEGER, b"20491231235959Z"),
    ):
        with pytest.raises(der.DerError, match="no time"):
            time(tag, text)


@given(st.binary(max_size=64))
def test_any_bytes_are_an_element_or_a_der_error(data: bytes) -> None:
    try:
        found = der.only(data)
    except der.DerError:
        return
    assert found.raw == data
    assert found.raw.endswith(found.content)
