"""The report as one HTML file."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from port502.discover.doctor.page import page
from port502.discover.pages.html import html
from tests.discover.doctor.reports import HOSTILE, report


class Strict(HTMLParser):
    """Counts what is open, and notes what would fetch something."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetches: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)
        if tag in ("script", "img", "link", "iframe") or any(name in ("src", "href") for name, _ in attrs):
            self.fetches.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_whole_and_needs_no_other_file() -> None:
    text = html(page(report()))
    parser = Strict()
    parser.feed(text)
    assert parser.open == []
    assert parser.fetches == []
    assert "url(" not in text
    assert re.search(r"<title>APP\.SILENT_ACKED: tcp://192\.168\.1\.10:502, unit 1</title>", text)


def test_what_a_device_said_stands_there_as_text() -> None:
    text = html(page(report(step_result=HOSTILE)))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
