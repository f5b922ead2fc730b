"""What both kinds of table share; registers stand for both where the values do not matter."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from port502.errors import IllegalDataValueError, UsageError
from port502.service.bit_table import BitTable
from port502.service.maybe import drive
from port502.service.register_table import RegisterTable
from port502.service.table import protect_all


@pytest.fixture
def table() -> RegisterTable:
    return RegisterTable({0: [1, 2, 3], range(100, 110): 7, 200: 9}, name="holding")


def test_only_what_was_given_exists(table: RegisterTable) -> None:
    assert table.ranges() == [range(3), range(100, 110), range(200, 201)]
    assert len(table) == 14
    assert list(table)[:4] == [0, 1, 2, 100]
    assert 2 in table
    assert 3 not in table
    assert "2" not in table


def test_an_empty_table_is_still_a_table() -> None:
    assert RegisterTable()
    assert len(RegisterTable()) == 0
    assert RegisterTable().find(0) is None


def test_a_plain_sequence_starts_at_address_0() -> None:
    assert RegisterTable([4, 5]).read(0, 2) == [4, 5]


def test_a_range_takes_one_value_for_all_or_one_for_each() -> None:
    assert RegisterTable({range(5, 8): [1, 2, 3]}).read(5, 3) == [1, 2, 3]
    with pytest.raises(UsageError, match="wants 3 values, got 2"):
        RegisterTable({range(5, 8): [1, 2]})
    with pytest.raises(UsageError, match="no gaps"):
        RegisterTable({range(0, 8, 2): 1})


@pytest.mark.parametrize("order", [(0, 2, 4), (4, 2, 0), (2, 0, 4), (0, 4, 2)])
def test_neighbours_join_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    table = RegisterTable()
    for start in order:
        table.add(start, [start, start + 1])
    assert table.ranges() == [range(6)]
    assert table.read(0, 6) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("start", [-1, 98, 99, 100, 105, 109])
def test_no_address_is_given_twice(table: RegisterTable, start: int) -> None:
    with pytest.raises(UsageError):
        table.add(start, [1, 2, 3])
    assert table.read(100, 10) == [7] * 10


def test_an_address_given_twice_is_named(table: RegisterTable) -> None:
    with pytest.raises(UsageError, match="holding: address 100 is given twice"):
        table.add(99, [1, 2])


def test_the_address_space_ends_at_65535() -> None:
    assert RegisterTable({65535: 1}).read(65535) == [1]
    with pytest.raises(UsageError, match="0-65535"):
        RegisterTable({65535: [1, 2]})


def test_a_read_over_a_hole_finds_nothing(table: RegisterTable) -> None:
    assert table.find(0, 4) is None
    assert table.find(109, 2) is None
    assert table.take(3, 1) is None
    with pytest.raises(UsageError, match="0-3 does not exist"):
        table.read(0, 4)
    with pytest.raises(UsageError):
        table.read(0, 0)


def test_python_reads_and_writes_by_index_and_slice(table: RegisterTable) -> None:
    table[1] = 20
    table[100:103] = [5, 6, 7]
    assert table[1] == 20
    assert table[100:104] == [5, 6, 7, 7]


@pytest.mark.parametrize("key", [slice(None, 3), slice(0, None), slice(0, 3, 2)])
def test_a_slice_names_both_its_ends(table: RegisterTable, key: slice) -> None:
    with pytest.raises(UsageError, match="slice of holding"):
        table[key]


def test_an_assignment_has_as_many_values_as_places(table: RegisterTable) -> None:
    with pytest.raises(UsageError, match="wants 3 values"):
        table[0:3] = [1, 2]
    with pytest.raises(UsageError, match="write"):
        table[0] = [1, 2]
    assert table.read(0, 3) == [1, 2, 3]


@pytest.mark.parametrize("values", [[1, 65536], [1, -1], [1, "2"], [1, 2.5]])
def test_a_write_with_one_bad_value_sets_nothing(table: RegisterTable, values: list[Any]) -> None:
    with pytest.raises(UsageError):
        table.write(0, values)
    assert table.read(0, 3) == [1, 2, 3]


def test_a_write_into_a_hole_sets_nothing(table: RegisterTable) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        table.write(2, [8, 8])
    assert table.read(0, 3) == [1, 2, 3]


def test_writing_nothing_does_nothing(table: RegisterTable) -> None:
    table.write(500, [])


def test_protection_covers_each_of_its_addresses_and_no_other(table: RegisterTable) -> None:
    protect_all(table, [range(102, 105), 0])
    assert not table.plain_writes
    guarded = [address for address in table if table.is_protected(address, 1)]
    assert guarded == [0, 102, 103, 104]
    assert table.is_protected(100, 3)
    assert not table.is_protected(100, 2)
    assert not table.is_protected(105, 5)
    table[102] = 55
    assert table[102] == 55, "Python passes by protection"


def test_a_shared_table_is_taken_as_it_is_and_another_kind_is_copied(table: RegisterTable) -> None:
    assert RegisterTable.of(table, "other") is table
    bits = BitTable([True, False])
    copied = RegisterTable.of(bits, "copy")  # type: ignore[arg-type]
    bits[0] = False
    assert copied.read(0, 2) == [1, 0]


# Hooks


def test_a_read_hook_sees_its_part_of_the_request(table: RegisterTable) -> None:
    asked: list[tuple[int, int]] = []

    @table.on_read
    def note(address: int, quantity: int) -> None:
        asked.append((address, quantity))

    table.on_read(lambda address, quantity: asked.append((address, -quantity)), within=range(104, 106))
    drive(table.refresh(100, 10))
    drive(table.refresh(0, 3))
    assert asked == [(100, 10), (104, -2), (0, 3)]
    assert table.hooked_reads


def test_values_that_a_read_hook_returns_are_stored(table: RegisterTable) -> None:
    table.on_read(lambda address, quantity: [address] * quantity, within=range(101, 103))
    drive(table.refresh(100, 10))
    assert table[100:104] == [7, 101, 101, 7]


def test_h066_a_read_hook_with_a_wrong_number_of_values_stores_none(table: RegisterTable) -> None:
    table.on_read(lambda address, quantity: [1])
    with pytest.raises(UsageError, match="returned 1 values of 3"):
        drive(table.refresh(0, 3))
    assert table.read(0, 3) == [1, 2, 3]


async def test_a_read_hook_may_take_its_time(table: RegisterTable) -> None:
    async def fetch(address: int, quantity: int) -> list[int]:
        await asyncio.sleep(0)
        return [42] * quantity

    table.on_read(fetch)
    await drive(table.refresh(0, 2))  # type: ignore[misc]
    assert table.read(0, 3) == [42, 42, 3]


def test_write_hooks_see_values_and_can_refuse(table: RegisterTable) -> None:
    seen: list[tuple[int, list[int]]] = []

    def limit(address: int, values: list[int]) -> None:
        seen.append((address, values))
        if max(values) > 500:
            raise IllegalDataValueError(0)

    table.on_write(limit, within=range(101, 103))
    drive(table.validate(100, 4, table.encode([900, 1, 2, 900])))
    drive(table.validate(0, 1, table.encode([900])))
    assert seen == [(101, [1, 2])]
    with pytest.raises(IllegalDataValueError):
        drive(table.validate(102, 1, table.encode([501])))


async def test_a_write_hook_may_take_its_time(table: RegisterTable) -> None:
    async def ask(address: int, values: list[int]) -> None:
        await asyncio.sleep(0)
        raise IllegalDataValueError(6)

    table.on_write(ask)
    with pytest.raises(IllegalDataValueError):
        await drive(table.validate(0, 1, b"\0\1"))  # type: ignore[misc]


def test_listeners_hear_of_changes_only_and_after_them(table: RegisterTable) -> None:
    heard: list[tuple[int, list[int], list[int]]] = []

    @table.on_change
    def hear(address: int, values: list[int]) -> None:
        heard.append((address, values, table.read(address, len(values))))

    table.on_change(lambda address, values: heard.append((address, values, [])), within=range(1, 2))
    table.write(0, [1, 2])
    assert heard == []
    table.write(0, [1, 5])
    table.write(2, [6])
    assert heard == [(0, [1, 5], [1, 5]), (1, [5], []), (2, [6], [6])]


def test_a_listener_that_writes_the_same_again_comes_to_rest(table: RegisterTable) -> None:
    table.on_change(lambda address, values: table.write(1, [table[0]]))
    table[0] = 77
    assert table.read(0, 2) == [77, 77]


def test_a_failing_listener_is_logged_once_and_stops_nothing(
    table: RegisterTable, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def fail(address: int, values: list[int]) -> None:
        raise RuntimeError("listener down")

    table.on_change(fail)
    table.on_change(lambda address, values: heard.append(values[0]))
    with caplog.at_level(logging.ERROR):
        table[0] = 50
        table[0] = 51
    assert heard == [50, 51]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "holding" in caplog.text


def test_a_hook_can_be_taken_away_again(table: RegisterTable) -> None:
    def hook(address: int, whatever: object) -> None:
        raise AssertionError("called")

    table.on_read(hook)
    table.on_write(hook)
    table.on_change(hook)
    assert (table.hooked_reads, table.hooked_writes, table.plain_writes) == (True, True, False)
    table.forget(hook)
    assert (table.hooked_reads, table.hooked_writes, table.plain_writes) == (False, False, True)
    table[0] = 5
