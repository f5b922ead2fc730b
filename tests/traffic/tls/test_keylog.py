"""Key logs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.tls.keylog import CLIENT_TRAFFIC, MASTER, KeyLog

RANDOM = bytes(range(32))


def line(label: str = MASTER, random: bytes = RANDOM, secret: bytes = b"s" * 48) -> bytes:
    return f"{label} {random.hex()} {secret.hex()}\n".encode()


def test_secrets_are_found_by_random_and_label() -> None:
    keys = KeyLog(b"# a comment\n\n" + line() + line(CLIENT_TRAFFIC, secret=b"t" * 32))
    assert keys.secret(RANDOM, MASTER) == b"s" * 48
    assert keys.secret(RANDOM, CLIENT_TRAFFIC) == b"t" * 32
    assert keys.secret(RANDOM, "OTHER") is None
    assert keys.secret(b"x", MASTER) is None
    assert len(keys) == 1


def test_lines_that_are_none_are_passed_over() -> None:
    wrong = line(random=b"short") + line("RSA") + line(secret=b"") + line(secret=b"x" * 65)
    assert len(KeyLog(wrong + b"CLIENT_RANDOM zz yy\nCLIENT_RANDOM \xff\xff aa\n")) == 0


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(text: bytes) -> None:
    KeyLog(text)
