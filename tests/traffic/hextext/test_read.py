"""Texts with bytes in them, and files."""

from __future__ import annotations

from contextlib import suppress

import pytest

from port502.errors import UsageError
from port502.traffic.hextext.piece import RECEIVED, REQUEST, RESPONSE, SENT
from port502.traffic.hextext.read import MOST_BYTES, read_bytes, read_text

ASKED = bytes.fromhex("0001000000060603006b0003")
REFUSED = bytes.fromhex("000100000003068302")


def said(text: str) -> list[tuple[bytes, str]]:
    return [(piece.data, piece.said) for piece in read_text(text)]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "DEBUG send: 0x0 0x1 0x0 0x0 0x0 0x6 0x6 0x3 0x0 0x6b 0x0 0x3\n"
            "DEBUG recv: 0x0 0x1 0x0 0x0 0x0 0x3 0x6 0x83 0x2 old_data:  addr=None",
            SENT,
            RECEIVED,
        ),
        (
            "[00][01][00][00][00][06][06][03][00][6B][00][03]\nWaiting for a confirmation...\n"
            "<00><01><00><00><00><03><06><83><02>",
            SENT,
            RECEIVED,
        ),
        (
            "[TCP]>Tx > 10:38:47:135 - 00  01  00  00  00  06  06  03  00  6B  00  03\nSys > 10:38:47:140 - wait\n"
            "[TCP]>Rx > 10:38:47:161 - 00  01  00  00  00  03  06  83  02",
            SENT,
            RECEIVED,
        ),
        ("Tx\n[00 01 00 00 00 06 06] 03 00 6B 00 03\nRx\n[00 01 00 00 00 03 06] 83 02", SENT, RECEIVED),
        ("request: 0001000000060603006b0003\nresponse: 000100000003068302", REQUEST, RESPONSE),
    ],
)
def test_logs_tell_which_way_bytes_went(text: str, first: str, second: str) -> None:
    assert said(text) == [(ASKED, first), (REFUSED, second)]


def test_lines_of_bytes_alone_stay_together_until_an_empty_line() -> None:
    pieces = read_text("00 01 00 00 00 06 06 03\n00 6b 00 03\n\n00 01 00 00 00 03 06 83 02")
    assert [piece.lines for piece in pieces] == [(ASKED[:8], ASKED[8:]), (REFUSED,)]
    assert [piece.line for piece in pieces] == [1, 4]


def test_an_array_over_several_lines_is_one_piece() -> None:
    [piece] = read_text(
        "static const unsigned char frame[] = {\n  0x00, 0x01, 0x00, 0x00, 0x00, 0x06,\n"
        "  0x06, 0x03, 0x00, 0x6b, 0x00, 0x03\n};"
    )
    assert piece.data == ASKED


def test_dumps_stand_in_a_text_among_other_lines() -> None:
    text = "first\n00000000  00 01 00 00 00 06 06 03  00 6b 00 03  |.........k..|\n0000000c\nthen 000100000003068302"
    assert [piece.data for piece in read_text(text)] == [ASKED, REFUSED]


def test_the_headers_of_a_packet_are_taken_off() -> None:
    text = (
        "IP 127.0.0.1.49152 > 127.0.0.1.502: Flags [P.]\n"
        "\t0x0000:  4500 0034 0000 4000 4006 7cc2 7f00 0001\n\t0x0010:  7f00 0001 c000 01f6 0000 0001 0000 0001\n"
        "\t0x0020:  5018 0200 fe28 0000 0001 0000 0006 0603\n\t0x0030:  006b 0003\n"
    )
    [piece] = read_text(text)
    assert (piece.data, piece.said, piece.tcp) == (ASKED, REQUEST, True)
    assert piece.notes == ("taken from a packet from 127.0.0.1 port 49152 to 127.0.0.1 port 502",)


def test_a_whole_ethernet_frame_is_a_packet_too() -> None:
    packet = bytes.fromhex(
        "020000000001 020000000002 0800 4500003100004000400600000a0000010a00000201f6c000"
        "00000001000000015018020000000000"
    )
    [piece] = read_text((packet + REFUSED).hex())
    assert (piece.data, piece.said) == (REFUSED, RESPONSE)


def test_a_file_of_bytes_is_taken_as_it_is() -> None:
    assert [piece.data for piece in read_bytes(ASKED)] == [ASKED]
    assert [piece.data for piece in read_bytes(ASKED.hex(" ").encode() + b"\n")] == [ASKED]
    assert [(piece.data, piece.ascii) for piece in read_bytes(b":01030000000AF2\r\n")] == [
        (b":01030000000AF2\r\n", True)
    ]
    assert not read_bytes(b":\0\0\0\0\6\1\3\0\0\0\1")[0].ascii
    assert [piece.data for piece in read_bytes(b"\xef\xbb\xbf00 01 02")] == [b"\x00\x01\x02"]


@pytest.mark.parametrize(
    ("text", "why"), [("", "nothing to decode"), ("\n hello \n", "line 2: there are no bytes in 'hello'")]
)
def test_a_text_without_bytes_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_text(text)


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="more than"):
        read_text("00" * (MOST_BYTES + 1))
    with pytest.raises(UsageError, match="no text"):
        read_bytes(bytes(MOST_BYTES + 1))
    with pytest.raises(UsageError, match="empty"):
        read_bytes(b"")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "0x00 " * 20_000 + "x",
        "' " * 20_000 + "x",
        "abcd " * 20_000 + "q",
        "[00]" * 20_000 + "x",
        "00 01\n" * 20_000,
    ],
    ids=["prefixed", "quotes", "groups", "boxes", "lines"],
)
def test_long_texts_take_time_in_proportion(text: str) -> None:
    """Where it grows with the square of the length, each of these takes minutes."""
    with suppress(UsageError):
        assert read_text(text)
