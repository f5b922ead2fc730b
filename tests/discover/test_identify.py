from __future__ import annotations

import pytest

from port502.discover.candidates import Candidate
from port502.discover.found import FoundUnit
from port502.discover.identify import identify_at, told_apart_by
from port502.discover.units import UnitClass
from port502.errors import NoReplyError
from port502.server import Server
from port502.service.call import Call, Reply
from tests.discover.bench import meter


async def test_a_device_says_what_it_is_over_both_framings() -> None:
    for scheme in ("tcp", "rtu+tcp"):
        async with Server(meter(), f"{scheme}://127.0.0.1:0") as server:
            device, unit = await identify_at(server.url)
        assert (device.scheme, unit.unit, unit.map) == (scheme, 1, "schneider/pm5100")


async def test_who_says_nothing_is_nobody() -> None:
    def silent(call: Call) -> Reply:
        return None

    async with Server(silent, "tcp://127.0.0.1:0") as server:
        with pytest.raises(NoReplyError, match="unit 9 did not answer"):
            await identify_at(server.url, 9, timeout=0.1)


def test_relatives_that_were_not_told_apart_are_told_how() -> None:
    near = (Candidate("schneider/pm5100", "", "", 80), Candidate("schneider/pm5500", "", "", 78))
    apart = told_apart_by(FoundUnit(1, UnitClass.DEVICE, candidates=near))
    assert [name for name, _ in apart] == ["schneider/pm5100", "schneider/pm5500"]
    assert apart[0][1].name != apart[1][1].name
    assert told_apart_by(FoundUnit(1, UnitClass.DEVICE, candidates=near[:1])) == []
