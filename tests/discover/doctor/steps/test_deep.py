"""What takes minutes or could be in the way: only with consent. What it finds is shown by the bench."""

from __future__ import annotations

import pytest

from port502.discover.doctor.steps.deep import deep
from port502.discover.doctor.steps.talking import modbus
from port502.simulate.effects import ConnectionLimit, IdleClose
from tests.discover.doctor.steps.test_talking import visiting
from tests.simulate.faulty import rule


async def test_without_consent_nothing_is_tried_and_that_is_said() -> None:
    async with visiting() as (seen, visit):
        seen = await deep(await modbus(seen, visit), visit)
    assert seen.deep is None
    assert "could lock out other clients" in seen.untested[-1].why


@pytest.mark.slow
async def test_a_device_without_limits_takes_as_many_as_are_tried() -> None:
    async with visiting(deep=True, connections=3) as (seen, visit):
        seen = await deep(await modbus(seen, visit), visit)
    assert seen.deep is not None
    assert (seen.deep.connections, seen.deep.limit_reached, seen.deep.evicted) == (3, False, False)
    assert (seen.deep.pipelined, seen.deep.idle_waited) == (2, None)


@pytest.mark.slow
async def test_the_limit_is_counted_with_our_own_connection() -> None:
    async with visiting(rule(ConnectionLimit(2)), deep=True, connections=6) as (seen, visit):
        seen = await deep(await modbus(seen, visit), visit)
    assert seen.deep is not None
    assert (seen.deep.connections, seen.deep.limit_reached) == (2, True)


async def test_the_shortest_idleness_that_ends_it_is_told() -> None:
    async with visiting(rule(IdleClose(0.2)), deep=True, connections=1, idle=(0.02, 0.4, 9.0)) as (
        seen,
        visit,
    ):
        seen = await deep(await modbus(seen, visit), visit)
    assert seen.deep is not None
    assert (seen.deep.idle_waited, seen.deep.idle_ending) == (0.4, "closed")
