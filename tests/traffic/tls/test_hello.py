"""Hellos."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.tls.hello import TLS_1_3, ServerHello, client_random, server_hello

RANDOM = bytes(range(32))


def hello(*, session: bytes = b"", extensions: bytes = b"", random: bytes = RANDOM) -> bytes:
    head = b"\x03\x03" + random + bytes([len(session)]) + session + b"\xc0\x2f\x00"
    return head + len(extensions).to_bytes(2, "big") + extensions


def test_a_server_says_what_it_chose() -> None:
    assert server_hello(hello()) == ServerHello(RANDOM, 0x303, 0xC02F, False)
    found = server_hello(
        hello(session=b"abc", extensions=bytes.fromhex("0000 0001 00 002b 0002 0304 0016 0000"))
    )
    assert found == ServerHello(RANDOM, TLS_1_3, 0xC02F, True)
    assert not found.asks_again


def test_one_that_asks_again_is_no_hello_yet() -> None:
    from hashlib import sha256

    found = server_hello(hello(random=sha256(b"HelloRetryRequest").digest()))
    assert found is not None
    assert found.asks_again


def test_a_client_says_its_random() -> None:
    assert client_random(b"\x03\x03" + RANDOM + b"rest") == RANDOM
    assert client_random(b"\x03\x03") is None


@given(st.binary(max_size=120))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    server_hello(body)
    client_random(body)
    server_hello(b"\x03\x03" + RANDOM + b"\x00\x13\x01\x00" + body)
