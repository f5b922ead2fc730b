"""The command line as a user runs it: the section "to the letter" of its design, and every exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from port502.client import SyncClient
from tests.cli.served import babbler, black_hole, refusing_port
from tests.e2e.program import Program, environment, installed, port502
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.slow

DEVICE = """\
device: boiler-plc
units: [1]
identity: {vendor: Acme, product: B200, revision: "1.4"}
holding:  {0: [10, 20, 30], 3-20: 7, 100-199: 0, 300: {float32: 21.5, order: cdab}}
input:    {0-9: 7}
coil:     {0-15: false}
discrete: {0: [true, false, true]}
read_only: [holding:100-199]
files:    {1: {0: [1, 2, 3]}}
fifo:     {50: [1, 2]}
"""
SITE = """\
site: letter
history: {{path: data/}}
connections: {{plc: {{url: "{url}", response_timeout: 2s}}}}
devices:
  boiler:
    connection: plc
    writes: true
    interval: 100ms
    points:
      level: {{ref: 40001, scale: 0.1}}
      setpoint: {{ref: 40006, write: {{min: 0, max: 50}}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "device.yaml").write_text(DEVICE)
    return tmp_path


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """A device that the program itself serves."""
    with Program("serve", "device.yaml", "--listen", "tcp://127.0.0.1:0", cwd=folder) as program:
        line = program.line()
        assert line.startswith("listening on tcp://127.0.0.1:")
        yield line.removeprefix("listening on ")
        assert program.terminate() == 0


def test_read_to_the_letter(url: str) -> None:
    target = url.removeprefix("tcp://")
    told = json.loads(port502("read", target, "holding:0*10", "--json", code=0).stdout)
    assert list(told) == ["target", "unit", "values", "elapsed_ms"]
    assert (told["target"], told["unit"]) == (url, 1)
    assert [(one["ref"], one["address"]) for one in told["values"]] == [
        (f"holding:{n}", n) for n in range(10)
    ]
    assert [one["value"] for one in told["values"]] == [10, 20, 30, 7, 7, 7, 7, 7, 7, 7]
    assert isinstance(told["elapsed_ms"], float)
    assert port502("read", target, "40001", "coil:3", "holding:300/float32:cdab", code=0).stdout.split() == [
        *("ref", "value", "registers"),
        *("40001", "10", "000A"),
        *("coil:3", "off"),
        *("holding:300/float32:cdab", "21.5", "0000", "41AC"),
    ]


def test_write_to_the_letter(url: str) -> None:
    done = port502("write", url.removeprefix("tcp://"), "holding:5=42", "--yes", "--json", code=0)
    assert json.loads(done.stdout) == {
        "writes": [{"ref": "holding:5", "before": 7, "sent": [42], "after": 42, "verified": True}]
    }
    assert done.stderr == ""


def test_serve_to_the_letter(folder: Path) -> None:
    with Program("serve", "device.yaml", "--listen", "tcp://127.0.0.1:0", cwd=folder) as program:
        url = program.line().removeprefix("listening on ")
        with SyncClient(url) as client:
            assert client.read_holding_registers(0, 3) == [10, 20, 30]
        assert program.terminate() == 0
        assert program.rest() == ""
        assert program.err == ""


def test_run_and_history_to_the_letter(folder: Path, url: str) -> None:
    (folder / "site.yaml").write_text(SITE.format(url=url))
    done = port502("run", "site.yaml", "--for", "1.5", "--json", cwd=folder, code=0)
    told = json.loads(done.stdout.splitlines()[-1])
    assert list(told)[:7] == ["site", "seconds", "polls", "samples", "good", "uncertain", "bad"]
    assert told["polls"] >= 10
    assert told["samples"] == told["good"] >= 20
    assert (told["bad"], told["overruns"]) == (0, 0)
    kept = port502("history", "query", "boiler.level", "--since", "5m", "--json", cwd=folder, code=0)
    answer = json.loads(kept.stdout)
    assert list(answer) == ["point", "samples"]
    assert answer["point"] == "boiler.level"
    assert {(one["value"], one["quality"], one["reason"]) for one in answer["samples"]} == {(1.0, "good", "")}
    assert set(answer["samples"][0]) == {"time", "value", "quality", "reason"}


def test_a_running_site_is_asked_and_ends_with_0(folder: Path, url: str) -> None:
    (folder / "site.yaml").write_text(SITE.format(url=url))
    with Program("run", "site.yaml", "--json", cwd=folder) as program:
        program.complaint("Ctrl-C ends")
        level = ""
        deadline = time.monotonic() + 30
        while level != "1.0\n" and time.monotonic() < deadline:
            level = port502("read", "@boiler", "level", "--quiet", cwd=folder).stdout
        assert level == "1.0\n"
        status = json.loads(port502("status", "--json", cwd=folder, code=0).stdout)
        assert status["site"] == "letter"
        port502("write", "@boiler", "setpoint=42", "--yes", cwd=folder, code=0)
        again = port502("run", "site.yaml", "--quiet", cwd=folder, code=2)
        assert again.stderr.count("\n") == 1
        assert "running already" in again.stderr
        assert program.terminate() == 0
        assert json.loads(program.rest().splitlines()[-1])["writes"] == 1
    port502("status", cwd=folder, code=3)


def test_every_exit_code(folder: Path, url: str) -> None:
    port502("read", url, "holding:0", code=0)
    port502("read", url, "holding:5000", code=1)
    port502("read", url, "nonsense", code=2)
    with refusing_port() as port:
        port502("read", f"127.0.0.1:{port}", "holding:0", code=3)
    with black_hole() as silent:
        port502("read", silent, "holding:0", "--timeout", "0.1", code=4)
    with babbler(b"HTTP/1.1 400 Bad Request\r\n\r\n") as web:
        done = port502("read", web, "holding:0", code=5)
        assert "HTTP" in done.stderr
        assert done.stderr.count("\n") == 1
    (folder / "bad.yaml").write_text("site: x\nsites: y\n")
    port502("check", "bad.yaml", cwd=folder, code=6)


@pytest.mark.parametrize(
    "words", [["read", "{}", "holding:0", "--timeout", "30"], ["read", "{}", "holding:0", "--repeat", "1"]]
)
def test_ctrl_c_ends_at_once_with_130(words: list[str]) -> None:
    with black_hole() as silent, Program(*(word.format(silent) for word in words), "-v") as program:
        program.complaint("-> id 1")
        began = time.monotonic()
        assert program.interrupt() == 130
        assert time.monotonic() - began < 2
        assert "Traceback" not in program.err


def test_a_reader_that_has_seen_enough_is_no_error(folder: Path, url: str) -> None:
    command = " ".join([*installed(), "read", url, "holding:100*100", "--repeat", "0.01", "--quiet"])
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -n 1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=True,
    )
    assert done.stdout == "0\n0\n"
    assert done.stderr == ""


def test_a_write_asks_at_a_terminal(url: str) -> None:
    with Terminal("write", url, "holding:6=77") as terminal:
        text = terminal.until("[y/N] ")
        assert "registers to be sent" in text
        assert "004D" in text
        terminal.type("y\n")
        assert terminal.code() == 0
        assert "verified" in terminal.text
    assert port502("read", url, "holding:6", "--quiet").stdout == "77\n"


@pytest.mark.parametrize("keys", ["n\n", "\n", "\x03"])
def test_a_write_that_is_declined_sends_nothing(url: str, keys: str) -> None:
    with Terminal("write", url, "holding:7=77") as terminal:
        terminal.until("[y/N] ")
        terminal.type(keys)
        assert terminal.code() == 130
        assert "Traceback" not in terminal.text
    assert port502("read", url, "holding:7", "--quiet").stdout == "7\n"


def test_a_device_that_hung_up_while_the_question_stood_is_called_again(folder: Path) -> None:
    words = ("serve", "device.yaml", "--listen", "tcp://127.0.0.1:0")
    with Program(*words, cwd=folder) as first:
        url = first.line().removeprefix("listening on ")
        with Terminal("write", url, "holding:6=77") as terminal:
            terminal.until("[y/N] ")
            assert first.terminate() == 0
            with Program("serve", "device.yaml", "--listen", url, cwd=folder) as second:
                second.line()
                terminal.type("y\n")
                assert terminal.code() == 0
                assert second.terminate() == 0


def test_colour_only_where_somebody_looks(url: str) -> None:
    words = ("read", url, "holding:0")
    with Terminal(*words) as terminal:
        assert terminal.code() == 0
        assert "\x1b[1m" in terminal.text
    with Terminal(*words, NO_COLOR="1") as terminal:
        assert terminal.code() == 0
        assert "\x1b[3" not in terminal.text
    assert "\x1b" not in port502(*words).stdout


def test_a_running_site_is_watched_at_a_terminal(folder: Path, url: str) -> None:
    (folder / "site.yaml").write_text(SITE.format(url=url))
    with Terminal("run", "site.yaml", cwd=folder) as terminal:
        terminal.until("level")
        terminal.until("online")
        terminal.type("\x03")
        assert terminal.code() == 130
        assert "letter ran " in terminal.text


def test_a_hangup_reads_the_site_again(folder: Path, url: str) -> None:
    path = folder / "site.yaml"
    path.write_text(SITE.format(url=url))
    with Program("run", "site.yaml", cwd=folder) as program:
        program.complaint("2 points")
        path.write_text(SITE.format(url=url) + "      more: {ref: 40002}\n")
        deadline = time.monotonic() + 30
        while "boiler" not in port502("status", cwd=folder).stdout and time.monotonic() < deadline:
            pass
        program.send(signal.SIGHUP)
        program.complaint("was read again")
        assert program.interrupt() == 130


def test_help_is_quick() -> None:
    """Under 250 ms is asked; the best of five on a busy machine stands for it."""
    best = min(_seconds("--help") for _ in range(5))
    assert best < 0.25


def _seconds(*words: str) -> float:
    began = time.perf_counter()
    port502(*words, code=0)
    return time.perf_counter() - began


def test_the_demo_ends_by_itself_with_a_summary(folder: Path) -> None:
    done = port502("demo", "--for", "3", "--json", "--data", folder / "demo", "--port", "0", code=0)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["connections"], told["devices"], told["bad"]) == (56, 60, 0)
    assert told["good"] == told["samples"] > 100
