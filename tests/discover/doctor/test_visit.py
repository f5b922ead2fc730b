"""One connection, closed behind the doctor."""

from __future__ import annotations

import asyncio
import socket

from port502.discover.doctor.talk import Talk
from port502.discover.doctor.visit import Visit
from port502.transport.probe.attempt import Place
from tests.discover.doctor.cases import question


async def test_whatever_is_open_is_closed_at_the_end() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = Place("127.0.0.1", listening.getsockname()[1])
        sock = socket.create_connection(listening.getsockname())
        talk = Talk(question(), place)
        await talk.open()
        visit = Visit(sock, talk)
        await visit.end()
        assert sock.fileno() == -1
        assert talk.line is None
        listening.setblocking(False)
        theirs, _ = listening.accept()
        with theirs:
            assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(theirs, 1), 5) == b""


async def test_a_visit_that_never_came_in_ends_too() -> None:
    await Visit().end()
