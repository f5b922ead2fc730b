from __future__ import annotations

import json

import pytest
from rich.console import Console

from port502.cli import explain
from port502.traffic.findings.table import DETECTIONS
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
        explain._show(explain.topic_of("limits"))
    text = capture.get()
    assert "How many clients a device takes" in text
    assert "    port502 doctor 192.168.1.100" in text
    assert "See also: connection" in text


def test_explain_takes_its_code_in_any_case(run: Run) -> None:
    told = run("explain", "diagnostics.listen_only")
    assert told.code == 0
    assert told.out.startswith("# DIAGNOSTICS.LISTEN_ONLY: a device is forced to listen only\n")
    assert "CLIENT forces unit UNIT of SERVER to listen only" in told.out
    learned = json.loads(run("explain", "CLIENT.ROGUE", "--json").out)
    assert learned["commands"][-1].endswith("--baseline-for 10m")


def test_findings_of_traffic_are_listed(run: Run) -> None:
    ids = {topic["id"] for topic in json.loads(run("explain", "--json").out)["topics"]}
    assert set(DETECTIONS) <= ids
