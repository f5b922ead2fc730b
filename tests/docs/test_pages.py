"""Every command and snippet of the README and the documentation works as printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.reader import ROOT, Reader
from tests.docs.snippets import shows, snippets

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
KNOWN_NOTES = {"", "file", "background", "set-up", "exit", "on"}
RUN_ELSEWHERE = {"two-plants.md": ROOT / "tests/interop/test_two_plants.py"}
"""Pages with commands for several hosts, and the tests that run them there."""
RUNNABLE = [page for page in PAGES if any(snippet.language for snippet in snippets(page))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", RUNNABLE, ids=name)
def test_the_page_works_as_printed(page: Path, tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        for snippet in snippets(page):
            try:
                reader.follow(snippet)
            except AssertionError as error:
                pytest.fail(f"{snippet}: {snippet.text}\n{error}", pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_note_is_understood(page: Path) -> None:
    assert {snippet.note for snippet in snippets(page)} <= KNOWN_NOTES


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_the_reader_cannot_run_is_run_by_another_test(page: Path) -> None:
    if any(snippet.note == "on" for snippet in snippets(page)):
        assert page.name in RUN_ELSEWHERE[page.name].read_text()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_inside_the_documentation_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text()):
        generated = target.startswith(("reference/", "../reference/"))
        assert generated or (page.parent / target).exists(), f"{name(page)}: {target}"


def test_output_is_compared_line_by_line_with_gaps() -> None:
    output = "listening on tcp://127.0.0.1:40123\n\nholding:0   10\nholding:1   20\n"
    assert shows("holding:0  10\nholding:1  …", output)
    assert shows("listening on tcp://…", output)
    assert not shows("holding:1  20\nholding:0  10", output)
    assert not shows("holding:2  …", output)
