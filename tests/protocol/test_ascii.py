"""ASCII framing."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.framing import Frame, FramingErrors

LINE = b":1103006B00037E\r\n"
FRAME = Frame(0, 0x11, bytes.fromhex("03 00 6B 00 03"))


def test_encode() -> None:
    assert AsciiFraming().encode(77, 0x11, FRAME.pdu) == LINE


def test_lines_cut_anywhere_and_glued() -> None:
    for cut in range(len(LINE) + 1):
        framing = AsciiFraming()
        assert framing.receive(LINE[:cut]) + framing.receive(LINE[cut:]) == [FRAME]
        assert framing.errors == FramingErrors()
    assert AsciiFraming().receive(LINE * 64) == [FRAME] * 64


def test_h155_lower_case() -> None:
    assert AsciiFraming().receive(LINE.lower()) == [FRAME]


@pytest.mark.parametrize(
    "bad",
    [
        b":1103006B00037\r\n",  # odd number of digits
        b":1103006G00037E\r\n",  # not hexadecimal
        b":11 03006B00037E\r\n",  # a space inside
        b":\xff\xff03006B00037E\r\n",
        b":\r\n",
        b":11EF\r\n",  # no function code
        b":1103006B00037E\n\r:00",  # no CR LF, then a colon
    ],
)
def test_h155_dropped_and_counted(bad: bytes) -> None:
    framing = AsciiFraming()
    assert framing.receive(bad) == []
    assert framing.receive(LINE) == [FRAME]
    assert framing.errors.length >= 1
    assert framing.errors.crc == 0
    assert framing.errors.noise == len(bad)


def test_h155_bad_lrc() -> None:
    framing = AsciiFraming()
    assert framing.receive(LINE.replace(b"7E", b"7F") + LINE) == [FRAME]
    assert framing.errors == FramingErrors(crc=1, noise=17)


def test_h155_colon_inside_starts_anew() -> None:
    framing = AsciiFraming()
    assert framing.receive(b":1103" + LINE) == [FRAME]
    assert framing.errors == FramingErrors(length=1, noise=5)


def test_h155_no_end_of_line() -> None:
    framing = AsciiFraming()
    assert framing.receive(LINE[:-2]) == []
    assert framing.pending == 15
    assert framing.receive(LINE) == [FRAME]
    assert framing.errors == FramingErrors(length=1, noise=15)


def test_h155_line_of_10_kib_is_bounded() -> None:
    framing = AsciiFraming()
    for _ in range(10):
        assert framing.receive(b":" + b"0" * 1023) == []
        assert framing.pending <= 513
    assert framing.receive(b"00\r\n" + LINE) == [FRAME]
    assert framing.errors == FramingErrors(length=10, noise=10 * 1024 + 4)


def test_h155_line_one_pair_too_long() -> None:
    framing = AsciiFraming()
    assert framing.receive(b":" + b"00" * 256 + b"\r\n") == []
    assert framing.errors.length == 1


def test_noise_outside_of_lines_is_counted() -> None:
    framing = AsciiFraming()
    assert framing.receive(b"\0\xff" + LINE + b"\r\n") == [FRAME]
    assert framing.errors == FramingErrors(noise=4)


def test_silence_inside_a_line_drops_it() -> None:
    framing = AsciiFraming()
    framing.receive(LINE[:6])
    assert framing.silence() == []
    assert framing.receive(LINE[6:]) == []
    assert framing.receive(LINE) == [FRAME]
    assert framing.errors == FramingErrors(length=1, noise=17)
    assert framing.silence() == []
    assert framing.errors.length == 1


def test_delimiter_can_be_changed() -> None:
    framing = AsciiFraming()
    assert framing.delimiter == b"\n"
    framing.delimiter = b"!"
    assert framing.encode(0, 0x11, FRAME.pdu) == LINE[:-1] + b"!"
    assert framing.receive(LINE[:-1] + b"!") == [FRAME]
    for wrong in (b"", b"ab", b":", b"\r", b"0", b"f"):
        with pytest.raises(UsageError):
            framing.delimiter = wrong
    assert framing.failure is None
