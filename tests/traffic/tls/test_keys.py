"""From secrets to keys, by the examples of RFC 8448 and of the TLS 1.2 PRF test vectors."""

from __future__ import annotations

from port502.traffic.tls.keys import Keys, keys_of_tls12, keys_of_tls13, next_secret
from port502.traffic.tls.suites import SUITES


def test_tls_1_3_keys_of_rfc_8448() -> None:
    """Simple 1-RTT handshake: the server's handshake traffic keys."""
    secret = bytes.fromhex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38")
    assert keys_of_tls13(SUITES[0x1301], secret) == Keys(
        bytes.fromhex("3fce516009c21727d0f2e4e86ee403bc"), bytes.fromhex("5d313eb2671276ee13000b30")
    )


def test_a_key_update_gives_another_secret_of_the_same_size() -> None:
    for number, size in ((0x1301, 32), (0x1302, 48)):
        secret = bytes(size)
        updated = next_secret(SUITES[number], secret)
        assert len(updated) == size
        assert updated != secret


def test_tls_1_2_keys_have_the_sizes_that_the_suite_wants() -> None:
    for number, mac, key, iv in (
        (0xC02F, 0, 16, 4),
        (0xCCA8, 0, 32, 12),
        (0xC028, 48, 32, 0),
        (0x003C, 32, 16, 0),
    ):
        client, server = keys_of_tls12(SUITES[number], b"m" * 48, b"c" * 32, b"s" * 32)
        for one in (client, server):
            assert (len(one.mac), len(one.key), len(one.iv)) == (mac, key, iv)
        assert client.key != server.key
