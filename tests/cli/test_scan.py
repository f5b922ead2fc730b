"""``port502 scan``."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.service.units import Units
from port502.site.build import load_site
from tests.cli.conftest import Run
from tests.cli.served import black_hole, served
from tests.discover.bench import meter

pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> Iterator[str]:
    """The port of a meter on 127.0.0.1."""
    with served(Units({1: meter()})) as url:
        yield url.rpartition(":")[2]


def test_json_has_the_documented_shape(run: Run, port: str) -> None:
    done = run("scan", "127.0.0.0/29", "--ports", port, "--fast", "--json")
    assert done.code == 0
    told = done.json
    assert {"devices", "probed", "took_s"} <= set(told)
    (device,) = told["devices"]
    assert (device["address"], device["port"]) == ("127.0.0.1", int(port))
    assert (device["units"][0]["unit"], device["units"][0]["class"]) == (1, "device")
    assert device["units"][0]["map"] == "schneider/pm5100"
    assert told["probed"] == 6


def test_the_table_shows_what_was_found_and_what_it_came_to(run: Run, port: str) -> None:
    done = run("scan", "127.0.0.1-3", "--ports", port, "--fast")
    lines = done.out.splitlines()
    assert lines[0].split() == ["address", "unit", "answers", "what", "it", "is", "map"]
    assert lines[1].startswith(f"127.0.0.1:{port}")
    assert lines[1].endswith("schneider/pm5100")
    assert lines[-1].startswith("1 device, 1 unit, at 3 addresses in ")


def test_csv_is_a_row_per_unit(run: Run, port: str) -> None:
    done = run("scan", "127.0.0.1", "--ports", port, "--fast", "--units", "1-3", "--fast", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["address"], row["unit"], row["class"]) for row in rows] == [
        ("127.0.0.1", "1", "device"),
        ("127.0.0.1", "2", "gateway-silent"),
        ("127.0.0.1", "3", "gateway-silent"),
    ]


@pytest.mark.slow
def test_what_is_saved_can_be_run(run: Run, port: str, tmp_path: Path) -> None:
    done = run("scan", "127.0.0.1", "--ports", port, "--fast", "--save", "found.yaml", "--yes")
    assert done.code == 0
    assert "saved found.yaml" in done.err
    site = load_site(tmp_path / "found.yaml")
    assert len(site.connections[0].devices) == 1
    ran = run("run", "found.yaml", "--for", "1", "--json")
    assert ran.lines[-1]["good"] > 0


def test_an_inventory_is_what_the_next_scan_is_compared_with(run: Run, port: str, tmp_path: Path) -> None:
    assert run("scan", "127.0.0.1", "--ports", port, "--fast", "--save", "inv.json", "--yes").code == 0
    old = json.loads((tmp_path / "inv.json").read_text())
    assert (
        "nothing has changed" in run("scan", "127.0.0.1", "--ports", port, "--fast", "--diff", "inv.json").out
    )
    old["devices"][0]["units"][0]["revision"] = "0.9"
    old["devices"].append({**old["devices"][0], "address": "127.0.0.2"})
    old["devices"].append({**old["devices"][0], "address": "127.0.9.9"})
    (tmp_path / "inv.json").write_text(json.dumps(old))
    done = run("scan", "127.0.0.1-2", "--ports", port, "--fast", "--diff", "inv.json", "--json")
    assert [(one["kind"], one["address"]) for one in done.json["changes"]] == [
        ("changed", "127.0.0.1"),
        ("gone", "127.0.0.2"),
    ]
    assert done.json["changes"][0]["what"] == [{"field": "revision", "before": "0.9", "after": "1.4"}]


def test_a_plan_is_brought_up_to_date_and_compared_with(run: Run, port: str, tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text(f"address,port,unit,name,maker\n127.0.0.1,{port},1,incomer,Siemens\n")
    done = run(
        "scan", "127.0.0.1", "--ports", port, "--fast", "--diff", "plan.csv", "--save", "plan.csv", "--yes"
    )
    assert "vendor Siemens -> Schneider Electric" in done.out
    (row,) = csv.DictReader((tmp_path / "plan.csv").read_text().splitlines())
    assert (row["name"], row["maker"], row["map"]) == ("incomer", "Schneider Electric", "schneider/pm5100")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["127.0.0.1", "--save", "x.pdf"], "its ending says what is saved"),
        (["127.0.0.1", "--save", "no/where.json"], "there is no folder"),
        (["127.0.0.1", "--diff", "none.json"], "there is no such file"),
        (["127.0.0.1", "--units", "1-300"], "is no unit id"),
        (["127.0.0.1", "--ports", "0"], "is no port"),
        (["127.0.0.300"], "names nothing to scan"),
        (["127.0.0.1", "--json", "--csv"], "not both"),
        (["10.0.0.0/8"], "more than one scan takes"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_sent(run: Run, words: list[str], said: str) -> None:
    done = run("scan", *words)
    assert done.code == 2
    assert said in done.err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="not tested: signals of other systems")
def test_ctrl_c_prints_and_saves_what_was_found(tmp_path: Path, port: str) -> None:
    """The second host says nothing for as long as it is waited for."""
    with black_hole() as url, contextlib.ExitStack() as stack:
        ports = f"{port},{url.rpartition(':')[2]}"
        words = ["scan", "127.0.0.1", "--ports", ports, "--timeout", "60", "--save", "part.json", "--yes"]
        process = subprocess.Popen(
            [sys.executable, "-m", "port502", *words],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        stack.callback(process.kill)
        assert process.stdout is not None
        assert process.stderr is not None
        stack.callback(process.stdout.close)
        stack.callback(process.stderr.close)
        while not process.stdout.readline().startswith("127.0.0.1"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "1 device, 1 unit, at 0 addresses of 1: interrupted" in rest
    saved = json.loads((tmp_path / "part.json").read_text())
    assert saved["interrupted"] is True
    assert len(saved["devices"]) == 1
