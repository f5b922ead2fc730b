"""Curves made of characters."""

from __future__ import annotations

from port502.cli.watching.graph import BARS, GAP, chart, sparkline


def test_a_sparkline_goes_from_the_least_to_the_most() -> None:
    assert sparkline([0, 7, 3.5, None, 7], 10) == BARS[0] + BARS[7] + BARS[4] + GAP + BARS[7]
    assert sparkline([5, 5, 5], 10) == BARS[3] * 3
    assert sparkline([1, 2, 3, 4], 2) == BARS[0] + BARS[7]
    assert sparkline([None, None], 5) == GAP * 2
    assert sparkline([1, 2], 0) == ""
    assert sparkline([], 5) == ""


def dots(rows: tuple[tuple[tuple[str, int], ...], ...]) -> list[str]:
    return ["".join(char for char, _ in row) for row in rows]


def test_a_rising_line_goes_from_corner_to_corner() -> None:
    drawn = chart([[(0.0, 1.0), (10.0, 3.0)]], 0.0, 10.0, 6, 3)
    assert (drawn.low, drawn.high) == (1.0, 3.0)
    rows = dots(drawn.rows)
    assert rows[2][0] != " "
    assert rows[0][5] != " "
    assert rows[0][0] == rows[2][5] == " "
    assert {who for row in drawn.rows for _, who in row} == {-1, 0}


def test_a_gap_stays_a_gap() -> None:
    drawn = chart([[(0.0, 1.0), (2.0, 1.0), (5.0, None), (8.0, 1.0), (10.0, 1.0)]], 0.0, 10.0, 10, 3)
    (line,) = [row for row in dots(drawn.rows) if row.strip()]
    assert line[0] != " "
    assert line[9] != " "
    assert line[4:6] == "  "


def test_several_curves_share_a_scale_and_nothing_is_no_fault() -> None:
    drawn = chart([[(0.0, 0.0), (10.0, 0.0)], [(0.0, 100.0), (10.0, 100.0)]], 0.0, 10.0, 4, 4)
    assert {who for _, who in drawn.rows[0]} == {1}
    assert {who for _, who in drawn.rows[3]} == {0}
    empty = chart([[(50.0, 1.0)]], 0.0, 10.0, 4, 2)
    assert "".join(dots(empty.rows)).strip() == ""
    assert chart([], 5.0, 5.0, 0, 0).rows == (((" ", -1),),)
