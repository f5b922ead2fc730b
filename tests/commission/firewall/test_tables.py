"""Rules for people."""

from __future__ import annotations

import csv

from port502.commission.firewall import tables
from port502.commission.firewall.derive import Scope
from tests.commission.firewall.sites import golden, station


def test_the_table_of_a_host() -> None:
    assert tables.render_table(station()).text == golden("table.host.txt")


def test_the_table_of_an_industrial_firewall() -> None:
    assert tables.render_table(station(Scope.ROUTED)).text == golden("table.routed.txt")


def test_the_csv_of_a_host() -> None:
    assert tables.render_csv(station()).text == golden("csv.host.txt")


def test_the_csv_has_one_line_for_each_source_destination_and_port() -> None:
    rows = list(csv.DictReader(tables.render_csv(station(Scope.ROUTED)).text.splitlines()))
    assert tuple(rows[0]) == tables.COLUMNS
    assert all("," not in row["source"] + row["destination"] + row["port"] for row in rows)
    assert [row["action"] for row in rows].count("drop") == 3
    assert {row["log"] for row in rows if row["action"] == "drop"} == {"yes"}


def test_tables_are_for_people_and_have_no_commands() -> None:
    rendered = tables.render_table(station())
    assert (rendered.file, rendered.apply, rendered.undo) == ("", (), ())
