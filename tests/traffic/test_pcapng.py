"""pcapng files as they come in."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.pcap import Record
from port502.traffic.pcapng import PcapngParser
from port502.transport.capture import PcapngWriter

TIME = 1_700_000_000_123_456_789


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order: str) -> bytes:
    return block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(order: str, link: int, options: bytes = b"") -> bytes:
    return block(order, 1, struct.pack(f"{order}HHI", link, 0, 0) + options)


def packet(order: str, number: int, count: int, data: bytes) -> bytes:
    head = struct.pack(f"{order}IIIII", number, count >> 32, count & 0xFFFFFFFF, len(data), 1500)
    return block(order, 6, head + data)


def read(data: bytes, piece: int = 1 << 20) -> tuple[list[Record], str | None]:
    parser = PcapngParser()
    found = [record for at in range(0, len(data), piece) for record in parser.feed(data[at : at + piece])]
    parser.end()
    assert parser.packets == len(found)
    return found, parser.problem


def test_what_the_writer_wrote() -> None:
    stream = io.BytesIO()
    writer = PcapngWriter(stream)
    writer.add(TIME, 1, b"abcde")
    writer.add(TIME + 1, 228, b"xy", 1500)
    expected = [(TIME, 1, 5, b"abcde"), (TIME + 1, 228, 1500, b"xy")]
    assert read(stream.getvalue()) == (expected, None)
    assert read(stream.getvalue(), 5) == (expected, None)


@pytest.mark.parametrize("order", ["<", ">"])
def test_sections_of_either_order_and_clocks_of_any_kind(order: str) -> None:
    tenths = struct.pack(f"{order}HHB3x", 9, 1, 1)
    halves = struct.pack(f"{order}HHB3xHHqHH", 9, 1, 0x81, 14, 8, 100, 0, 0)
    data = (
        section(order) + interface(order, 1) + interface(order, 101, tenths) + interface(order, 113, halves)
    )
    data += packet(order, 0, 1_500_000, b"a") + packet(order, 1, 25, b"b") + packet(order, 2, 3, b"c")
    assert read(data) == (
        [
            (1_500_000_000, 1, 1500, b"a"),
            (2_500_000_000, 101, 1500, b"b"),
            (101_500_000_000, 113, 1500, b"c"),
        ],
        None,
    )


def test_a_second_section_begins_anew() -> None:
    data = section("<") + interface("<", 1) + section(">") + interface(">", 101) + packet(">", 0, 7, b"x")
    assert read(data)[0] == [(7000, 101, 1500, b"x")]


def test_simple_and_old_packets_and_unknown_blocks() -> None:
    simple = block("<", 3, struct.pack("<I", 3) + b"abc")
    old = block("<", 2, struct.pack("<HHIIII", 0, 0, 0, 9, 2, 2) + b"xy")
    data = section("<") + interface("<", 1) + block("<", 5, b"") + simple + block("<", 0xBAD, b"1234") + old
    assert read(data) == ([(0, 1, 3, b"abc"), (9000, 1, 2, b"xy")], None)


def test_key_logs_in_the_file_are_kept() -> None:
    parser = PcapngParser()
    secret = block("<", 10, struct.pack("<II", 0x544C534B, 5) + b"KEYS\n")
    parser.feed(section("<") + secret)
    assert parser.secrets == [b"KEYS\n"]


def test_what_cannot_be_read_is_told() -> None:
    good = section("<") + interface("<", 1) + packet("<", 0, 1, b"x")
    assert read(good[:-3])[1] == "cut short behind packet 0"
    found, problem = read(good + struct.pack("<II", 6, 5) + bytes(8))
    assert len(found) == 1
    assert problem == "a block that claims 5 bytes stands behind packet 1: the rest of the file is not read"
    assert "interface 3" in (read(section("<") + packet("<", 3, 1, b"x"))[1] or "")
    assert "byte order" in (read(b"\n\r\r\n" + bytes(20))[1] or "")


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3, 5, 6, 10, 0x0A0D0D0A]), st.binary(max_size=60)), max_size=12)
)
def test_no_blocks_make_it_raise(blocks: list[tuple[int, bytes]]) -> None:
    read(section("<") + interface("<", 1) + b"".join(block("<", kind, body) for kind, body in blocks), 33)


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    read(section("<") + data)
    read(b"\n\r\r\n" + data)
