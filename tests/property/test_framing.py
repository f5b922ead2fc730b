"""Framings: any cut of a stream gives the same frames, and any bytes give frames, a wait or a typed error."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from port502.errors import FrameError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.checksum import crc16
from port502.protocol.framing import Frame, Framing
from port502.protocol.lookalike import looks_like
from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming

frames = st.builds(Frame, st.integers(0, 0xFFFF), st.integers(0, 0xFF), st.binary(min_size=1, max_size=253))
serial_frames = st.builds(Frame, st.just(0), st.integers(0, 0xFF), st.binary(min_size=1, max_size=253))
cuts = st.lists(st.integers(0, 2000), max_size=20)

known_requests = st.builds(
    lambda unit, function, four: Frame(0, unit, bytes((function,)) + four),
    st.integers(0, 0xFF),
    st.sampled_from([1, 2, 3, 4, 5, 6]),
    st.binary(min_size=4, max_size=4),
)
known_replies = st.builds(
    lambda unit, function, content: Frame(0, unit, bytes((function, len(content))) + content),
    st.integers(0, 0xFF),
    st.sampled_from([1, 2, 3, 4, 12, 17, 20, 21, 23]),
    st.binary(max_size=251),
)


def pieces(stream: bytes, places: Iterable[int]) -> list[bytes]:
    ends = sorted({place % (len(stream) + 1) for place in places} | {0, len(stream)})
    return [stream[start:stop] for start, stop in pairwise(ends)]


def stream_of(framing: Framing, sent: Sequence[Frame]) -> bytes:
    return b"".join(framing.encode(frame.transaction_id, frame.unit, frame.pdu) for frame in sent)


def feed(framing: Framing, parts: Iterable[bytes]) -> list[Frame]:
    got: list[Frame] = []
    for part in parts:
        if framing.failure is not None:
            break
        got += framing.receive(part)
    return got


@given(st.lists(frames, max_size=10), cuts)
def test_mbap_any_cut_gives_the_same_frames(sent: list[Frame], places: list[int]) -> None:
    framing = MbapFraming()
    assert feed(framing, pieces(stream_of(framing, sent), places)) == sent
    assert framing.pending == 0
    assert framing.failure is None


@given(st.lists(frames, max_size=4), st.binary(max_size=600), cuts)
def test_mbap_any_bytes_in_any_cut_end_the_same_way(
    sent: list[Frame], junk: bytes, places: list[int]
) -> None:
    stream = stream_of(MbapFraming(), sent) + junk
    whole, cut = MbapFraming(), MbapFraming()
    expected = whole.receive(stream)
    assert expected[: len(sent)] == sent
    assert feed(cut, pieces(stream, places)) == expected
    assert (cut.failure is None) == (whole.failure is None)
    assert cut.pending == whole.pending <= 259
    if whole.failure is not None:
        assert isinstance(whole.failure, FrameError)
        assert whole.pending == 0


@given(st.binary(max_size=600))
def test_mbap_encoding_undoes_decoding(stream: bytes) -> None:
    framing = MbapFraming()
    again = stream_of(framing, framing.receive(stream))
    assert stream.startswith(again)


@given(st.lists(serial_frames, max_size=6), cuts)
def test_rtu_frames_with_silence_between_them(sent: list[Frame], places: list[int]) -> None:
    for role in ("client", "server"):
        framing = RtuFraming(role)
        for frame in sent:
            wire = stream_of(framing, [frame])
            got = feed(framing, pieces(wire, places)) + framing.silence()
            # Content that contradicts its own function code may end early only where a CRC happens to fit.
            assert got == [frame] or crc_fits_early(wire)
            assert framing.pending == 0


def crc_fits_early(wire: bytes) -> bool:
    return any(crc16(wire[:size]) == 0 for size in range(4, len(wire)))


@given(st.lists(known_requests, max_size=8), cuts)
def test_rtu_requests_need_no_silence(sent: list[Frame], places: list[int]) -> None:
    framing = RtuFraming("server")
    assert feed(framing, pieces(stream_of(framing, sent), places)) == sent


@given(st.lists(known_replies, max_size=8), cuts)
def test_rtu_replies_need_no_silence(sent: list[Frame], places: list[int]) -> None:
    framing = RtuFraming("client")
    assert feed(framing, pieces(stream_of(framing, sent), places)) == sent


@given(st.lists(st.binary(max_size=400), max_size=8), st.sampled_from(["client", "server"]))
def test_rtu_any_bytes_are_frames_or_counted_and_a_silence_heals(parts: list[bytes], role: str) -> None:
    framing = RtuFraming("client" if role == "client" else "server")
    got: list[Frame] = []
    for part in parts:
        got += framing.receive(part)
        assert framing.pending <= 256
    got += framing.silence()
    framed = sum(len(frame.pdu) + 3 for frame in got)
    assert framed + framing.errors.noise == sum(map(len, parts))
    reply = bytes.fromhex("83 02")
    probe = reply if role == "client" else bytes.fromhex("03 00 6B 00 03")
    assert framing.receive(stream_of(framing, [Frame(0, 7, probe)])) == [Frame(0, 7, probe)]


@given(st.lists(serial_frames, max_size=6), cuts)
def test_ascii_any_cut_gives_the_same_frames(sent: list[Frame], places: list[int]) -> None:
    framing = AsciiFraming()
    assert feed(framing, pieces(stream_of(framing, sent), places)) == sent
    assert framing.errors.noise == 0


ascii_noise = st.one_of(
    st.binary(max_size=600), st.text(":0123456789abcdEF\r\n ", max_size=600).map(str.encode)
)


@given(st.lists(ascii_noise, max_size=6), cuts)
def test_ascii_any_bytes_are_frames_or_counted_and_a_colon_heals(
    parts: list[bytes], places: list[int]
) -> None:
    stream = b"".join(parts)
    whole, cut = AsciiFraming(), AsciiFraming()
    expected = whole.receive(stream)
    assert feed(cut, pieces(stream, places)) == expected
    assert cut.errors.crc == whole.errors.crc
    assert cut.pending == whole.pending <= 513
    framed = len(stream_of(whole, expected))
    assert framed + whole.errors.noise + whole.pending == len(stream)
    probe = Frame(0, 7, b"\x07")
    assert whole.receive(stream_of(whole, [probe])) == [probe]


@given(st.binary(max_size=300))
def test_names_for_bytes_never_fail(data: bytes) -> None:
    name = looks_like(data)
    assert name is None or name
