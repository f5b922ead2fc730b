"""Packets in, messages out: reassembly, pairing, and what is neither."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from port502.traffic import links
from port502.traffic.dissector import Dissector
from port502.traffic.message import Message
from port502.traffic.pcap import Record
from port502.transport.capture import ACK, FIN, RST
from tests.thoroughness import times
from tests.traffic.wire import MS, Talk, adu, answer, ask, on_ipv6, on_link

SHORT = [(1, 1, False, None), (2, 1, True, 1)]


def said(messages: list[Message]) -> list[tuple[int, int | None, bool, int | None]]:
    return [(one.frame, one.trans_id, one.is_response, one.request_frame) for one in messages]


def dissected(records: list[Record], *ports: int) -> list[Message]:
    dissector = Dissector(ports)
    return dissector.feed(records) + dissector.end()


def test_a_request_and_its_response() -> None:
    messages = dissected(Talk().asks(ask(1, 7, 2)).answers(answer(1, 5, 6)).records)
    assert said(messages) == SHORT
    assert messages[1].values == (5, 6)
    assert messages[1].response_time_ms == 1
    assert messages[0].way.stream == messages[1].way.stream == 0
    assert (messages[0].src, messages[1].src) == ("10.0.0.1", "10.0.0.2")


def test_the_second_exchange_takes_the_quick_way_to_the_same_result() -> None:
    talk = Talk()
    for number in range(1, 5):
        talk.asks(ask(number)).answers(answer(number, number))
    messages = dissected(talk.records)
    assert [one.values for one in messages if one.is_response] == [(1,), (2,), (3,), (4,)]
    assert [one.request_frame for one in messages if one.is_response] == [1, 3, 5, 7]


@pytest.mark.parametrize("link", [link for link in links.NAMES if link != links.IPV6])
def test_every_kind_of_link(link: int) -> None:
    records = [on_link(one, link) for one in Talk().asks(ask(1)).answers(answer(1, 5)).asks(ask(2)).records]
    assert said(dissected(records)) == [*SHORT, (3, 2, False, None)]


@pytest.mark.parametrize("vlans", [(7,), (100, 7)])
def test_vlans(vlans: tuple[int, ...]) -> None:
    records = [
        on_link(one, links.ETHERNET, vlans) for one in Talk().asks(ask(1)).answers(answer(1, 5)).records
    ]
    assert said(dissected(records)) == SHORT


def test_ipv6() -> None:
    messages = dissected([on_ipv6(one) for one in Talk().asks(ask(1)).answers(answer(1, 5)).records])
    assert said(messages) == SHORT
    assert messages[0].src == "fd00::a00:1"


def test_padding_and_acknowledgements_are_no_messages() -> None:
    records = Talk().segment(b"", flags=ACK).asks(ask(1)).segment(b"", client=False, flags=ACK).records
    padded = [(time, link, length + 6, data + bytes(6)) for time, link, length, data in records]
    assert said(dissected([on_link(one, links.ETHERNET) for one in padded])) == [(2, 1, False, None)]


def test_messages_glued_and_split() -> None:
    glued = ask(1) + ask(2) + ask(3)
    talk = Talk().asks(glued[:20]).asks(glued[20:]).answers(answer(1, 5) + answer(2, 6)[:4])
    talk.answers(answer(2, 6)[4:] + answer(3, 7))
    assert said(dissected(talk.records)) == [
        (1, 1, False, None),
        (2, 2, False, None),
        (2, 3, False, None),
        (3, 1, True, 1),
        (4, 2, True, 2),
        (4, 3, True, 2),
    ]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_any_split_of_a_stream_gives_the_same_messages(sizes: list[int], first: int) -> None:
    stream = b"".join(ask(number, number, 1) for number in range(1, 6))
    talk, at = Talk(first=first), 0
    for size in sizes:
        talk.asks(stream[at : at + size])
        at += size
    if at < len(stream):
        talk.asks(stream[at:])
    records = [record for record in talk.records if len(record[3]) > 40]
    assert [one.reference_num for one in dissected(records)] == [1, 2, 3, 4, 5]


def test_a_retransmission_is_counted_and_not_said_twice() -> None:
    dissector = Dissector()
    talk = Talk().asks(ask(1)).segment(ask(1), at=1000).answers(answer(1, 5))
    assert said(dissector.feed(talk.records)) == [(1, 1, False, None), (3, 1, True, 1)]
    assert dissector.counts.retransmissions == 1


def test_what_is_new_in_a_retransmission_is_said() -> None:
    talk = Talk().asks(ask(1)).segment(ask(1) + ask(2), at=1000)
    assert said(dissected(talk.records)) == [(1, 1, False, None), (2, 2, False, None)]


def test_a_retransmission_with_other_bytes_is_told() -> None:
    messages = dissected(Talk().asks(ask(1, 5)).segment(ask(1, 6), at=1000).records)
    assert [one.notes for one in messages] == [(), ("sent again with other bytes than before",)]


def test_segments_that_change_places() -> None:
    talk = Talk()
    two = ask(2)
    talk.asks(ask(1)).segment(two[6:] + ask(3), at=1018).segment(two[:6], at=1012).skip(24)
    talk.answers(answer(1, 1) + answer(2, 2) + answer(3, 3))
    assert said(dissected(talk.records)) == [
        (1, 1, False, None),
        (3, 2, False, None),
        (3, 3, False, None),
        (4, 1, True, 1),
        (4, 2, True, 3),
        (4, 3, True, 3),
    ]


def test_a_lost_segment_is_not_waited_for_and_may_still_come() -> None:
    talk = Talk().asks(ask(1)).skip(12).asks(ask(3)).segment(ask(2), at=1012).asks(ask(4))
    dissector = Dissector()
    assert said(dissector.feed(talk.records)) == [
        (1, 1, False, None),
        (2, 3, False, None),
        (3, 2, False, None),
        (4, 4, False, None),
    ]
    assert dissector.counts.lost_bytes == 12
    assert dissector.counts.retransmissions == 0


def test_half_a_message_whose_rest_was_lost_is_told() -> None:
    talk = Talk().asks(ask(1)).asks(ask(2)[:8]).skip(4)
    for number in range(3, 70):
        talk.asks(ask(number))
    messages = dissected(talk.records)
    assert [one.trans_id for one in messages] == [1, 2, *range(3, 70)]
    assert messages[1].problems == ("cut: the rest of it was not captured",)


def test_a_capture_that_begins_within_a_message_finds_the_next() -> None:
    talk = Talk().answers(answer(1, 5, 6, 7)[9:]).answers(answer(2, 8))
    assert said(dissected(talk.records)) == [(2, 2, True, None)]


def test_junk_on_a_connection_that_was_opened_is_told() -> None:
    talk = Talk(opened=True).asks(b"GET / HTTP/1.1\r\n\r\n").asks(ask(1))
    junk, message = dissected(talk.records)
    assert junk.func_code is None
    assert "HTTP" in junk.problems[0]
    assert message.trans_id == 1


def test_an_adu_beyond_the_limit_is_flagged_and_not_dropped() -> None:
    long = adu(1, "5a" + "00" * 254)
    (message,) = dissected(Talk().asks(long).records)
    assert message.func_code == 90
    assert "beyond 254" in message.problems[0]


def test_a_packet_that_the_capture_cut_is_told_and_the_next_is_found() -> None:
    talk = Talk().asks(ask(1, 0, 10)).answers(answer(1, *range(10))).asks(ask(2)).answers(answer(2, 5))
    records = [(time, link, length, data[:60]) for time, link, length, data in talk.records]
    messages = dissected(records)
    assert said(messages) == [*SHORT, (3, 2, False, None), (4, 2, True, 3)]
    assert messages[1].problems == ("cut: the capture has 20 of 29 bytes of its packet",)
    assert messages[1].values == (0, 1, 2, 3, 4)


def test_a_new_connection_on_the_same_ports() -> None:
    one = Talk(opened=True).asks(ask(1)[:5])
    other = Talk(first=900_000, opened=True).asks(ask(2)).answers(answer(2, 5))
    assert [message.trans_id for message in dissected(one.records + other.records)] == [2, 2]


def test_a_connection_that_ends_says_nothing() -> None:
    talk = Talk().asks(ask(1)).answers(answer(1, 5))
    talk.segment(b"", flags=FIN | ACK).segment(b"", client=False, flags=RST)
    assert said(dissected(talk.records)) == SHORT


def test_another_port_is_recognised_by_its_content_or_named() -> None:
    talk = Talk(port=15020, client_port=15010).asks(ask(1)).answers(answer(1, 5))
    messages = dissected(talk.records)
    assert said(messages) == SHORT
    assert messages[0].way.asks
    half = Talk(port=9999).asks(ask(1)[:9]).asks(ask(1)[9:])
    assert dissected(half.records) == []
    assert said(dissected(half.records, 9999)) == [(2, 1, False, None)]


def test_what_is_no_modbus_on_any_port_is_left_alone() -> None:
    talk = Talk(port=80)
    for _ in range(10):
        talk.asks(b"GET / HTTP/1.1\r\n\r\n").answers(b"HTTP/1.1 200 OK\r\n\r\n")
    assert dissected(talk.asks(ask(1)).records) == []


def test_tls_is_seen_as_such_and_plain_modbus_there_too() -> None:
    dissector = Dissector()
    hello = bytes.fromhex("16 03 01 00 05 01 00 00 01 00")
    assert dissector.feed(Talk(port=802).asks(hello).answers(hello).records) == []
    assert [one.way.dport for one in dissector.secured.values()] == [802]
    assert said(dissected(Talk(port=802).asks(ask(1)).answers(answer(1, 5)).records)) == SHORT


def test_rtu_over_tcp() -> None:
    request, response = bytes.fromhex("11 03 006b 0003 7687"), bytes.fromhex("11 03 06 ae41 5652 4340 49ad")
    for port in (502, 4001):
        messages = dissected(
            Talk(port=port).asks(request).answers(response[:4]).answers(response[4:]).records
        )
        assert [(one.unit_id, one.func_code, one.request_frame) for one in messages] == [
            (0x11, 3, None),
            (0x11, 3, 1),
        ]


def test_udp_is_noted() -> None:
    data = ask(1)
    udp = struct.pack(">HHHH", 5000, 502, 8 + len(data), 0) + data
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes(8)
    packet = head + udp
    (message,) = dissected([(0, links.IPV4, len(packet), packet)])
    assert message.way.transport == "udp"
    assert message.problems == ("Modbus over UDP is no standard",)


def test_fragments_are_put_together() -> None:
    records = []
    for time, link, _, data in Talk().asks(ask(1)).answers(answer(1, 5)).records:
        body = data[20:]
        for at in (24, 0):
            part, more = body[at : at + 24], at + 24 < len(body)
            word = at // 8 | (0x2000 if more else 0)
            piece = data[:2] + struct.pack(">HHH", 20 + len(part), time & 0xFFFF, word) + data[8:20] + part
            records.append((time, link, len(piece), piece))
    assert said(dissected(records)) == [(2, 1, False, None), (4, 1, True, 2)]


def test_links_that_cannot_be_read_are_counted() -> None:
    dissector = Dissector()
    dissector.feed([(0, 105, 3, b"abc")] * 2)
    assert dissector.counts.unread_links == {105: 2}
    assert dissector.counts.packets == 2


def test_packets_have_their_messages_and_their_times() -> None:
    records = Talk(opened=True).asks(ask(1)).segment(ask(1), at=1000).records
    packets = Dissector().packets(records)
    assert [len(one.messages) for one in packets] == [0, 0, 1, 0]
    assert [one.retransmission for one in packets] == [False, False, False, True]
    assert [one.frame for one in packets] == [1, 2, 3, 4]
    assert packets[3].time_relative == 3 * MS / 1e9
    assert packets[3].time_delta == MS / 1e9


def test_conversations_are_bounded() -> None:
    dissector = Dissector()
    for port in range(1024, 12_000):
        dissector.feed(Talk(client_port=port).asks(ask(1)[:9]).records)
    assert len(dissector.conversations.streams) <= 8192
    assert dissector.conversations.forgotten > 0
    assert dissector.conversations.buffered == sum(
        one.buffered for one in dissector.conversations.streams.values()
    )


@settings(max_examples=times(3))
@given(
    st.lists(
        st.tuples(
            st.booleans(), st.integers(-40, 80), st.binary(max_size=40) | st.builds(ask, st.integers(0, 3))
        ),
        max_size=40,
    ),
    st.sampled_from([502, 802, 1234]),
)
def test_no_segments_in_any_order_make_it_raise_or_hold_much(
    segments: list[tuple[bool, int, bytes]], port: int
) -> None:
    talk = Talk(port=port, first=2**32 - 20)
    for client, shift, data in segments:
        talk.segment(data, client=client, at=(talk.sent[client] + shift) % 2**32)
        talk.sent[client] += max(shift, 0)
    dissector = Dissector()
    messages = dissector.feed(talk.records) + dissector.end()
    assert all(one.adu for one in messages)
    for one in messages:
        assert isinstance(one.problems, tuple)
    assert 0 <= dissector.conversations.buffered < 100_000


@settings(max_examples=times(3))
@given(
    st.lists(st.tuples(st.sampled_from([*links.NAMES, 105]), st.binary(max_size=90)), max_size=20),
)
def test_no_packets_make_it_raise(packets: list[tuple[int, bytes]]) -> None:
    records = [(0, link, len(data), data) for link, data in packets]
    dissector = Dissector()
    assert len(dissector.packets(records)) == len(records)
    dissector.end()
