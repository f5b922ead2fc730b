"""Captures from the command line."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from port502.traffic.capture import Capture
from tests.cli.conftest import Run
from tests.e2e.program import environment, installed
from tests.traffic.files import polling, write
from tests.traffic.tls.talk import TlsTalk
from tests.traffic.wire import Talk, adu, answer, ask


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return write(tmp_path / "plant.pcap", polling().records)


def test_messages_in_lines(run: Run, capture: Path) -> None:
    done = run("inspect", capture)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split()[:3] == ["frame", "time", "from"]
    assert "read holding registers 107 *3" in lines[1]
    assert lines[2].split() == [
        *["4", "22:13:20.004000", "10.0.0.2:502", "->", "10.0.0.1:50000", "1", "1", "1.000"],
        *["=", "555", "0", "100"],
    ]
    assert lines[-2].endswith("read holding registers refused: exception 2, illegal data address")


def test_messages_as_json(run: Run, capture: Path) -> None:
    lines = run("inspect", capture, "--json").lines
    assert len(lines) == 13
    assert lines[1]["values"] == [555, 0, 100]
    assert lines[1]["request_frame"] == 3
    assert lines[-2]["exception_code"] == 2


def test_messages_with_the_names_of_icsnpp(run: Run, capture: Path) -> None:
    lines = run("inspect", capture, "--json", "--icsnpp").lines
    assert len(lines) == 13
    assert (lines[1]["func"], lines[1]["values"], lines[1]["matched"]) == (
        "READ_HOLDING_REGISTERS",
        "555,0,100",
        True,
    )
    assert run("inspect", capture, "--icsnpp").code == 2


def test_messages_as_csv(run: Run, capture: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("inspect", capture, "--csv").out)))
    assert len(rows) == 13
    assert (rows[1]["values"], rows[1]["is_response"], rows[3]["values"]) == (
        "555 0 100",
        "true",
        "true false true",
    )


def test_packets(run: Run, capture: Path) -> None:
    done = run("inspect", capture, "--packets")
    assert len(done.out.splitlines()) == 16
    assert "SYN,ACK" in done.out.splitlines()[2]
    assert run("inspect", capture, "--packets", "--json").lines[2]["protocol"] == "Modbus/TCP"


def test_flows(run: Run, capture: Path) -> None:
    assert "read holding registers 107 *3" in run("inspect", capture, "--flows").out
    flows = run("inspect", capture, "--flows", "--json").lines
    assert [flow["requests"] for flow in flows] == [2, 3, 1, 1]


def test_values(run: Run, capture: Path, tmp_path: Path) -> None:
    assert "holding:5" in run("inspect", capture, "--values", "--changes").out
    meter = Talk().asks(adu(1, "04 0000 0002")).answers(adu(1, "04 04 43660000"))
    path = write(tmp_path / "meter.pcap", meter.records)
    (value,) = run("inspect", path, "--values", "--map", "eastron/sdm120", "--json").lines
    assert (value["name"], value["value"], value["unit_of_measure"]) == ("voltage", 230.0, "V")


def test_stats(run: Run, capture: Path) -> None:
    told = run("inspect", capture, "--stats", "--json").json
    assert (told["packets"], told["messages"], told["transactions"], told["unanswered"]) == (15, 13, 6, 1)
    assert "6 requests with their response, 1 without" in run("inspect", capture, "--stats").out


def test_several_files_name_theirs(run: Run, capture: Path) -> None:
    lines = run("inspect", capture, capture, "--json").lines
    assert [(line["file"], line["frame"]) for line in lines[12:14]] == [(str(capture), 15), (str(capture), 3)]


def test_what_is_saved_reads_back(run: Run, capture: Path, tmp_path: Path) -> None:
    done = run("inspect", capture, "--write", "out.pcapng", "--quiet")
    assert done.code == 0
    saved, given = (
        [one for batch in Capture(str(path)) for one in batch] for path in (tmp_path / "out.pcapng", capture)
    )
    assert saved == given


@pytest.mark.parametrize("option", ["--write", "--parquet", "--learn-baseline"])
def test_a_capture_is_never_written_over_while_it_is_read(
    run: Run, capture: Path, tmp_path: Path, option: str
) -> None:
    given = capture.read_bytes()
    (tmp_path / "same.pcap").symlink_to(capture)
    (tmp_path / "also.pcap").hardlink_to(capture)
    for name in (capture, tmp_path / "same.pcap", tmp_path / "also.pcap"):
        done = run("inspect", capture, option, name)
        assert done.code == 2
        assert done.err == f"port502: {option} {name} is a capture that is read; name another file\n"
        assert capture.read_bytes() == given


def test_logs_and_parquet_instead_of_lines(run: Run, capture: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    done = run("inspect", capture, "--zeek", "logs", "--parquet", "out.parquet")
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / "logs" / "modbus_detailed.log").exists()
    assert (tmp_path / "out.parquet").read_bytes().startswith(b"PAR1")


def test_what_only_the_end_reveals_is_said_when_packets_are_saved_too(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "a.pcap", Talk().asks(ask(1)).asks(ask(2)[:9]).records)
    for more in ((), ("--write", "b.pcap")):
        assert [line["trans_id"] for line in run("inspect", path, "--json", *more).lines] == [1, 2]


def test_a_damaged_file_gives_what_can_be_read_and_one_line_on_the_rest(run: Run, capture: Path) -> None:
    capture.write_bytes(capture.read_bytes()[:-5])
    done = run("inspect", capture, "--json")
    assert (done.code, len(done.lines)) == (0, 12)
    assert done.err == f"port502: {capture}: cut short within packet 15\n"


def test_tls_and_links_that_are_not_read_are_told(run: Run, tmp_path: Path) -> None:
    hello = bytes.fromhex("16 03 01 00 05 01 00 00 01 00")
    records = [*Talk(port=802).asks(hello).records, (0, 105, 3, b"abc")]
    done = run("inspect", write(tmp_path / "a.pcapng", records))
    assert "10.0.0.1 speaks TLS to 10.0.0.2:802: not read, there is no key log" in done.err
    assert "1 packets of link type 105" in done.err


def test_tls_is_read_with_its_key_log(run: Run, tmp_path: Path) -> None:
    talk = TlsTalk(tmp_path).asks(ask(1)).answers(answer(1, 5))
    path = write(tmp_path / "a.pcap", talk.talk.records)
    lines = run("inspect", path, "--keys", talk.keys, "--json").lines
    assert [(line["trans_id"], line["transport"]) for line in lines] == [(1, "tls"), (1, "tls")]
    assert "cannot read none" in run("inspect", path, "--keys", "none").err


def test_another_port_may_be_named(run: Run, tmp_path: Path) -> None:
    half = Talk(port=9999).asks(ask(1)[:9]).asks(ask(1)[9:])
    path = write(tmp_path / "a.pcap", half.records)
    assert run("inspect", path, "--json").out == ""
    assert len(run("inspect", path, "--json", "--port", "9999").lines) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--packets", "--flows"], "not both"),
        (["--json", "--csv"], "not both"),
        (["--flows", "--csv"], "--json has all of it"),
        (["--follow", "lo"], "captures or --follow"),
        (["--for", "3"], "--for goes with --follow"),
        (["--stats", "--parquet", "x.parquet"], "--parquet takes"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(run: Run, capture: Path, words: list[str], said: str) -> None:
    done = run("inspect", capture, *words)
    assert done.code == 2
    assert said in done.err


def test_what_is_no_capture_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    assert run("inspect", "a.txt").code == 2
    assert "No such file" in run("inspect", "none.pcap").err


def test_a_pipe_is_read_and_a_signal_ends_it(capture: Path) -> None:
    command = [*installed(), "inspect", "-", "--json"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(capture.read_bytes())
        process.stdin.flush()
        assert b'"trans_id": 1' in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="listening takes root on Linux")
def test_an_interface_is_followed_for_a_while(run: Run) -> None:
    done = run("inspect", "--follow", "lo", "--for", "0.05", "--stats", "--json")
    assert done.code == 0
    assert done.json["packets"] >= 0


def test_a_filter_chooses_packets_for_every_output(run: Run, capture: Path, tmp_path: Path) -> None:
    refused = run("inspect", capture, "--filter", "modbus.func_code >= 128", "--json").lines
    assert [line["exception_code"] for line in refused] == [2]
    opened = run("inspect", capture, "--filter", "tcp.flags.syn == 1", "--packets", "--json").lines
    assert [line["frame"] for line in opened] == [1, 2]
    saved = tmp_path / "reads.pcap"
    done = run("inspect", capture, "--filter", "modbus.func_code == 3", "--write", saved, "--quiet")
    assert done.code == 0
    assert {line["func_code"] for line in run("inspect", saved, "--json").lines} == {3}


def test_a_filter_that_means_nothing_names_its_column(run: Run, capture: Path) -> None:
    done = run("inspect", capture, "--filter", "modbus && tcp.prot == 502")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "filter, column 11: there is no field 'tcp.prot'; did you mean tcp.port" in done.err
