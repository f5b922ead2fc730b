"""Public captures, read by us and by tshark: the same messages, and a rule for each difference.

The rules are those of ``docs/explanation/captures.md``.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from port502.traffic.capture import Capture
from port502.traffic.dissector import Dissector
from port502.traffic.message import Message
from tests.traffic.wire import captures

Key = tuple[int, int, int, int, int, bool]
"""Frame, transaction id, unit, function, exception, is a response."""

NEW_IN_A_REPETITION = {
    "iti-mb2.pcap": {1131: 4, 13176: 2},
}
"""Frames that send again what was seen, and more: the number of messages that only we list."""

CAPTURED_LATE = {
    "s4x15-Advantech.pcap": {127: 1, 245: 1, 269: 1},
}
"""Frames that were captured behind their own acknowledgement: tshark takes them for repetitions."""

FAR_JUMP = {
    "zeek-fuzz-1011.pcap": {4: 1},
}
"""Frames whose sequence number lies more than 1 MiB away from what was due."""

ONLY_OURS = {
    name: {**NEW_IN_A_REPETITION.get(name, {}), **CAPTURED_LATE.get(name, {}), **FAR_JUMP.get(name, {})}
    for name in {**NEW_IN_A_REPETITION, **CAPTURED_LATE, **FAR_JUMP}
}

NAMES = (
    "icsnpp-modbus_example.pcap",
    "iti-mb2.pcap",
    "iti-modbus_test.pcap",
    "ndpi-modbus.pcap",
    "pcapplusplus-modbusFrames.pcap",
    "quickdraw-modbus_test_data_part1.pcap",
    "quickdraw-modicon_test.pcap",
    "s4x15-Advantech.pcap",
    "suricata-verify-modbus.pcap",
    "zeek-4SICS-151022-min.pcap",
    "zeek-fuzz-1011.pcap",
    "zeek-modbus-eit.pcap",
    "zeek-modbusSmall.pcap",
)


def ours(name: str) -> tuple[list[Message], Dissector]:
    dissector = Dissector()
    capture = Capture(str(captures() / name))
    messages = [message for records in capture for message in dissector.feed(records)] + dissector.end()
    assert capture.problem is None
    return messages, dissector


def tshark(name: str) -> list[dict[str, str]]:
    path: Path = captures() / "tshark" / f"{name}.tsv"
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def key(message: Message) -> Key:
    assert message.trans_id is not None
    assert message.unit_id is not None
    assert message.func_code is not None
    return (
        message.frame,
        message.trans_id,
        message.unit_id,
        message.func_code,
        message.exception_code or 0,
        message.is_response,
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_messages_are_those_that_tshark_lists(name: str) -> None:
    found, _ = ours(name)
    listed = Counter(
        (
            int(row["frame"]),
            int(row["trans_id"]),
            int(row["unit"]),
            int(row["func"]),
            int(row["exception"] or 0),
            row["is_response"] == "1",
        )
        for row in tshark(name)
    )
    mine = Counter(key(one) for one in found if one.func_code is not None)
    assert listed - mine == Counter()
    assert Counter(ONLY_OURS.get(name, {})) == Counter(
        frame for (frame, *_), count in (mine - listed).items() for _ in range(count)
    )


@pytest.mark.parametrize("name", NAMES)
def test_addresses_counts_and_lengths_are_those_that_tshark_shows(name: str) -> None:
    messages: dict[tuple[int, int], list[Message]] = {}
    for one in ours(name)[0]:
        if one.func_code is not None and one.trans_id is not None:
            messages.setdefault((one.frame, one.trans_id), []).append(one)
    for row in tshark(name):
        mine = messages[int(row["frame"]), int(row["trans_id"])].pop(0)
        assert (mine.src, mine.sport, mine.dst, mine.dport) == (
            row["src"],
            int(row["sport"]),
            row["dst"],
            int(row["dport"]),
        )
        assert (mine.len, mine.proto_id) == (int(row["mbap_len"]), int(row["proto_id"]))
        if row["ref"] and row["func"] not in {"20", "21", "23"}:
            assert mine.reference_num == int(row["ref"]), mine
        if row["count"] and not mine.is_response and row["func"] not in {"20", "21", "23"}:
            assert int(row["count"]) in (mine.word_cnt, mine.bit_cnt), mine
        if row["mei"]:
            assert mine.fields.mei == int(row["mei"])


@pytest.mark.parametrize("name", NAMES)
def test_each_response_has_the_request_that_tshark_gives_it_where_that_can_be_right(name: str) -> None:
    rows: dict[tuple[int, int], list[str]] = {}
    for row in tshark(name):
        rows.setdefault((int(row["frame"]), int(row["trans_id"])), []).append(row["request_frame"])
    other: list[tuple[int, str, int | None]] = []
    for one in ours(name)[0]:
        if one.func_code is None or not rows.get((one.frame, one.trans_id or 0)):
            continue
        theirs = rows[one.frame, one.trans_id or 0].pop(0)
        refused = one.exception_code is not None and not theirs
        if theirs != str(one.request_frame or "") and not refused:
            other.append((one.frame, theirs, one.request_frame))
    # A request that only we list; the same id twice, answered in order.
    known = {
        "iti-mb2.pcap": [(3008, "", 1131)] * 4,
        "iti-modbus_test.pcap": [(70, "69", 68)],
    }
    assert other == known.get(name, [])


def test_bytes_that_are_no_modbus_are_reported_and_not_dropped() -> None:
    for name, frames in (
        ("suricata-verify-modbus.pcap", [76, 78, 80, 82]),
        ("quickdraw-modbus_test_data_part1.pcap", [76, 78, 80, 82, 113]),
    ):
        junk = [one for one in ours(name)[0] if one.func_code is None]
        assert [one.frame for one in junk] == frames
        assert all(one.problems for one in junk)


def test_messages_beyond_the_limit_are_flagged() -> None:
    long = [one for one in ours("quickdraw-modicon_test.pcap")[0] if one.problems]
    assert [(one.frame, one.len, one.func_code) for one in long] == [(19, 255, 90), (20, 255, 90)]


def test_repetitions_are_counted() -> None:
    assert ours("iti-mb2.pcap")[1].counts.retransmissions == 8
    assert ours("s4x15-Advantech.pcap")[1].counts.retransmissions == 5
