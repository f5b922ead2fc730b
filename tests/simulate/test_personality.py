"""Characters of devices, as clients meet them."""

from __future__ import annotations

import pytest

from port502.errors import IllegalDataValueError, IllegalFunctionError, LinkError, NoReplyError, UsageError
from port502.protocol.message import ExceptionResponse
from port502.simulate.effects import Delay, SlowStart
from port502.simulate.faults import Faults
from port502.simulate.personality import PERSONALITIES, personality
from port502.simulate.rule import Rule
from tests.simulate.faulty import call, client, device, serving


def hurried(name: str) -> list[Rule]:
    """A personality's rules without its delays, for tests that have no time."""
    return [rule for rule in personality(name).rules if not isinstance(rule.effect, Delay | SlowStart)]


def test_the_four_of_the_field_are_there() -> None:
    assert set(PERSONALITIES) == {"cheap-gateway", "one-connection-inverter", "strict-plc", "dying-meter"}
    assert all(one.meaning and one.rules for one in PERSONALITIES.values())
    with pytest.raises(UsageError, match="cheap-gateway"):
        personality("cheap")


async def test_an_inverter_with_one_connection() -> None:
    async with serving(*hurried("one-connection-inverter")) as (server, _), client(server) as first:
        assert await first.read_holding_registers(0, 2) == [40, 41]
        second = client(server)
        with pytest.raises(LinkError):
            await second.read_holding_registers(0, 2)
        await second.close()
        with pytest.raises(IllegalDataValueError):
            await first.read_holding_registers(0, 101)


async def test_a_gateway_that_leaves_the_third_silent() -> None:
    async with (
        serving(*hurried("cheap-gateway")) as (server, _),
        client(server) as first,
        client(server) as second,
        client(server) as third,
    ):
        assert await first.read_holding_registers(0, 2) == [40, 41]
        assert await second.read_holding_registers(0, 2) == [40, 41]
        with pytest.raises(NoReplyError):
            await third.read_holding_registers(0, 2)


async def test_a_plc_that_knows_plain_functions_only() -> None:
    async with serving(*hurried("strict-plc")) as (server, _), client(server) as asking:
        assert await asking.read_holding_registers(0, 2) == [40, 41]
        with pytest.raises(IllegalFunctionError):
            await asking.mask_write_register(0, 0xFFFF, 0)


def test_a_meter_that_dies() -> None:
    faulty = Faults(hurried("dying-meter"), began=0.0).around(device())

    def answered(minute: float) -> int:
        replies = [faulty(call(received=60 * minute + second / 10)) for second in range(300)]
        return sum(reply is not None and not isinstance(reply, ExceptionResponse) for reply in replies)

    assert answered(0) == 300
    assert 200 < answered(4) < 300
    assert 100 < answered(6) < 220
    assert answered(11) == 0
