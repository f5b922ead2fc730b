"""One value in a table, in JSON and in CSV."""

from __future__ import annotations

import io

from rich.console import Console

from port502.cli.values import COLUMNS, Row, values_table


def row(**changes: object) -> Row:
    known: dict[str, object] = {
        "ref": "holding:0",
        "table": "holding",
        "address": 0,
        "type": "uint16",
        "value": 10,
        "registers": (10,),
        "time": "2026-01-01T00:00:00.000Z",
    }
    return Row(**(known | changes))  # type: ignore[arg-type]


def drawn(*rows: Row, **options: object) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(values_table(rows, **options))  # type: ignore[arg-type]
    return out.getvalue()


def test_fields_with_nothing_to_say_are_left_out() -> None:
    assert set(row().json()) == {"ref", "table", "address", "type", "value", "registers", "quality", "time"}
    assert row(value=0).json()["value"] == 0
    assert row(value=None, registers=(), quality="bad", reason="why").json()["value"] is None
    full = row(name="pump.speed", unit_of_measure="Hz").json()
    assert (full["name"], full["unit_of_measure"]) == ("pump.speed", "Hz")


def test_a_bit_has_no_registers() -> None:
    bit = row(table="coil", type="bool", value=True, registers=(1,))
    assert "registers" not in bit.json()
    assert bit.raw == ""
    assert bit.text == "on"


def test_csv_follows_its_columns() -> None:
    cells = dict(zip(COLUMNS, row(value=(1, 2), registers=(1, 2)).csv(), strict=True))
    assert (cells["value"], cells["registers"]) == ("1, 2", "1 2")
    assert dict(zip(COLUMNS, row(value=None).csv(), strict=True))["value"] == ""
    assert dict(zip(COLUMNS, row(value=True).csv(), strict=True))["value"] == "true"


def test_text_of_a_device_is_escaped() -> None:
    """H280."""
    assert row(type="string", value="\x1b[31mred").text == "\\x1b[31mred"


def test_many_registers_are_cut() -> None:
    assert row(registers=tuple(range(20))).raw.endswith("0007 ...")


def test_what_is_not_good_says_why() -> None:
    out = drawn(row(value=None, quality="bad", reason="exception 2"))
    assert "?" in out
    assert "bad: exception 2" in out


def test_a_clock_and_units_are_columns_where_they_are() -> None:
    out = drawn(row(unit_of_measure="Hz"), clock="12:00")
    assert out.split() == [
        "time",
        "ref",
        "value",
        "unit",
        "registers",
        "12:00",
        "holding:0",
        "10",
        "Hz",
        "000A",
    ]
    assert "unit" not in drawn(row())
