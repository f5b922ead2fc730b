"""Framing on TCP."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import FrameError
from port502.protocol.framing import Frame
from port502.protocol.mbap import MbapFraming

PDU = bytes.fromhex("03 00 6B 00 03")
FRAME = bytes.fromhex("00 01 00 00 00 06 06 03 00 6B 00 03")


def failure(*pieces: bytes) -> str:
    framing = MbapFraming()
    for piece in pieces:
        assert framing.receive(piece) == []
    assert framing.failure is not None
    assert framing.pending == 0
    return str(framing.failure)


@pytest.mark.parametrize("protocol", [1, 5, 0x0100, 0xFFFF])
def test_h001_h116_protocol_id(protocol: int) -> None:
    assert "protocol id" in failure(FRAME[:2] + protocol.to_bytes(2, "big") + FRAME[4:])


@pytest.mark.parametrize("length", [0, 1, 255, 256, 260, 0x1D00, 65535])
def test_h002_h003_h004_h021_h116_length_from_the_header_alone(length: int) -> None:
    assert f"length {length} is not 2-254" in failure(bytes(4) + length.to_bytes(2, "big"))


def test_h005_longest_frame() -> None:
    for size in (252, 253):
        framing = MbapFraming()
        assert framing.receive(framing.encode(7, 1, bytes(size))) == [Frame(7, 1, bytes(size))]


def test_h006_length_one_too_small() -> None:
    framing = MbapFraming()
    short = FRAME[:5] + b"\x05" + FRAME[6:]
    assert framing.receive(short + FRAME) == [Frame(1, 6, PDU[:-1])]
    assert framing.failure is not None
    with pytest.raises(FrameError):
        framing.receive(FRAME)


def test_h007_length_one_too_large() -> None:
    framing = MbapFraming()
    assert framing.receive(FRAME[:5] + b"\x07" + FRAME[6:]) == []
    assert framing.pending == 12
    assert framing.receive(FRAME) == [Frame(1, 6, PDU + FRAME[:1])]
    assert framing.failure is not None


def test_h008_length_that_covers_a_second_frame_hides_it() -> None:
    framing = MbapFraming()
    hidden = bytes.fromhex("00 02 00 00 00 06 06 05 00 00 FF 00")
    assert framing.receive(FRAME[:5] + bytes((6 + len(hidden),)) + FRAME[6:] + hidden) == [
        Frame(1, 6, PDU + hidden)
    ]
    assert framing.failure is None


def test_h009_wrong_lengths_then_a_good_frame_in_any_segmentation() -> None:
    stream = b"".join(FRAME[:5] + bytes((length,)) + FRAME[6:] for length in (5, 7, 4)) + FRAME
    whole = MbapFraming()
    frames = whole.receive(stream)
    for cut in range(1, len(stream)):
        framing = MbapFraming()
        got = framing.receive(stream[:cut])
        if framing.failure is None:
            got += framing.receive(stream[cut:])
        assert got == frames
        assert (framing.failure is None) == (whole.failure is None)


def test_h010_h118_one_byte_at_a_time() -> None:
    framing = MbapFraming()
    assert [framing.receive(bytes((byte,))) for byte in FRAME] == [[]] * 11 + [[Frame(1, 6, PDU)]]


def test_h011_cut_at_every_byte() -> None:
    for cut in range(len(FRAME) + 1):
        framing = MbapFraming()
        assert framing.receive(FRAME[:cut]) + framing.receive(FRAME[cut:]) == [Frame(1, 6, PDU)]


@pytest.mark.parametrize("count", [1, 2, 64])
def test_h012_h013_many_in_one_segment_and_cut_anywhere(count: int) -> None:
    expected = [Frame(number, number % 256, PDU + bytes((number,))) for number in range(count)]
    stream = b"".join(MbapFraming().encode(frame.transaction_id, frame.unit, frame.pdu) for frame in expected)
    assert MbapFraming().receive(stream) == expected
    for cut in range(0, len(stream), 7):
        framing = MbapFraming()
        assert framing.receive(stream[:cut]) + framing.receive(stream[cut:]) == expected


def test_h015_equal_transaction_ids_stay_in_order() -> None:
    stream = b"".join(MbapFraming().encode(9, 1, bytes((7, number))) for number in range(10))
    assert [frame.pdu[1] for frame in MbapFraming().receive(stream)] == list(range(10))


@pytest.mark.parametrize(
    ("opening", "name"),
    [
        (b"GET / HTTP/1.1\r\n", "HTTP"),
        (bytes.fromhex("16 03 01 02 00 01 00 01"), "a TLS handshake"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH"),
        (b"\r\n\r\n", "an empty line of text"),
        (bytes.fromhex("11 03 00 6B 00 03 76 87"), "RTU, CRC valid"),
    ],
)
def test_h016_h024_h131_what_it_looks_like(opening: bytes, name: str) -> None:
    assert f"looks like {name}" in failure(opening)


def test_h024_rtu_at_address_0_passes_for_a_header_and_is_named_while_it_waits() -> None:
    framing = MbapFraming()
    assert framing.receive(bytes.fromhex("01 03 00 00 00 0A C5 CD")) == []
    assert framing.failure is None
    assert framing.resemblance() == "RTU, CRC valid"
    assert MbapFraming().resemblance() is None


def test_h017_junk_ends_at_the_first_header_and_memory_stays_flat() -> None:
    framing = MbapFraming()
    junk = b"\xaa" * 65536
    tracemalloc.start()
    assert framing.receive(junk) == []
    for _ in range(100):
        with pytest.raises(FrameError, match="protocol id 0xaaaa"):
            framing.receive(junk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000


def test_frames_before_a_bad_header_are_not_lost() -> None:
    framing = MbapFraming()
    assert framing.receive(FRAME * 2 + b"GET / HTTP/1.1") == [Frame(1, 6, PDU)] * 2
    assert "HTTP" in str(framing.failure)
    assert framing.errors.length == 1
    with pytest.raises(FrameError, match="HTTP"):
        framing.receive(b"")


def test_bad_header_is_seen_at_its_first_impossible_byte() -> None:
    for bad, seen in [(b"\0\1\0\1", 4), (b"\0\1\0\0\0\0", 6), (b"\0\1\0\0\0\xff", 6), (b"\0\1\1\0", 4)]:
        framing = MbapFraming()
        for count, byte in enumerate(bad, 1):
            framing.receive(bytes((byte,)))
            assert (framing.failure is not None) == (count == seen)


def test_pending_counts_what_waits() -> None:
    framing = MbapFraming()
    for size, byte in zip(itertools.count(1), FRAME[:-1], strict=False):
        framing.receive(bytes((byte,)))
        assert framing.pending == size
    assert framing.silence() == []
    assert framing.pending == 11


@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=40),
    st.one_of(st.none(), st.tuples(st.integers(0, 400), st.integers(0, 255))),
    st.integers(1, 0xFFFF),
)
def test_frames_of_one_length_are_read_as_any_others(
    sizes: list[int], fault: tuple[int, int] | None, first: int
) -> None:
    """Glued frames, of one length or not, one byte of them perhaps spoiled: as if every byte came alone."""
    if len(set(sizes)) < 3:
        sizes = [sizes[0]] * len(sizes)
    frames = [MbapFraming().encode(first, 1, bytes([3, *range(size)])) for size in sizes]
    data = bytearray(b"".join(frames))
    if fault is not None:
        data[fault[0] % len(data)] = fault[1]
    glued, dripping = MbapFraming(), MbapFraming()
    found = glued.receive(bytes(data))
    expected: list[Frame] = []
    for byte in data:
        if dripping.failure is None:
            expected += dripping.receive(bytes((byte,)))
    assert found == expected
    assert (glued.failure is None) == (dripping.failure is None)
    assert glued.pending == dripping.pending


@pytest.mark.parametrize("count", [1, 2, 32, 33])
@pytest.mark.parametrize("alike", [True, False])
def test_a_series_is_whole_frames_with_ids_in_a_row(count: int, alike: bool) -> None:
    pdus = [bytes([3, *range(1 if alike else 1 + n % 3)]) for n in range(count)]
    framing = MbapFraming()
    frames = [framing.encode(7 + n, 9, pdu) for n, pdu in enumerate(pdus)]
    data = b"".join(frames)
    assert framing.series(data, 7, 9, count) == pdus
    assert framing.series(data, 8, 9, count) is None
    assert framing.series(data, 7, 8, count) is None
    assert framing.series(data, 7, 9, count + 1) is None
    assert framing.series(data[:-1], 7, 9, count) is None
    assert framing.series(data + frames[0], 7, 9, count) is None
    for at in (2, 3, 4):
        spoiled = bytearray(data)
        spoiled[-len(frames[-1]) + at] = 1
        assert framing.series(bytes(spoiled), 7, 9, count) is None
    assert framing.pending == 0
    framing.receive(data[:5])
    assert framing.series(data, 7, 9, count) is None


def test_only_is_the_one_frame_that_is_expected() -> None:
    framing = MbapFraming()
    assert framing.only(FRAME, 1, 6) == PDU
    assert framing.only(FRAME, 2, 6) is None
    assert framing.only(FRAME, 1, 7) is None
    assert framing.only(FRAME + FRAME, 1, 6) is None
    assert framing.only(FRAME[:-1], 1, 6) is None
    assert framing.only(FRAME[:3] + b"\1" + FRAME[4:], 1, 6) is None
    assert framing.only(b"", 1, 6) is None
