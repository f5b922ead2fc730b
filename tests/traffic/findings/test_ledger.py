from __future__ import annotations

import pytest

from port502.traffic.findings import ledger
from port502.traffic.findings.finding import Finding
from port502.traffic.findings.ledger import Ledger


def test_the_same_between_the_same_is_one_finding() -> None:
    new: list[Finding] = []
    book = Ledger(new.append)
    for time in (1, 2, 3):
        book.note("DIAGNOSTICS.RESTART", "a", "b", time, time, unit=1)
    book.note("DIAGNOSTICS.RESTART", "a", "b", 4, 4, unit=2)
    book.note("DIAGNOSTICS.LISTEN_ONLY", "a", "b", 5, 5, unit=1)
    assert [(one.code, one.unit, one.count, one.first, one.last) for one in new] == [
        ("DIAGNOSTICS.RESTART", 1, 3, 1, 3),
        ("DIAGNOSTICS.RESTART", 2, 1, 4, 4),
        ("DIAGNOSTICS.LISTEN_ONLY", 1, 1, 5, 5),
    ]
    assert book.findings == new
    assert book.noted == 5
    assert book.serious_first()[0].code == "DIAGNOSTICS.LISTEN_ONLY"


def test_the_sentence_is_that_of_the_last_time() -> None:
    book = Ledger()
    for count in (8, 9):
        book.note("SCAN.UNITS", "a", "b", count, 0, count=count)
    assert "tried 9 units" in book.findings[0].sentence


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST", 3)
    book = Ledger()
    for unit in range(10):
        book.note("DIAGNOSTICS.RESTART", "a", "b", 1, 1, unit=unit)
    assert len(book.findings) == 3
    assert book.left_out == 7
