from __future__ import annotations

import json

import pytest
from rich.console import Console

from port502.cli import explain
from tests.cli.conftest import Run


def test_markdown_where_nobody_looks_and_json_for_programs(run: Run) -> None:
    told = run("explain", "exception", "0B")
    assert told.code == 0
    assert told.out.startswith("# Exception 0B: gateway target device failed to respond\n")
    found = json.loads(run("explain", "fc", "3", "--json").out)
    assert (found["id"], found["see"]) == ("function-3", ["registers", "exception-1"])


def test_a_list_of_all_topics(run: Run) -> None:
    listed = run("explain").out
    assert "mbap" in listed
    assert "TCP.REFUSED_RST" in listed
    ids = [topic["id"] for topic in json.loads(run("explain", "--json").out)["topics"]]
    assert len(ids) > 80


def test_what_is_none(run: Run) -> None:
    told = run("explain", "timeoutz")
    assert told.code == 2
    assert "did you mean timeouts" in told.err


def test_a_page_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Console(force_terminal=True, width=90, color_system=None)
    monkeypatch.setattr(explain, "console", lambda: out)
    with out.capture() as capture:
        explain._show(explain.find("limits"))
    text = capture.get()
    assert "How many clients a device takes" in text
    assert "    port502 doctor 192.168.1.100" in text
    assert "See also: connection" in text
