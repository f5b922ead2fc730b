"""No row of the guides is without a command that works, a page that is there, and a test that proves it."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from port502.cli.app import app
from port502.discover.doctor.findings import FINDINGS
from port502.discover.doctor.troubleshooting import DOCUMENTS
from port502.discover.doctor.troubleshooting import ROWS as TROUBLES
from port502.discover.explain import topics
from tests.docs.reader import ROOT
from tests.docs.rows import Row, anchor, page, rows

ROWS = rows()
GUIDES = ROOT.parent / "shared/seeds"
DOCUMENT_OF = {
    "connection-troubleshooting.txt": "Cannot connect",
    "modbus-tcp-guide.txt": "Modbus TCP guide",
    "port-502-guide.txt": "Port 502 guide",
}
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""What the command line raises for words that it does not know: the base of the one that typer names."""

OFFLINE = ("explain", "decode", "encode", "maps")
"""Commands that need nothing, and so are run as they are printed."""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_command_can_be_typed_as_it_stands(row: Row) -> None:
    parse(row.command)


@pytest.mark.parametrize(
    "command",
    [
        "nmap 192.168.1.1",
        "port502",
        "port502 nothing",
        "port502 audit --nothing",
        "port502 guard nothing",
        "port502 read",
    ],
)
def test_a_command_that_is_none_is_noticed(command: str) -> None:
    with pytest.raises((AssertionError, USAGE_ERROR)):
        parse(command)


@pytest.mark.parametrize("command", sorted({row.command for row in ROWS}))
def test_what_needs_no_network_works_as_printed(command: str) -> None:
    words = shlex.split(command)[1:]
    if words[0] in OFFLINE:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output


@pytest.mark.parametrize("row", [one for one in ROWS if one.says], ids=str)
def test_what_is_explained_says_so(row: Row) -> None:
    done = CliRunner().invoke(app, shlex.split(row.command)[1:])
    assert row.says in " ".join(done.output.split())


def test_whoever_is_proved_by_what_is_said_says_what() -> None:
    own = f"{Path(__file__).relative_to(ROOT)}::{test_what_is_explained_says_so.__name__}"
    assert [row for row in ROWS if (row.test == own) != bool(row.says)] == []


@pytest.mark.parametrize("where", sorted({row.page for row in ROWS}))
def test_the_page_is_there(where: str) -> None:
    kind, _, name = where.partition(" ")
    if kind == "explain":
        assert name in topics()
    elif kind == "finding":
        assert name in FINDINGS
    else:
        file, _, heading = where.partition("#")
        text = (ROOT / "docs" / file).read_text()
        headings = re.findall(r"^#{1,4} (.+)$", text, re.MULTILINE)
        assert not heading or heading in {anchor(one) for one in headings}, where


@pytest.mark.parametrize("node", sorted({row.test for row in ROWS}))
def test_the_test_is_there(node: str) -> None:
    file, separator, name = node.partition("::")
    assert separator, node
    assert name.partition("[")[0] in _tests_in(ROOT / file), node


def test_no_row_stands_there_twice_and_none_is_empty() -> None:
    assert len(set(map(str, ROWS))) == len(ROWS)
    assert all(row.text and row.command and row.page and row.test for row in ROWS)


def test_every_row_of_the_troubleshooting_tables_leads_to_a_finding_that_answers_it() -> None:
    by_name = {(row.document, row.text): row for row in ROWS if row.section == "Troubleshooting"}
    for trouble in TROUBLES:
        assert trouble.document in DOCUMENTS
        guide = trouble.document.partition(",")[0]
        if guide == "Cannot connect":
            continue  # that guide has no table: its paragraphs are rows in words of our own
        row = by_name[guide, trouble.problem]
        kind, _, code = row.page.partition(" ")
        assert kind == "finding"
        assert code in trouble.findings


@pytest.mark.parametrize("name", DOCUMENT_OF)
def test_every_row_of_every_table_of_the_guides_is_answered(name: str) -> None:
    guide = GUIDES / name
    if not guide.is_file():
        pytest.skip(f"the guide {name} is not beside this repository")
    known = {_plain(row.text) for row in ROWS if row.document == DOCUMENT_OF[name]}
    found = _first_cells(guide.read_text())
    assert [one for one in found if _plain(one) not in known] == []
    if name != "connection-troubleshooting.txt":
        assert len(found) > 40


@pytest.mark.parametrize("name", DOCUMENT_OF)
def test_lists_of_the_guides_are_answered_too(name: str) -> None:
    """As many rows as tables and lists have: a guide that grows wants more of them."""
    guide = GUIDES / name
    if not guide.is_file():
        pytest.skip(f"the guide {name} is not beside this repository")
    lists = len(re.findall(r"^- .*(?:\n(?!- ).*)*", guide.read_text(), re.MULTILINE))
    rows_here = [row for row in ROWS if row.document == DOCUMENT_OF[name]]
    assert len(rows_here) >= len(_first_cells(guide.read_text())) + lists // 2


def test_tables_are_read_as_the_guides_write_them() -> None:
    text = (
        "| a | b |\n|---|---|\n| one | 1 |\n\n| c | d |\n|---|---|\nx == 5 | two |\nip && y | three |\nend\n"
    )
    assert _first_cells(text) == ["one", "x == 5", "ip && y"]


def test_the_reference_page_has_every_row() -> None:
    text = page()
    for row in ROWS:
        assert row.text.replace("|", "\\|") in text
    assert len(
        re.findall(r"^\| .+ \| `port502 .+` \| \[.+\]\(.+\) \| `tests/.+` \|$", text, re.MULTILINE)
    ) == len(ROWS)


def parse(text: str) -> None:
    """Take a command line apart as the program would; raises its usage error, or AssertionError, for what is none."""
    program, *words = shlex.split(text)
    assert program == "port502", text
    assert words, text
    command: Any = get_command(app)
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        assert words[0] in command.commands, f"{text}: there is no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    command.make_context("port502", list(words))


@cache
def _tests_in(file: Path) -> frozenset[str]:
    if not file.is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.parse(file.read_text()).body if isinstance(node, kinds))


def _first_cells(text: str) -> list[str]:
    """The first cell of each row of each table; the rows of some have no bar before them."""
    found = []
    inside = False
    for line in text.splitlines():
        if line.startswith("|--"):
            inside = True
        elif inside and line.rstrip().endswith("|"):
            found.append(line.strip().removeprefix("|").rpartition("|")[0].split(" | ")[0].strip())
        else:
            inside = False
    return found


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
