"""Text in columns of a terminal."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from port502.cli.watching.fitting import Column, fit, widths


@pytest.mark.parametrize(
    "text", ["short", "a rather long text", "温度センサー東側", "é́é", "🚰🚰🚰🚰🚰🚰", "a\x1b[31mb\n", ""]
)
@pytest.mark.parametrize("right", [False, True])
def test_text_takes_exactly_its_width(text: str, right: bool) -> None:
    for width in range(1, 14):
        fitted = fit(text, width, right=right)
        assert cell_len(fitted) == width
        assert fitted.isprintable()


def test_what_is_cut_says_so() -> None:
    assert fit("abcdef", 4) == "abc…"
    assert fit("ab", 4, right=True) == "  ab"
    assert fit("abc", 0) == ""


def test_columns_share_what_is_left_and_go_where_there_is_no_room() -> None:
    columns = (Column("a", 4), Column("b", 4, grows=1), Column("c", 4, grows=3), Column("d", 4, need=60))
    assert widths(columns, 40) == [4, 10, 22, 0]
    assert widths(columns, 60) == [4, 13, 32, 4]
    assert widths(columns, 5) == [4, 4, 4, 0]
