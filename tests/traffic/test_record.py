"""Messages and packets as records of scripts."""

from __future__ import annotations

from port502.traffic import links
from port502.traffic.dissector import Dissector
from port502.traffic.record import COLUMNS, flags_text, packet_record, protocol_of, record_of
from tests.traffic.files import messages_of, polling
from tests.traffic.wire import Talk, adu, ask, on_link


def test_a_request_and_its_response_by_wiresharks_names() -> None:
    request, response = messages_of(polling())[:2]
    assert record_of(request) == {
        "frame": 3,
        "time": "2023-11-14T22:13:20.003000Z",
        "src": "10.0.0.1",
        "sport": 50000,
        "dst": "10.0.0.2",
        "dport": 502,
        "trans_id": 1,
        "proto_id": 0,
        "len": 6,
        "unit_id": 1,
        "func_code": 3,
        "func_name": "read holding registers",
        "is_response": False,
        "reference_num": 107,
        "word_cnt": 3,
    }
    told = record_of(response)
    assert told["values"] == [555, 0, 100]
    assert (told["request_frame"], told["response_time_ms"], told["byte_cnt"]) == (3, 1.0, 6)


def test_a_refusal_and_a_fault() -> None:
    refused = messages_of(polling())[-2]
    assert (record_of(refused)["exception_code"], record_of(refused)["exception_name"]) == (
        2,
        "illegal data address",
    )
    (junk,) = messages_of(Talk(opened=True).asks(b"GET / HTTP/1.1\r\n"))
    assert "func_code" not in record_of(junk)
    assert record_of(junk)["problems"] == ["protocol id 0x5420 instead of 0; looks like HTTP"]


def test_frames_of_several_files_have_their_file() -> None:
    response = messages_of(polling())[1]
    told = record_of(response, lambda frame: ("b.pcap", frame - 2))
    assert (told["file"], told["frame"], told["request_frame"]) == ("b.pcap", 2, 1)


def test_every_field_has_its_column() -> None:
    names = {name for one in messages_of(polling()) for name in record_of(one)}
    names |= set(record_of(messages_of(Talk().asks(adu(1, "08 0004 0000")))[0]))
    names |= set(record_of(messages_of(Talk().asks(bytes.fromhex("11 03 006b 0003 7687")))[0]))
    assert names <= set(COLUMNS)


def test_packets() -> None:
    records = [on_link(one, links.ETHERNET, (7,)) for one in Talk(opened=True).asks(ask(1)).records]
    first, _, third = Dissector().packets(records)
    told = packet_record(first)
    assert (told["protocol"], told["tcp_flags"], told["vlan"], told["length"]) == ("TCP", "SYN", [7], 58)
    assert packet_record(third)["protocol"] == "Modbus/TCP"
    assert packet_record(third)["messages"] == 1
    arp = bytes(12) + b"\x08\x06" + bytes(20)
    assert protocol_of(Dissector().packets([(0, links.ETHERNET, 34, arp)])[0]) == "ARP"
    assert flags_text(0x12) == "SYN,ACK"
