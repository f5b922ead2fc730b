"""Words of expressions: which of them are names, and where they stand."""

from __future__ import annotations

import pytest

from port502.collect.scanner import InvalidExpressionError, Scanner

KNOWN = ["pump-1.speed", "pump-1.speed-2", "pump.speed", "pump-1.max", "meter.flow"]


def scanned(text: str, device: str = "") -> Scanner:
    return Scanner(text, KNOWN, device)


def test_a_known_name_wins_over_a_minus() -> None:
    assert scanned("pump-1.speed-2").names == ["pump-1.speed-2"]
    assert scanned("pump-1.speed - 2").names == ["pump-1.speed"]


def test_a_minus_without_spaces_is_explained() -> None:
    with pytest.raises(InvalidExpressionError, match=r"'meter\.flow - 2'") as caught:
        scanned("1 + meter.flow-2")
    assert caught.value.column == 5
    with pytest.raises(InvalidExpressionError, match="'flow - 2'"):
        scanned("flow-2", "meter")


def test_the_names_of_the_own_device_may_be_short_and_come_first() -> None:
    assert scanned("speed", "pump-1").names == ["pump-1.speed"]
    assert scanned("speed", "pump").names == ["pump.speed"]
    assert scanned("max + max(max, 1)", "pump-1").python_source() == "_0 + max ( _0 , 1 )"


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(InvalidExpressionError, match="did you mean 'speed'"):
        scanned("sped", "pump")
    with pytest.raises(InvalidExpressionError, match=r"did you mean 'meter\.flow'"):
        scanned("metr.flow")


def test_columns_lead_back_to_the_text() -> None:
    scanner = scanned("  pump-1.speed   +  meter.flow")
    source = scanner.python_source()
    assert source == "_0 + _1"
    assert scanner.column_of(source.index("_0") + 1) == 3
    assert scanner.column_of(source.index("+") + 1) == 18
    assert scanner.column_of(source.index("_1") + 1) == 21


def test_keywords_are_no_names() -> None:
    scanner = Scanner("not a.and and a.or", ["a.and", "a.or", "a.not"], "a")
    assert scanner.names == ["a.and", "a.or"]
