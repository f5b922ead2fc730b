"""Parts of bytes."""

from __future__ import annotations

import pytest

from port502.traffic.filter.error import FilterError
from port502.traffic.filter.slices import as_bytes, slicer

DATA = bytes(range(8))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("0", b"\0"),
        ("-1", b"\7"),
        ("2:3", b"\2\3\4"),
        ("2-4", b"\2\3\4"),
        (":2", b"\0\1"),
        ("6:", b"\6\7"),
        ("-2:", b"\6\7"),
        ("-4:2", b"\4\5"),
        ("0,2-3,7", b"\0\2\3\7"),
        ("100", b""),
        ("6:9", b"\6\7"),
    ],
)
def test_a_slice_is_a_part(text: str, part: bytes) -> None:
    assert slicer(text, "bytes", 1)(DATA) == part


def test_addresses_and_texts_have_bytes_too() -> None:
    assert slicer("0", "ipv4", 1)(0x0A000001) == b"\x0a"
    assert as_bytes("ä", "text") == "ä".encode()
    assert len(as_bytes(1, "ipv6")) == 16


@pytest.mark.parametrize("text", ["", "x", "1:0", "1:-2", ":", "1,,2", ",".join(["1"] * 40)])
def test_what_is_no_slice_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        slicer(text, "bytes", 1)


def test_numbers_have_no_slices() -> None:
    with pytest.raises(FilterError, match="only bytes"):
        slicer("0", "number", 1)
