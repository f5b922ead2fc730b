"""``port502 watch`` from the command line."""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from port502.cli import watch
from tests.cli.conftest import Run
from tests.cli.served import boiler, refusing_port, served
from tests.cli.test_through import running_site


def test_each_poll_is_a_line(run: Run, device: str) -> None:
    done = run("watch", device, "holding:0*3", "holding:300/float32:cdab", "--samples", 3, "--interval", 0.02)
    assert done.code == 0
    assert len(done.lines) == 3
    assert [one["value"] for one in done.lines[2]["values"]] == [10, 20, 30, 21.5]
    assert (done.lines[0]["target"], done.lines[0]["unit"]) == (device, 1)
    assert done.lines[0]["elapsed_ms"] > 0


def test_it_ends_in_time(run: Run, device: str) -> None:
    done = run("watch", device, "coil:3", "--for", 0.05, "--interval", 0.02, "--json")
    assert done.code == 0
    assert 1 <= len(done.lines) <= 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["holding:0", "--samples", "1"], 3, "refused"),
        (["nonsense", "--samples", "1"], 2, "nonsense"),
        (["--samples", "1"], 2, "nothing says what to read"),
        (["holding:0", "--for", "soon"], 2, "duration"),
        (["holding:0", "--interval", "0"], 2, "interval"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run: Run, words: list[str], code: int, said: str) -> None:
    with refusing_port() as port:
        done = run("watch", f"127.0.0.1:{port}", *words)
    assert done.code == code
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_refused_value_is_told_and_the_rest_goes_on(run: Run, device: str) -> None:
    done = run("watch", device, "holding:0", "holding:999", "--samples", 2, "--interval", 0.02)
    assert done.code == 1
    assert [one["quality"] for one in done.lines[1]["values"]] == ["good", "bad"]


def test_a_site_that_does_not_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        'site: x\nconnections: {plc: {url: "tcp://127.0.0.1:1"}}\ndevices: {}\n'
    )
    for words in ([], ["site.yaml"]):
        done = run("watch", *words, "--json")
        assert done.code == 3
        assert "is not running; start it with: port502 run" in done.err


def test_a_site_that_runs_is_asked_and_its_devices_are_not(run: Run, tmp_path: Path) -> None:
    with running_site(tmp_path) as device:
        done = run("watch", "site.yaml", "--samples", 1)
        assert done.code == 0, done.err
        names = {one["name"] for one in done.lines[0]["values"]}
        assert names == {"boiler.level", "boiler.setpoint", "boiler.ghost"}
        done = run("watch", "@boiler", "l*", "--samples", 1)
        assert [one["name"] for one in done.lines[0]["values"]] == ["boiler.level"]
        assert [one["name"] for one in run("watch", "@plc", "level", "--samples", 1).lines[0]["values"]] == [
            "boiler.level"
        ]
        before = device.counters.bus_messages
        direct = run("watch", "@boiler", "holding:0", "--samples", 1)
        assert direct.lines[0]["values"][0]["value"] == 10
        assert device.counters.bus_messages > before
        assert run("watch", "@nobody", "--samples", 1).code == 2


def test_without_textual_it_says_what_to_install(
    run: Run, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any, **known: Any) -> Any:
        if name.partition(".")[0] == "textual":
            raise ImportError(name)
        return real(name, *more, **known)

    monkeypatch.setattr(builtins, "__import__", without)
    for name in [one for one in sys.modules if one.partition(".")[0] == "textual"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(watch.UsageError, match=r"pip install 'port502\[tui\]'"):
        watch._check_textual()
    assert run("watch", device, "holding:0", "--samples", 1).code == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal is a thing of Unix")
@pytest.mark.parametrize(("key", "code"), [(b"q", 0), (b"\x03", 130)])
def test_on_a_terminal_it_is_a_screen_that_ends_at_a_key(key: bytes, code: int) -> None:
    import pty

    with served(boiler()) as url:
        pid, terminal = pty.fork()
        if not pid:
            words = [sys.executable, "-m", "port502", "watch", url, "holding:0*3"]
            os.execve(sys.executable, words, {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "1"})
        seen = b""
        while b"good" not in seen:
            seen += os.read(terminal, 65536)
        os.write(terminal, key)
        rest = b""
        try:
            while more := os.read(terminal, 65536):
                rest += more
        except OSError:
            pass  # Linux says so when the other end is closed
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code
    assert b"\x1b[?1049h" in seen
    assert b"\x1b[?1049l" in rest
    assert b"38;2;255" not in seen + rest
