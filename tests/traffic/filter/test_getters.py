"""How packets give values."""

from __future__ import annotations

from port502.traffic.filter import getters
from port502.traffic.headers import TCP, UDP
from tests.traffic.filter.packets import packets


def test_headers_give_theirs_where_they_are_there() -> None:
    asked, newer = packets()[2], packets()[14]
    assert list(getters.transport(TCP, "sport", "dport")(asked)) == [50000, 502]
    assert list(getters.transport(UDP, "sport")(asked)) == []
    assert list(getters.network(4, "src_bytes")(asked)) == [0x0A000001]
    assert list(getters.network(4, "src_bytes")(newer)) == []
    assert list(getters.if_version(newer, 6, 5)) == [5]


def test_bytes_begin_with_their_header() -> None:
    asked = packets()[2]
    assert getters.from_network(4)(asked)[0] == asked.data
    assert getters.from_transport(TCP)(asked)[0] == asked.data[20:]
    assert getters.payload(TCP)(asked)[0] == asked.data[40:]
    assert list(getters.payload(TCP)(packets()[0])) == []


def test_messages_give_one_value_each() -> None:
    both = packets()[8]
    assert list(getters.of_messages(lambda message: message.trans_id)(both)) == [4, 5]
    assert list(getters.of_fields("bit_cnt")(both)) == [3]
    assert list(getters.only(23, "word_cnt")(packets()[12])) == [6]


def test_values_have_their_addresses_where_the_request_is_known() -> None:
    answered = packets()[3]
    assert list(getters.all_registers(answered)) == [555, 0, 100]
    assert list(getters.numbered(answered, bits=False)) == [107, 108, 109]
    assert list(getters.bits(packets()[9])) == [1, 0, 1]


def test_a_refusal_has_no_data() -> None:
    [refused] = packets()[5].messages
    assert getters.data(refused) is None
    assert getters.byte_count(refused) is None
