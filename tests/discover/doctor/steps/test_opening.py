"""The first moments of a connection."""

from __future__ import annotations

import socket

from port502.discover.doctor.evidence import Evidence, NameSeen
from port502.discover.doctor.steps.opening import opening
from port502.discover.doctor.visit import Visit
from port502.transport.probe.attempt import Place
from tests.discover.doctor.bench.scenario import asked
from tests.simulate.faulty import serving


def place_of(url: str) -> Place:
    return Place("127.0.0.1", int(url.rpartition(":")[2]))


async def test_a_quiet_connection_becomes_the_talk_of_the_visit() -> None:
    async with serving() as (server, _):
        place = place_of(server.url)
        visit = Visit(socket.create_connection((place.address, place.port)))
        seen = await opening(Evidence(asked(server.url), name=NameSeen("x", (place,))), visit)
        assert seen.opening is not None
        assert (seen.opening.said, seen.opening.ending) == (b"", "")
        assert visit.sock is None
        assert visit.talk is not None
        await visit.end()


async def test_without_a_connection_there_is_nothing_to_listen_to() -> None:
    seen = await opening(Evidence(asked("tcp://127.0.0.1")), Visit())
    assert seen.opening is None
