"""Where the network header starts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic import links

V4, V6 = b"\x45" + bytes(19), b"\x60" + bytes(39)
MACS = bytes(12)


@pytest.mark.parametrize(
    ("link", "data", "expected"),
    [
        (links.ETHERNET, MACS + b"\x08\x00" + V4, (0x0800, 14, ())),
        (links.ETHERNET, MACS + b"\x81\x00\x20\x07\x86\xdd" + V6, (0x86DD, 18, (7,))),
        (links.ETHERNET, MACS + b"\x88\xa8\x00\x64\x81\x00\x00\x07\x08\x00" + V4, (0x0800, 22, (100, 7))),
        (links.SLL, bytes(14) + b"\x08\x00" + V4, (0x0800, 16, ())),
        (links.SLL2, b"\x08\x00" + bytes(18) + V4, (0x0800, 20, ())),
        (links.NULL, b"\x02\0\0\0" + V4, (0x0800, 4, ())),
        (links.NULL, b"\x1e\0\0\0" + V6, (0x86DD, 4, ())),
        (links.LOOP, b"\0\0\0\x02" + V4, (0x0800, 4, ())),
        (links.RAW, V6, (0x86DD, 0, ())),
        (links.IPV4, V4, (0x0800, 0, ())),
        (links.RAW, b"", None),
        (links.ETHERNET, MACS, None),
        (105, MACS + V4, None),
    ],
)
def test_the_network_header_of(link: int, data: bytes, expected: object) -> None:
    assert links.network_of(link, data) == expected


@given(st.sampled_from([*links.NAMES, 105]), st.binary(max_size=80))
def test_no_bytes_make_it_raise(link: int, data: bytes) -> None:
    links.network_of(link, data)
