"""Routing tables of unit ids."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.gateway.routing import Place, Route, RoutingTable, routes_to


def test_ranges_with_and_without_an_offset() -> None:
    table = RoutingTable([Route(1, 16, "yard"), Route(17, 32, "hall", -16)])
    assert table.find(1) == Place("yard", 1)
    assert table.find(17) == Place("hall", 1)
    assert table.find(32) == Place("hall", 16)
    assert [table.find(unit) for unit in (0, 33, 255)] == [None, None, None]
    assert table.buses == ("yard", "hall")


def test_units_as_text() -> None:
    assert routes_to("bus", "1, 3,20-30", 5) == [
        Route(1, 1, "bus", 5),
        Route(3, 3, "bus", 5),
        Route(20, 30, "bus", 5),
    ]


def test_units_that_have_other_ids_on_the_bus() -> None:
    assert routes_to("bus", "17-32=1-16,40=3") == [Route(17, 32, "bus", -16), Route(40, 40, "bus", -37)]
    with pytest.raises(UsageError, match="not as many"):
        routes_to("bus", "17-32=1-15")


@pytest.mark.parametrize("text", ["", "0", "256", "1-", "-3", "a", "1-2-3", "1;2", "1=", "=1", "٣"])
def test_text_that_names_no_units(text: str) -> None:
    with pytest.raises(UsageError, match="names no unit ids"):
        routes_to("bus", text)


@pytest.mark.parametrize(
    ("routes", "complaint"),
    [
        ([Route(1, 4, "a"), Route(4, 5, "b")], "unit 4 leads to two places"),
        ([Route(1, 16, "a"), Route(17, 32, "a", -16)], "units 1 and 17 both lead to unit 1 of a"),
        ([Route(1, 16, "a", -1)], "offset leads out"),
        ([Route(250, 255, "a", 1)], "offset leads out"),
        ([Route(5, 4, "a")], "the first not behind the last"),
        ([], "leads anywhere"),
    ],
)
def test_tables_that_cannot_be(routes: list[Route], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        RoutingTable(routes)


def test_the_same_units_may_be_on_two_buses() -> None:
    table = RoutingTable([Route(1, 16, "a"), Route(17, 32, "b", -16)])
    assert (table.find(1), table.find(17)) == (Place("a", 1), Place("b", 1))


def test_a_route_in_words() -> None:
    assert str(Route(17, 32, "hall", -16)) == "17-32 → hall -16"
    assert str(Route(7, 7, "yard")) == "7 → yard"
