"""Dumps with offsets."""

from __future__ import annotations

import pytest

from port502.traffic.hextext.dump import LONGEST, Dump

REQUEST = bytes.fromhex("0001000000060603006b0003")


@pytest.mark.parametrize(
    "text",
    [
        "00000000  00 01 00 00 00 06 06 03  00 6b 00 03              |.........k..|\n0000000c",
        "00000000: 0001 0000 0006 0603 006b 0003            .........k..",
        "00000000: 00 01 00 00 00 06 06 03 00 6b 00 03      .........k..",
        "\t0x0000:  0001 0000 0006 0603 006b 0003",
        "0000   00 01 00 00 00 06 06 03 00 6b 00 03               .........k..",
        "0000000 00 01 00 00 00 06 06 03\n0000010 00 6b 00 03\n0000014",
        "00000000  00 01 00 00 00 06 06 03\n00000008  00 6b 00 03",
        "0000000 0100 0000 0600 0306 6b00 0300\n000000c",
    ],
)
def test_every_layout_gives_its_bytes(text: str) -> None:
    dump = Dump()
    assert all(dump.takes(line) for line in text.splitlines())
    assert dump.data == REQUEST


def test_words_of_a_little_endian_machine_are_swapped_back_and_said() -> None:
    dump = Dump()
    assert dump.takes("0000000 0100 0000")
    assert (dump.data, dump.swapped) == (b"\x00\x01\x00\x00", True)


def test_a_star_stands_for_lines_like_the_one_before() -> None:
    dump = Dump()
    for line in ("00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|", "*"):
        assert dump.takes(line)
    assert dump.takes("00000030  01 02")
    assert dump.data == bytes(48) + b"\x01\x02"


def test_a_star_cannot_fill_the_memory() -> None:
    dump = Dump()
    assert dump.takes("00000000  00 01")
    assert dump.takes("*")
    assert not dump.takes("ffffff00  01 02")
    assert len(dump.data) <= LONGEST


@pytest.mark.parametrize("line", ["0001 0000 0006 0603 006b 0003", "00000010  00 01", "read 3", ""])
def test_a_dump_begins_at_offset_0(line: str) -> None:
    assert not Dump().takes(line)


def test_another_offset_is_another_dump() -> None:
    dump = Dump()
    assert dump.takes("00000000  00 01")
    assert not dump.takes("00000010  00 01")
