"""The role in a certificate: every way in which it can be right, absent or wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.transport.role import LONGEST_ROLE, Role, role_of
from tests.certificates import Authority, utf8


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def role(authority: Authority, *values: bytes) -> Role:
    return role_of(authority.client(None, roles=values).der)


def test_no_extension_is_the_null_role_and_no_fault(authority: Authority) -> None:
    assert role(authority) == Role(None, "")


@pytest.mark.parametrize(
    "text",
    [
        "operator",
        "Operator",
        " operator",
        "Operator,Engineer",
        "ops\0root",
        "line\nbreak",
        "\u202egnp.exe",
        "caf\u00e9",
        "cafe\u0301",
        "x" * 127,
    ],
)
def test_one_utf8string_is_the_role_to_the_letter(authority: Authority, text: str) -> None:
    assert role(authority, utf8(text)) == Role(text, "")


def test_a_long_role_needs_the_long_form_of_length(authority: Authority) -> None:
    longest = b"\x0c\x81\xff" + b"r" * LONGEST_ROLE
    assert role(authority, longest) == Role("r" * LONGEST_ROLE, "")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([utf8("a"), utf8("b")], "2 role extensions"),
        ([utf8("a"), utf8("a")], "2 role extensions"),
        ([b"\x13\x08operator"], "tag 0x13"),
        ([b"\x16\x08operator"], "tag 0x16"),
        ([b"\x1e\x02\0a"], "tag 0x1e"),
        ([b"\x2c\x0a\x0c\x08operator"], "tag 0x2c"),
        ([b"operator"], "no DER"),
        ([b""], "no DER"),
        ([b"\x0c\x00"], "empty"),
        ([utf8("operator") + b"\0"], "behind the end"),
        ([utf8("operator") * 2], "behind the end"),
        ([b"\x0c\x81\x08operator"], "longer than need be"),
        ([b"\x0c\x80operator\0\0"], "indefinite"),
        ([b"\x0c\x20operator"], "32 bytes announced, 8 there"),
        ([b"\x0c\x02\xc3\x28"], "no UTF-8"),
        ([b"\x0c\x02\xc0\x80"], "no UTF-8"),
        ([b"\x0c\x82\x01\x00" + b"r" * 256], "256 bytes"),
        ([b"\x0c\x83\x01\x00\x00" + b"r" * 65536], "65536 bytes"),
    ],
)
def test_anything_else_is_the_null_role_with_a_fault(
    authority: Authority, values: list[bytes], why: str
) -> None:
    found = role(authority, *values)
    assert found.text is None
    assert why in found.fault


def test_the_role_of_an_authority_does_not_count(authority: Authority) -> None:
    from cryptography import x509

    from tests.certificates import ROLE

    made = Authority(
        authority.folder, "roled", extensions=[x509.UnrecognizedExtension(ROLE, utf8("operator"))]
    )
    found = role_of(made.x509.public_bytes(_der()))
    assert found.text is None
    assert "authority" in found.fault


def test_what_is_no_certificate_has_no_role() -> None:
    assert "cannot be read" in role_of(b"").fault
    assert "cannot be read" in role_of(b"\x30\x00").fault


@given(st.data())
def test_a_certificate_with_any_byte_changed_has_a_role_or_none_but_never_fails(
    authority: Authority, data: st.DataObject
) -> None:
    good = bytearray(_good(authority))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] ^= data.draw(st.integers(1, 255))
    found = role_of(bytes(good))
    assert found.text is None or not found.fault


_made: list[bytes] = []


def _good(authority: Authority) -> bytes:
    if not _made:
        _made.append(authority.client("operator").der)
    return _made[0]


def _der() -> object:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER
