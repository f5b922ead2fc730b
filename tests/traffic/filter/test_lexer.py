"""A filter cut into tokens."""

from __future__ import annotations

import pytest

from port502.traffic.filter.error import FilterError
from port502.traffic.filter.lexer import LONGEST, tokens_of


def texts(text: str) -> list[str]:
    return [token.text for token in tokens_of(text)][:-1]


def test_both_spellings_are_one() -> None:
    words = "a eq 1 and not b ne 2 or c gt 3 xor d le 4"
    signs = "a==1&&!b!=2||c>3^^d<=4"
    wanted = ["a", "==", "1", "&&", "!", "b", "!=", "2", "||", "c", ">", "3", "^^", "d", "<=", "4"]
    assert texts(words) == texts(signs) == wanted


def test_words_keep_dots_colons_and_slashes_but_not_ranges() -> None:
    assert texts("ip.addr == 10.0.0.0/8") == ["ip.addr", "==", "10.0.0.0/8"]
    assert texts("ipv6.addr==fe80::1") == ["ipv6.addr", "==", "fe80::1"]
    assert texts("in {1..5,7}") == ["in", "{", "1", "..", "5", ",", "7", "}"]
    assert texts("tcp.payload[0:2]") == ["tcp.payload", "0:2"]


def test_quoted_texts_lose_their_escapes_unless_raw() -> None:
    assert texts(r'"a\"\x41\n"') == ['a"A\n']
    assert texts(r'r"\x41"') == [r"\x41"]
    assert texts(r"'a'") == ["97"]


def test_columns_count_from_1() -> None:
    assert [token.column for token in tokens_of("modbus && ip")] == [1, 8, 11, 13]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("ip.addr = 1", 9, "write == to compare"),
        ('modbus.data contains "x', 22, "no end"),
        ("tcp[0:2", 4, "no ]"),
        ("modbus ; ip", 8, "no place"),
        ("x" * (LONGEST + 1), LONGEST, "at most"),
    ],
)
def test_what_is_no_token_is_refused_with_its_column(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterError, match=said) as refused:
        tokens_of(text)
    assert refused.value.column == column
