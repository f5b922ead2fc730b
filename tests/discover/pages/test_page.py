"""Pages in the form that a file's name asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from port502.discover.pages import check_path, write_page
from port502.discover.pages.page import Page, Section
from port502.errors import ConfigError, UsageError

PAGE = Page("t", "all is well", "OK", "sure", "fine", "nothing", (Section("Seen", "much"),), "foot")


@pytest.mark.parametrize(
    ("name", "begins"), [("p.html", "<!doctype html>"), ("p.HTM", "<!"), ("p.md", "# t")]
)
def test_the_ending_of_the_name_says_the_form(tmp_path: Path, name: str, begins: str) -> None:
    write_page(PAGE, tmp_path / name)
    assert (tmp_path / name).read_text().startswith(begins)


def test_another_ending_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.html, \.md or \.pdf"):
        check_path(Path("report.docx"))
    with pytest.raises(ConfigError, match="cannot be written"):
        write_page(PAGE, tmp_path / "none" / "p.md")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("p.html", "<td>one\n&lt;two&gt;</td>"), ("p.md", "| one<br>&lt;two&gt; | b |")],
)
def test_a_cell_may_have_several_lines(tmp_path: Path, name: str, shown: str) -> None:
    section = Section("Seen", columns=("a", "b"), rows=(("one\n<two>", "b"),))
    write_page(replace(PAGE, sections=(section,)), tmp_path / name)
    assert shown in (tmp_path / name).read_text()
