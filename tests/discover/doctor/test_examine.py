"""The examination as a whole: quick, never empty-handed, and never in the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys

import pytest

from port502.discover.doctor.examine import STAGES, Examination, examine
from port502.discover.doctor.expect import parse_expected
from port502.discover.doctor.question import Pace, Question
from port502.discover.doctor.report import StepDone
from port502.errors import UsageError
from port502.protocol.message import Request
from port502.registers.reference import parse_reference
from port502.service.call import Call, Reply
from port502.service.units import Units
from port502.simulate.effects import Silent
from port502.transport.probe import arp, netlink
from port502.transport.url import parse_url
from tests.discover.doctor.bench.scenario import asked
from tests.discover.doctor.bench.wires import listening
from tests.simulate.faulty import device, rule, serving


@pytest.mark.slow
async def test_a_healthy_device_takes_less_than_two_seconds() -> None:
    async with serving() as (server, _):
        report = await examine(Question(parse_url(server.url)))
    assert report.verdict.main.code == "OK"
    assert report.took_s < 2


async def test_steps_are_told_as_they_come() -> None:
    begun: list[str] = []
    done: list[StepDone] = []
    async with serving() as (server, _):
        report = await Examination(asked(server.url), begun.append, done.append).run()
    assert begun == [stage.name for stage in STAGES]
    assert tuple(done) == report.steps
    assert {one.name for one in done} >= {"name", "connect", "modbus", "stability"}


@pytest.mark.slow
async def test_nothing_but_harmless_reads_reaches_the_device_and_one_at_a_time() -> None:
    heard: list[Request[object]] = []
    inner = Units(device())

    def service(call: Call) -> Reply:
        heard.append(call.request)
        answer: Reply = inner(call)  # type: ignore[assignment]
        return answer

    async with serving(service=service) as (server, _):
        await examine(asked(server.url, deep=True))
    assert heard
    assert not any(one.writes for one in heard)
    assert {one.function for one in heard} <= {1, 2, 3, 4, 17, 43}


async def test_interrupted_it_tells_what_it_has_and_leaves_nothing_open() -> None:
    waiting = asyncio.Event()

    def begin(step: str) -> None:
        if step == "units":
            waiting.set()

    async with serving(rule(Silent())) as (server, _):
        examination = Examination(asked(server.url, timeout=0.1, patience=0.1, settle=(60.0,)), begin)
        task = asyncio.create_task(examination.run())
        await waiting.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        report = examination.report(interrupted=True)
    assert task.cancelled()
    assert [one.name for one in report.steps][:3] == ["name", "route", "connect"]
    assert any(one.why == "interrupted" and "units" in one.what for one in report.untested)


@pytest.mark.slow
async def test_the_deadline_ends_it_with_a_verdict() -> None:
    async with serving(rule(Silent())) as (server, _):
        report = await examine(asked(server.url, patience=60.0, deadline=0.5))
    assert report.took_s < 10
    assert any("time was up" in one.why for one in report.untested)


async def test_a_sure_fault_ends_it_early() -> None:
    report = await examine(asked("tcp://no-such-plc.invalid"))
    assert [one.name for one in report.steps] == ["name"]


def test_a_serial_port_is_no_network() -> None:
    with pytest.raises(UsageError, match="serial port"):
        Examination(Question(parse_url("rtu:///dev/ttyUSB0"), pace=Pace()))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere this is how it is anyway")
async def test_where_the_system_tells_nothing_the_device_is_found_healthy_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(netlink, "is_available", lambda: False)
    monkeypatch.setattr(sys, "platform", "elsewhere")
    monkeypatch.delattr(arp.socket, "AF_PACKET", raising=False)
    async with serving() as (server, _):
        report = await examine(asked(server.url))
    assert report.verdict.main.code == "OK"
    assert any("not known here" in one.why for one in report.untested)


def nonsense(dice: random.Random, data: bytes) -> bytes:
    """One of many kinds of bad answers to a frame."""
    count = int.from_bytes(data[10:12], "big") if len(data) >= 12 else 1
    many = bytes((data[7 % len(data)], 2 * count & 0xFF)) + dice.randbytes(2 * count & 0xFF)
    return dice.choice(
        (
            dice.randbytes(dice.randrange(1, 300)),
            data[:2] + b"\0\0" + dice.randbytes(dice.randrange(20)),
            data[:4] + dice.choice((b"\0\3", b"\xff\xff", b"\0\0")) + data[6:8] + dice.randbytes(4),
            data[:4] + b"\0\3" + data[6:7] + bytes((data[7 % len(data)] | 0x80, dice.randrange(256))),
            data[:4] + (len(many) + 1).to_bytes(2, "big") + data[6:7] + many,
            data,
            b"",
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
async def test_a_device_that_answers_nonsense_gets_a_verdict_too(seed: int) -> None:
    dice = random.Random(seed)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (data := await reader.read(260)) and dice.random() < 0.9:
            writer.write(nonsense(dice, data))

    more = {"reads": (parse_reference("holding:40001*4"),), "expected": (parse_expected("holding:0 ~ 5"),)}
    pace = {"timeout": 0.05, "patience": 0.1, "settle": (0.02,), "idle": (0.05,)}
    async with listening(handler, deep=seed % 3 == 0, **more, **pace) as question:
        report = await examine(question)
    assert json.dumps(report.json())
    assert report.took_s < 30
