"""The walk of the guides' troubleshooting tables: each row on the page, with all of its findings."""

from __future__ import annotations

import re

from port502.discover.doctor.findings import FINDINGS
from port502.discover.doctor.troubleshooting import DOCUMENTS, ROWS
from tests.docs.reader import ROOT

PAGE = (ROOT / "docs/how-to/cannot-connect.md").read_text()


def test_every_row_stands_in_the_table_of_its_document_with_its_findings() -> None:
    for document in DOCUMENTS:
        section = PAGE.partition(f"\n### {document}\n")[2].partition("\n### ")[0]
        for row in (one for one in ROWS if one.document == document):
            (line,) = [one for one in section.splitlines() if one.startswith(f"| {row.problem} |")]
            assert tuple(re.findall(r"\[([A-Z0-9_.]+)\]\(", line)) == row.findings
            assert row.cause in line
            assert row.ask in line


def test_the_page_names_no_finding_that_there_is_not() -> None:
    assert set(re.findall(r"\[([A-Z][A-Z0-9_.]+)\]\(", PAGE)) <= set(FINDINGS)
