"""Records of one direction, decrypted."""

from __future__ import annotations

import sys

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.traffic.tls.cipher import cipher_of, require
from port502.traffic.tls.keys import Keys
from port502.traffic.tls.records import APPLICATION, Record
from port502.traffic.tls.suites import SUITES

KEYS = Keys(b"k" * 16, b"i" * 12)


def sealed(count: int, plain: bytes) -> Record:
    """A record of TLS 1.3 as its sender makes it."""
    size = len(plain) + 17
    nonce = (int.from_bytes(KEYS.iv, "big") ^ count).to_bytes(12, "big")
    head = b"\x17\x03\x03" + size.to_bytes(2, "big")
    return Record(23, 0x303, AESGCM(KEYS.key).encrypt(nonce, plain + b"\x17", head))


def test_records_are_opened_in_their_order() -> None:
    cipher = cipher_of(SUITES[0x1301], KEYS, tls13=True)
    assert cipher.open(sealed(0, b"one")) == (APPLICATION, b"one")
    assert cipher.open(sealed(2, b"three")) is None
    assert cipher.open(sealed(1, b"two\0")) == (APPLICATION, b"two\0")


@given(st.sampled_from(sorted(SUITES)), st.binary(max_size=80), st.booleans(), st.booleans())
def test_no_record_makes_it_raise(number: int, body: bytes, modern: bool, outside: bool) -> None:
    suite = SUITES[number]
    keys = Keys(b"k" * suite.key, b"i" * (12 if modern or suite.mode == "chacha" else 4), b"m" * 32)
    cipher = cipher_of(suite, keys, tls13=modern, encrypt_then_mac=outside)
    assert cipher.open(Record(23, 0x303, body)) is None


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    require()
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(UsageError, match="pip install"):
        require()
