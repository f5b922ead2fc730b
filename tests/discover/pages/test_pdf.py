"""The report as a PDF."""

from __future__ import annotations

import sys

import pytest

from port502.discover.doctor.page import page
from port502.discover.pages.pdf import pdf
from port502.errors import UsageError
from tests.discover.doctor.reports import HOSTILE, report
from tests.peers import need_module


@pytest.mark.slow
def test_a_document_of_a_page_or_two() -> None:
    need_module("reportlab", "port502[report]")
    data = pdf(page(report(step_result=HOSTILE)))
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert 1 <= data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") <= 3


def test_without_the_package_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "reportlab"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "reportlab", None)
    with pytest.raises(UsageError, match=r"pip install 'port502\[report\]'"):
        pdf(page(report()))
