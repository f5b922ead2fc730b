"""Capture files and pipes."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.errors import UsageError
from port502.traffic.capture import Capture
from port502.traffic.pcap import Record
from port502.transport.capture import PcapngWriter, PcapWriter


def pcap(count: int = 3) -> bytes:
    stream = io.BytesIO()
    writer = PcapWriter(stream, 1)
    for number in range(count):
        writer.add(number, bytes([number & 0xFF]) * 50)
    return stream.getvalue()


def read(path: Path) -> tuple[list[Record], str | None]:
    capture = Capture(str(path))
    records = [record for batch in capture for record in batch]
    assert capture.packets == len(records)
    return records, capture.problem


def test_a_file_is_known_by_how_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "any"
    path.write_bytes(pcap())
    plain = read(path)
    assert (len(plain[0]), plain[1]) == (3, None)
    path.write_bytes(gzip.compress(pcap()))
    assert read(path) == plain
    stream = io.BytesIO()
    PcapngWriter(stream).add(5, 1, b"x")
    path.write_bytes(stream.getvalue())
    assert read(path) == ([(5, 1, 1, b"x")], None)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(pcap())))
    assert len([record for batch in Capture("-") for record in batch]) == 3


@pytest.mark.parametrize(("content", "words"), [(b"", "is empty"), (b"hello", "begins with 68 65 6c 6c")])
def test_what_is_no_capture_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=words):
        read(path)
    with pytest.raises(UsageError, match="No such file"):
        read(tmp_path / "none")


def test_a_damaged_archive_gives_what_can_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "any.gz"
    path.write_bytes(gzip.compress(pcap(5000), compresslevel=0)[:100_000])
    records, problem = read(path)
    assert len(records) > 1000
    assert problem is not None
    assert problem.startswith("cannot be read on")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    for begin in (b"", b"\x1f\x8b", pcap(1), gzip.compress(pcap(1))):
        path.write_bytes(begin + data)
        try:
            read(path)
        except UsageError:
            continue
