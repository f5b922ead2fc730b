"""Bytes in one line, however they are spelled."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.traffic.hextext.runs import read_line

REQUEST = bytes.fromhex("0001000000060603006b0003")
RTU = bytes.fromhex("01030000000ac5cd")

SPELLINGS = [
    "000100000006060300 6B0003",
    "00 01 00 00 00 06 06 03 00 6b 00 03",
    "00:01:00:00:00:06:06:03:00:6B:00:03",
    "00-01-00-00-00-06-06-03-00-6B-00-03",
    "00,01,00,00,00,06,06,03,00,6B,00,03",
    "0 1 0 0 0 6 6 3 0 6B 0 3",
    "0x00 0x01 0x00 0x00 0x00 0x06 0x06 0x03 0x00 0x6B 0x00 0x03",
    "0x0001000000060603006B0003",
    "0x0001, 0x0000, 0x0006, 0x0603, 0x006B, 0x0003",
    r"\x00\x01\x00\x00\x00\x06\x06\x03\x00\x6b\x00\x03",
    r"b'\x00\x01\x00\x00\x00\x06\x06\x03\x00k\x00\x03'",
    r'data = "\x00\x01\x00\x00\x00\x06\x06\x03\x00k\x00\x03"',
    "uint8_t frame[12] = {0x00, 0x01, 0x00, 0x00, 0x00, 0x06, 0x06, 0x03, 0x00, 0x6B, 0x00, 0x03};",
    "<Buffer 00 01 00 00 00 06 06 03 00 6b 00 03>",
    "[0, 1, 0, 0, 0, 6, 6, 3, 0, 107, 0, 3]",
    '{"type":"Buffer","data":[0,1,0,0,0,6,6,3,0,107,0,3]}',
    "[00][01][00][00][00][06][06][03][00][6B][00][03]",
    "<00><01><00><00><00><06><06><03><00><6B><00><03>",
    "[00 01 00 00 00 06 06] 03 00 6B 00 03",
    "2026-11-20 09:41:07,123 DEBUG logging:103 send: 0x0 0x1 0x0 0x0 0x0 0x6 0x6 0x3 0x0 0x6b 0x0 0x3",
    "[TCP]>Tx > 10:38:47:135 - 00  01  00  00  00  06  06  03  00  6B  00  03",
    "Tx:000123-00 01 00 00 00 06 06 03 00 6B 00 03",
    "000123-Tx:00 01 00 00 00 06 06 03 00 6B 00 03",
    "can0  123   [12]  00 01 00 00 00 06 06 03 00 6B 00 03",
    "-> 00 01 00 00 00 06 06 03 00 6b 00 03",
    "MinimalModbus debug mode. Writing to instrument (expecting 7 bytes back): 00 01 00 00 00 06 06 03 00 6B 00 03",
    "12:00:01.5 INFO sent 0001000000060603006b0003 to plc",
]


@pytest.mark.parametrize("line", SPELLINGS)
def test_every_spelling_gives_the_same_bytes(line: str) -> None:
    assert b"".join(run.data for run in read_line(line).runs) == REQUEST


def test_an_ascii_frame_keeps_its_text() -> None:
    [run] = read_line("12:00:01 Tx :01030000000AF2").runs
    assert (run.data, run.ascii) == (b":01030000000AF2\r\n", True)


@pytest.mark.parametrize(
    "line",
    [
        "hello world",
        "2026-11-20 09:41:07 nothing here",
        "Waiting for a confirmation...",
        "10.20.30.40",
        "deadbeefcafe1",
    ],
)
def test_words_are_no_bytes(line: str) -> None:
    if line.startswith("dead"):
        with pytest.raises(UsageError, match="odd number"):
            read_line(line)
        return
    assert read_line(line).runs == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("000", "line 3, column 1: '000' has an odd number of digits"),
        ("00 01 123 04", "line 3, column 7: '123' has an odd number"),
        ("0x001 0x02 0x03 ; x", "line 3, column 1: 0x001 has an odd number"),
        ("00 01 00 0g 00 06", "line 3, column 10: '0g' is no byte"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_column(line: str, said: str) -> None:
    """H243."""
    with pytest.raises(UsageError) as refused:
        read_line(line, 3)
    assert said in str(refused.value)


def test_a_line_of_bytes_alone_is_told_from_a_line_of_a_log() -> None:
    assert read_line("00 01 02").alone
    assert read_line("  0x00, 0x01, 0x02 };").alone
    assert not read_line("recv: 00 01 02 03").alone
    assert read_line("recv: 00 01 02 03").words.strip() == "recv:"
