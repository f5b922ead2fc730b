"""Whether TLS is spoken at a place."""

from __future__ import annotations

from pathlib import Path

from port502.transport.probe.attempt import Place
from port502.transport.probe.hello import hello, is_answer, tls_hello
from tests.peers.ports import free_port
from tests.secure import Plant
from tests.simulate.faulty import serving


def place_of(url: str) -> Place:
    return Place("127.0.0.1", int(url.rpartition(":")[2]))


async def test_a_tls_server_is_known_by_its_answer_and_others_are_not(tmp_path: Path) -> None:
    async with Plant(tmp_path).serving() as secured:
        assert is_answer(await tls_hello(place_of(secured.url)))
    async with serving() as (server, _):
        assert await tls_hello(place_of(server.url)) == b""


async def test_where_nobody_listens_there_is_no_answer() -> None:
    assert await tls_hello(Place("127.0.0.1", free_port())) == b""


def test_our_own_hello_that_comes_back_is_no_answer() -> None:
    assert hello()[:2] == b"\x16\x03"
    assert not is_answer(hello())
    assert not is_answer(b"\x16")
    assert not is_answer(b"HTTP/1.1")
    assert is_answer(bytes.fromhex("15 0303 0002 0228"))
