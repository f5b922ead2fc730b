"""pcap files as they come in."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.pcap import PcapParser, Record
from port502.transport.capture import PcapWriter

TIME = 1_700_000_000_123_456_789


def written(*packets: bytes, nanoseconds: bool = False) -> bytes:
    stream = io.BytesIO()
    writer = PcapWriter(stream, 1, nanoseconds=nanoseconds)
    for packet in packets:
        writer.add(TIME, packet, 1500)
    return stream.getvalue()


def read(data: bytes, piece: int = 1 << 20) -> tuple[list[Record], str | None]:
    parser = PcapParser()
    found = [record for at in range(0, len(data), piece) for record in parser.feed(data[at : at + piece])]
    parser.end()
    assert parser.packets == len(found)
    return found, parser.problem


def test_microseconds_and_nanoseconds() -> None:
    assert read(written(b"abc")) == ([(TIME // 1000 * 1000, 1, 1500, b"abc")], None)
    assert read(written(b"abc", nanoseconds=True)) == ([(TIME, 1, 1500, b"abc")], None)


@pytest.mark.parametrize(("magic", "unit"), [(0xA1B2C3D4, 1000), (0xA1B23C4D, 1)])
def test_big_endian_files(magic: int, unit: int) -> None:
    data = struct.pack(">IHHiIII", magic, 2, 4, 0, 0, 65535, 113) + struct.pack(">IIII", 5, 7, 2, 2) + b"xy"
    assert read(data) == ([(5_000_000_000 + 7 * unit, 113, 2, b"xy")], None)


@pytest.mark.parametrize("piece", [1, 7, 24, 100])
def test_pieces_of_any_size_give_the_same(piece: int) -> None:
    data = written(b"", b"a" * 100, b"b" * 3)
    assert read(data, piece) == read(data)
    assert len(read(data)[0]) == 3


def test_what_can_be_read_of_a_file_that_was_cut_short() -> None:
    data = written(b"abc", b"def")
    assert read(data[:-1]) == (read(written(b"abc"))[0], "cut short within packet 2")
    assert read(data[:10]) == ([], "cut short within the file header")


def test_a_packet_of_absurd_length_ends_the_reading() -> None:
    data = written(b"abc") + struct.pack("<IIII", 0, 0, 0x7FFFFFFF, 5) + bytes(50)
    found, problem = read(data)
    assert len(found) == 1
    assert problem == "packet 2 claims 2147483647 bytes: the rest of the file is not read"


@given(st.binary(max_size=400), st.sampled_from(["d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d"]))
def test_no_bytes_make_it_raise_or_grow(data: bytes, magic: str) -> None:
    found, _ = read(bytes.fromhex(magic) + data, 50)
    assert sum(len(record[3]) for record in found) <= len(data)
