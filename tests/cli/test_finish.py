"""How every command ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import typer

from port502 import errors
from port502.cli.ask import Declined
from port502.cli.finish import TRACEBACK, finish, report


def ended(error: BaseException, *, as_json: bool = False) -> object:
    with pytest.raises(SystemExit) as caught, finish(as_json=as_json):
        raise error
    return caught.value.code


def test_all_is_well_with_0() -> None:
    with pytest.raises(SystemExit) as caught, finish():
        pass
    assert caught.value.code == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (typer.Exit(6), 6),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
        (Declined("nothing was sent"), 130),
        (typer.BadParameter("wrong"), 2),
        (errors.ConnectError("nobody"), 3),
        (ValueError("a bug"), 70),
    ],
)
def test_each_end_has_its_code(error: BaseException, code: int) -> None:
    assert ended(error) == code


def test_an_error_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    ended(errors.ConnectError("could not\nconnect"))
    assert capsys.readouterr() == ("", "port502: could not connect\n")


def test_a_bug_is_no_traceback_unless_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(ZeroDivisionError("oops"))
    assert "a fault of port502 itself: ZeroDivisionError: oops" in capsys.readouterr().err
    monkeypatch.setenv(TRACEBACK, "1")
    with pytest.raises(ZeroDivisionError), finish():
        raise ZeroDivisionError("oops")


def test_scripts_get_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    ended(errors.device_error(3, 2), as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 1
    assert (told["function"], told["function_name"]) == (3, "read holding registers")
    assert (told["exception"], told["exception_name"]) == (2, "illegal data address")
    ended(typer.BadParameter("wrong"), as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "error": "Invalid value: wrong; see port502 --help",
        "exit_code": 2,
    }


def test_a_report_carries_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert report(errors.NoReplyError("silence"), as_json=True, target="plc") == 4
    assert json.loads(capsys.readouterr().out)["target"] == "plc"


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "words", [["maps", "show", "nope", "--json"], ["maps", "list", "--json"], ["maps", "list"]]
)
def test_a_full_disk_behind_stdout_is_one_line(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "port502", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("port502: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("words", ["maps list", "maps list --json"])
def test_a_closed_stdout_is_no_fault(words: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m port502 {words} >&-', sys.executable],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
