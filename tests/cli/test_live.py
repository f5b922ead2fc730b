"""A site at work, watched."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from port502.cli.live import Screen, attend, put_summary
from port502.server import Server
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.running import Running
from port502.site.status import Refusal, Summary

pytestmark = pytest.mark.slow

SITE = """
site: test
history: {{path: kept}}
connections: {{plc: {{url: "{url}", response_timeout: 2s}}}}
devices: {{pump: {{connection: plc, interval: 50ms, points: {{{points}}}}}}}
"""
SUMMARY = Summary("test", 1.5, 10, 20, 18, 1, 1, 0, 0, 0, 1, 1, 2)


def site_file(folder: Path, url: str, points: str = "speed: {ref: 40001, unit: Hz}") -> Path:
    path = folder / "site.yaml"
    path.write_text(SITE.format(url=url, points=points))
    return path


async def until_read(running: Running, point: str) -> None:
    async with asyncio.timeout(20):
        while (current := running.collector.current(point)) is None or current.sample.value is None:
            await asyncio.sleep(0)


async def test_the_screen_shows_the_newest_values_and_the_log(tmp_path: Path) -> None:
    async with (
        Server(Device(holding={0: [481]}), "tcp://127.0.0.1:0") as server,
        Running(load_site(site_file(tmp_path, server.url))) as running,
    ):
        screen = Screen(running, "Ctrl-C ends")
        screen.log("12:00:00 warning: something")
        await until_read(running, "pump.speed")
        out = io.StringIO()
        Console(file=out, width=80, height=24).print(screen.draw(80, 24))
    text = out.getvalue()
    assert "speed 481 Hz" in text
    assert "something" in text
    assert text.rstrip().endswith("Ctrl-C ends")
    assert len(text.splitlines()) <= 24


@pytest.mark.slow
async def test_it_runs_for_its_time(tmp_path: Path) -> None:
    async with Server(Device(holding={0: [481]}), "tcp://127.0.0.1:0") as server:
        summary = await attend(Running(load_site(site_file(tmp_path, server.url))), seconds=0.3)
    assert summary.polls > 0
    assert summary.good == summary.samples > 0


async def test_where_it_listens_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Server(Device(holding={0: [481]}), "tcp://127.0.0.1:0") as server:
        path = site_file(tmp_path, server.url)
        path.write_text(
            path.read_text() + "listeners: {x: {url: 'tcp://127.0.0.1:0', share: {connection: plc}}}\n"
        )
        running = Running(load_site(path))
        await attend(running, seconds=0.05, tell=True)
    assert capsys.readouterr().out == f"listening on {running.status().listeners[0].url} (x)\n"


async def test_a_signal_ends_it(tmp_path: Path) -> None:
    async with Server(Device(holding={0: [481]}), "tcp://127.0.0.1:0") as server:
        running = Running(load_site(site_file(tmp_path, server.url)))
        attending = asyncio.create_task(attend(running, seconds=None))
        await until_read(running, "pump.speed")
        os.kill(os.getpid(), signal.SIGTERM)
        assert (await attending).site == "test"


async def test_a_hangup_reads_the_file_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Server(Device(holding={0: [481, 7]}), "tcp://127.0.0.1:0") as server:
        running = Running(load_site(site_file(tmp_path, server.url)))
        attending = asyncio.create_task(attend(running, seconds=None))
        await until_read(running, "pump.speed")
        site_file(tmp_path, server.url, "speed: {ref: 40001}, flow: {ref: 40002}")
        os.kill(os.getpid(), signal.SIGHUP)
        await until_read(running, "pump.flow")
        (tmp_path / "site.yaml").write_text("site: [")
        os.kill(os.getpid(), signal.SIGHUP)
        said = ""
        async with asyncio.timeout(20):
            while "nothing was changed" not in said:
                said += capsys.readouterr().err
                await asyncio.sleep(0)
        assert running.collector.current("pump.flow") is not None
        os.kill(os.getpid(), signal.SIGTERM)
        await attending
    assert "was read again" in said


def test_the_last_line_is_json_or_words(capsys: pytest.CaptureFixture[str]) -> None:
    put_summary(SUMMARY, json=True, site_file="x")
    told = json.loads(capsys.readouterr().out)
    assert (told["polls"], told["samples"], told["good"], told["bad"], told["overruns"]) == (10, 20, 18, 1, 0)
    assert told["site_file"] == "x"
    put_summary(SUMMARY, json=False)
    assert capsys.readouterr().out == (
        "test ran 1.5 s: 10 polls, 20 samples: 18 good, 1 uncertain, 1 bad; 0 overruns, 0 lost\n"
    )
    put_summary(SUMMARY, json=False, quiet=True)
    assert capsys.readouterr().out == ""


def test_the_last_line_tells_what_was_refused(capsys: pytest.CaptureFixture[str]) -> None:
    refusal = Refusal(
        "2026-03-01T10:00:07.000Z", "safe", "10.0.0.9", 1, "6", "holding", 100, "refuse", 1, "no rule fits"
    )
    summary = replace(SUMMARY, refused=2, last_refusal=refusal)
    put_summary(summary, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["refused"] == 2
    assert told["last_refusal"]["client"] == "10.0.0.9"
    put_summary(summary, json=False)
    assert capsys.readouterr().out.endswith(
        "2 requests refused, last: 10:00:07 UTC safe: 10.0.0.9: write single register at holding:100:"
        " exception 01 (no rule fits)\n"
    )
    put_summary(SUMMARY, json=True)
    assert "last_refusal" not in json.loads(capsys.readouterr().out)
