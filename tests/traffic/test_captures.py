"""Several captures, one after the other."""

from __future__ import annotations

import struct
from pathlib import Path

from port502.traffic.captures import Captures
from tests.traffic.files import write
from tests.traffic.tls.talk import TlsTalk
from tests.traffic.wire import Talk, answer, ask


def test_a_connection_goes_on_in_the_next_file_and_frames_know_theirs(tmp_path: Path) -> None:
    talk = Talk().asks(ask(1)).answers(answer(1, 5)).asks(ask(2)).answers(answer(2, 6))
    names = [str(write(tmp_path / f"{part}.pcap", talk.records[3 * part : 3 * part + 3])) for part in (0, 1)]
    reading = Captures.of_files(names)
    messages = [one for batch in reading.messages() for one in batch]
    assert [one.request_frame for one in messages] == [None, 1, None, 3]
    assert [reading.place(one.frame) for one in messages] == [
        (names[0], 1),
        (names[0], 2),
        (names[0], 3),
        (names[1], 1),
    ]


def test_what_cannot_be_read_is_told_with_its_file_and_the_next_is_read(tmp_path: Path) -> None:
    talk = Talk().asks(ask(1)).asks(ask(2))
    whole = write(tmp_path / "whole.pcap", talk.records)
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(whole.read_bytes()[:-3])
    reading = Captures.of_files([str(cut), str(whole)])
    packets = [one for batch in reading.packets() for one in batch]
    assert [one.frame for one in packets] == [1, 2, 3]
    assert reading.problems == [f"{cut}: cut short within packet 2"]


def test_what_waited_at_the_end_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.pcap", Talk().asks(ask(1)).asks(ask(2)[:9]).records)
    messages = [one for batch in Captures.of_files([str(path)]).messages() for one in batch]
    assert [one.trans_id for one in messages] == [1, 2]


def test_keys_that_the_file_carries_open_its_tls(tmp_path: Path) -> None:
    talk = TlsTalk(tmp_path).asks(ask(1)).answers(answer(1, 5))
    path = write(tmp_path / "a.pcapng", talk.talk.records)
    keys = talk.keys.read_bytes()
    body = struct.pack("<II", 0x544C534B, len(keys)) + keys + bytes(-len(keys) % 4)
    size = struct.pack("<I", 12 + len(body))
    data = path.read_bytes()
    path.write_bytes(data[:28] + struct.pack("<I", 10) + size + body + size + data[28:])
    messages = [one for batch in Captures.of_files([str(path)]).messages() for one in batch]
    assert [one.request_frame is not None for one in messages] == [False, True]
