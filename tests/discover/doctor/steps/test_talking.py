"""The first request, and what is tried where it is not answered."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from port502.discover.doctor.evidence import Evidence
from port502.discover.doctor.exchange import Answer
from port502.discover.doctor.steps.talking import functions, modbus, silence, units
from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.service.units import Units
from port502.simulate.effects import Refuse, Silent, ZeroId
from port502.transport.probe.attempt import Place
from tests.discover.doctor.bench.scenario import asked
from tests.simulate.faulty import device, rule, serving


@contextlib.asynccontextmanager
async def visiting(*rules: Any, service: Any = None, **more: Any) -> AsyncIterator[tuple[Evidence, Visit]]:
    """A visit to a device with these faults, as far as the open connection."""
    async with serving(*rules, service=service) as (server, _):
        question = asked(server.url, **more)
        talk = Talk(question, Place(question.target.host, question.target.port))
        await talk.open()
        visit = Visit(talk=talk)
        try:
            yield Evidence(question), visit
        finally:
            await visit.end()


async def test_a_good_answer_needs_no_second_one() -> None:
    async with visiting() as (seen, visit):
        seen = await modbus(seen, visit)
        assert seen.first is not None
        assert seen.first.answer is Answer.REPLY
        assert seen.again == ()


@pytest.mark.slow
async def test_an_odd_answer_is_asked_for_four_times_more() -> None:
    async with visiting(rule(ZeroId())) as (seen, visit):
        seen = await modbus(seen, visit)
        assert [one.answer for one in seen.again] == [Answer.OTHER_ID] * 4


@pytest.mark.slow
async def test_the_usual_units_are_tried_where_the_configured_one_is_silent() -> None:
    async with visiting(service=Units({255: device()}, silent=True), unit=7, timeout=0.1) as (seen, visit):
        seen = await units(await modbus(seen, visit), visit)
        assert [(one.unit, one.alive) for one in seen.units][:2] == [(255, True), (1, False)]
        assert [one.unit for one in seen.again] == [7]


async def test_behind_a_gateway_unit_0_is_left_out() -> None:
    async with visiting(rule(Refuse(0x0B)), other_units=(9,)) as (seen, visit):
        seen = await units(await modbus(seen, visit), visit)
        assert [one.unit for one in seen.units] == [9, 2, 3]


async def test_other_units_of_a_healthy_device_need_consent() -> None:
    async with visiting() as (seen, visit):
        seen = await units(await modbus(seen, visit), visit)
        assert seen.units == ()
        assert [one.what for one in seen.untested] == ["other unit ids"]


async def test_every_other_read_is_tried_once() -> None:
    async with visiting() as (seen, visit):
        seen = await functions(await modbus(seen, visit), visit)
        assert [one.request.function for one in seen.functions] == [4, 1, 2, 43, 17]


async def test_in_silence_pauses_are_tried_and_rtu_frames_only_with_consent() -> None:
    async with visiting(rule(Silent()), timeout=0.05, patience=0.1, settle=(0.01, 0.02)) as (seen, visit):
        seen = await silence(await modbus(seen, visit), visit)
        assert [one.pause for one in seen.settle] == [0.01, 0.02]
        assert len(seen.hung) == 4
        assert {one.what for one in seen.untested} == {"RTU frames and TLS", "unit ids 2 to 247"}


async def test_what_was_answered_is_no_silence() -> None:
    async with visiting() as (seen, visit):
        seen = await modbus(seen, visit)
        assert await silence(seen, visit) == seen
