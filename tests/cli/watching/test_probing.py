"""Which addresses answer."""

from __future__ import annotations

import pytest

from port502.cli.exits import Failed
from port502.cli.target import Asked, peer_for
from port502.cli.watching.probing import Probed, probe, range_of
from port502.errors import NoReplyError, UsageError
from port502.server import Server
from port502.service.device import Device
from tests.cli.served import black_hole


async def found_on(url: str, text: str, told: list[int] | None = None) -> Probed:
    steps = told if told is not None else []
    async with peer_for(Asked(url, timeout=1.0)) as peer:
        return await probe(peer, range_of(text), lambda state: steps.append(state.done))


async def test_every_address_that_answers_is_found_with_what_it_holds() -> None:
    device = Device(holding={3: 33, range(10, 20): 7, 130: [1, 2]}, coil={5: True})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        told: list[int] = []
        state = await found_on(server.url, "holding:0..199", told)
        assert [str(one) for one in state.ranges()] == ["holding:3", "holding:10*10", "holding:130*2"]
        assert (state.found[3], state.found[131], len(state.found)) == (33, 2, 13)
        assert told == sorted(told)
        assert (told[-1], state.total) == (200, 200)
        bits = await found_on(server.url, "coil:0*8")
        assert bits.found == {5: 1}
        assert device.counters.bus_messages > 0


async def test_a_whole_table_takes_few_reads() -> None:
    async with Server(Device(holding={range(1000): 7}), "tcp://127.0.0.1:0") as server:
        state = await found_on(server.url, "holding:0..999")
        assert (len(state.found), state.requests) == (1000, 16)


async def test_silence_is_no_refusal() -> None:
    with black_hole() as url, pytest.raises(Failed) as failed:
        async with peer_for(Asked(url, timeout=0.05)) as peer:
            await probe(peer, range_of("holding:0..9"), lambda state: None)
    assert isinstance(failed.value.error, NoReplyError)


def test_only_single_addresses_are_searched() -> None:
    assert range_of("input:0..9").span == 10
    with pytest.raises(UsageError, match="one by one"):
        range_of("holding:0*4/float32")
