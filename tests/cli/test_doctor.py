"""``port502 doctor`` as it is typed."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from port502.guard.record import WRITE, Record
from tests.cli.conftest import Run
from tests.cli.served import boiler, refusing_port, served

SITE = """
site: test
connections: {{plc: {{url: "{url}"}}}}
devices:
  boiler: {{connection: plc, unit: 1, points: {{level: {{ref: 40001}}}}}}
  other: {{connection: plc, unit: 0, points: {{level: {{ref: 40001}}}}}}
"""


def test_json_has_the_documented_shape_and_a_fault_its_exit_code(run: Run) -> None:
    with refusing_port() as port:
        url = f"tcp://127.0.0.1:{port}"
        done = run("doctor", url, "--json")
    assert done.code == 6
    assert done.json["finding"] == "TCP.REFUSED_RST"
    assert {"verdict", "finding", "confidence", "evidence", "fix", "not_tested", "steps"} <= set(done.json)


@pytest.mark.slow
def test_a_healthy_device_ends_with_0_in_less_than_two_seconds(run: Run, device: str) -> None:
    done = run("doctor", device, "--json")
    assert (done.code, done.json["finding"]) == (0, "OK")
    assert done.json["took_s"] < 2


@pytest.mark.slow
def test_what_was_typed_is_what_is_judged(run: Run, device: str) -> None:
    done = run("doctor", device, "holding:40001")
    assert done.code == 6
    assert done.out.startswith("Fault: The device has no holding address 40001; 40001 looks like a reference")
    assert "MB.ADDRESS, sure" in done.out


@pytest.mark.slow
def test_an_expected_value_is_searched(run: Run, device: str) -> None:
    done = run("doctor", device, "--expect", "holding:300/float32 ~ 21.5", "--json")
    assert (done.code, done.json["finding"]) == (6, "DATA.WORD_ORDER")
    assert "cdab" in done.json["fix"]


@pytest.mark.slow
def test_a_refused_write_is_explained_from_its_log_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    line = Record(
        event=WRITE, unit=1, function=6, table="holding", address=0, exception=2, outcome="exception 2"
    )
    (tmp_path / "audit.jsonl").write_text(json.dumps(line.fields()) + "\n")
    plant = boiler()
    with served(plant) as url:
        done = run("doctor", url, "--from", "audit.jsonl", "--json")
        typed = run("doctor", url, "--write-error", "6 at 0: 02", "--json")
    assert done.json["finding"] == typed.json["finding"] == "MB.WRITE_REFUSED"


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".html", ".md", ".pdf"])
def test_a_page_to_send(run: Run, tmp_path: Path, ending: str) -> None:
    if ending == ".pdf":
        pytest.importorskip("reportlab")
    with refusing_port() as port:
        url = f"tcp://127.0.0.1:{port}"
        done = run("doctor", url, "--report", f"plc{ending}")
    assert done.code == 6
    data = (tmp_path / f"plc{ending}").read_bytes()
    assert data.startswith({".html": b"<!doctype html>", ".md": b"# tcp://", ".pdf": b"%PDF"}[ending])


def test_a_device_of_the_site_file_is_known_by_its_name(run: Run, tmp_path: Path) -> None:
    with refusing_port() as port:
        url = f"tcp://127.0.0.1:{port}"
        (tmp_path / "site.yaml").write_text(SITE.format(url=url))
        done = run("doctor", "@boiler", "--json")
    assert done.json["target"] == url
    assert done.code == 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rtu:///dev/ttyUSB0",), "serial port"),
        (("127.0.0.1:1", "holding:0*126"), "at most 125"),
        (("127.0.0.1:1", "--report", "plc.doc"), "a report is .html, .md or .pdf"),
        (("127.0.0.1:1", "--expect", "holding:0"), "not an expected value"),
        (("127.0.0.1:1", "--write-error", "nothing"), "not a refused write"),
        (("127.0.0.1:1", "--from", "none.jsonl"), "cannot be read"),
        (("127.0.0.1:1", "--from", "a", "--write-error", "6: 02"), "not both"),
        (("@nobody",), "no site file"),
    ],
)
def test_wrong_words_are_told_in_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run("doctor", *words)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_steps_are_told_on_stderr_with_v(run: Run) -> None:
    with refusing_port() as port:
        url = f"tcp://127.0.0.1:{port}"
        done = run("doctor", url, "-v")
    assert [line.split()[0] for line in done.err.splitlines()] == ["name", "route", "connect"]


@pytest.mark.slow
def test_ctrl_c_prints_what_is_known_so_far() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "port502",
                "doctor",
                f"tcp://127.0.0.1:{silent.getsockname()[1]}",
                "--json",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            silent.settimeout(30)
            asked = b""
            while not asked:  # connected to, and left again
                connection, _ = silent.accept()
                with connection:
                    asked = connection.recv(260)
                    if asked:
                        process.send_signal(signal.SIGINT)
                        out, _ = process.communicate(timeout=10)
        finally:
            process.kill()
            process.wait()
    told = json.loads(out)
    assert process.returncode == 130
    assert any(one["why"] == "interrupted" for one in told["not_tested"])
    assert [one["name"] for one in told["steps"]][:3] == ["name", "route", "connect"]
