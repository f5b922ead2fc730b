from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.service.register_table import RegisterTable


def test_registers_are_big_endian_bytes() -> None:
    table = RegisterTable([0x0102, 0xFFFE, 3])
    assert table.take(0, 3) == bytes.fromhex("0102 fffe 0003")
    assert table.take(1, 1) == b"\xff\xfe"


def test_taken_bytes_do_not_change_with_the_table() -> None:
    table = RegisterTable([1])
    taken = table.take(0, 1)
    table[0] = 2
    assert taken == b"\0\1"


def test_bytes_are_put_where_they_belong_and_nowhere_else() -> None:
    table = RegisterTable({10: [1, 2, 3, 4]})
    table.put(11, 2, bytes.fromhex("aabbccdd"))
    assert table[10:14] == [1, 0xAABB, 0xCCDD, 4]


def test_h062_more_data_than_the_quantity_never_grows_a_range() -> None:
    table = RegisterTable([1, 2, 3])
    table.put(2, 1, b"\0\7\0\7\0\7")
    assert table[0:3] == [1, 2, 7]
    with pytest.raises(UsageError):
        table.put(2, 2, b"\0\1\0\1")
    assert table[0:3] == [1, 2, 7]
    assert len(table) == 3


def test_encoding_and_decoding_are_each_others_inverse() -> None:
    table = RegisterTable()
    values = [0, 1, 255, 256, 65535]
    assert table.decode(table.encode(values), 5) == values
    assert table.decode(table.encode(values), 2) == [0, 1]


def test_the_whole_address_space_fits() -> None:
    table = RegisterTable({range(65536): 5})
    assert len(table) == 65536
    assert table.read(65535) == [5]
