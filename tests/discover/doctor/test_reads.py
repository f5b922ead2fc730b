"""The harmless reads."""

from __future__ import annotations

import pytest

from port502.discover.doctor.reads import OTHER_TABLE, first_read, fits, literal_address, others_than, read_of
from port502.registers.reference import Table, parse_reference


def test_nothing_that_the_doctor_asks_with_writes() -> None:
    asked = [first_read(()), *others_than(first_read(())), *(read_of(table, 0) for table in Table)]
    assert not any(one.writes for one in asked)
    assert {one.function for one in asked} == {1, 2, 3, 4, 17, 43}


def test_the_first_read_is_of_what_the_user_asks_about() -> None:
    assert first_read((parse_reference("input:7*4"),)) == read_of(Table.INPUT, 7)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("holding:40001", 0),
        ("holding:40108", 107),
        ("input:30002", 1),
        ("holding:100", None),
        ("holding:60000", None),
        ("coil:5", None),
    ],
)
def test_a_manuals_number_typed_as_an_address(text: str, meant: int | None) -> None:
    assert literal_address(parse_reference(text)) == meant


def test_the_edges_of_a_table() -> None:
    assert fits(65535)
    assert not fits(65535, 2)
    assert not fits(-1)
    assert all(OTHER_TABLE[OTHER_TABLE[table]] is table for table in Table)
