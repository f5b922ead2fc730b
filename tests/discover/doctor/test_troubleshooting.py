"""Every row of the guides' troubleshooting tables ends in a finding, and the findings are shown by the bench."""

from __future__ import annotations

from collections import Counter

import pytest

from port502.discover.doctor.findings import FINDINGS, Level
from port502.discover.doctor.troubleshooting import CONNECTION, DOCUMENTS, GUIDE, PORT, ROWS, Row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.document}: {row.problem}")
def test_the_row_has_findings_that_exist(row: Row) -> None:
    assert row.document in DOCUMENTS
    assert row.findings
    assert set(row.findings) <= set(FINDINGS)
    assert any(FINDINGS[code].fix for code in row.findings)
    assert any(FINDINGS[code].level is not Level.FINE for code in row.findings)


def test_all_three_tables_are_there_with_all_their_rows() -> None:
    assert Counter(row.document for row in ROWS) == {CONNECTION: 10, GUIDE: 10, PORT: 8}
    assert len({(row.document, row.problem) for row in ROWS}) == len(ROWS)
