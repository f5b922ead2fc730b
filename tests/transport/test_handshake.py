"""Handshakes of a listener: admission first, then so much time and no more, then the client's name and role."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest

from port502.client import Client
from port502.errors import LinkError
from port502.service.admission import Limits
from port502.service.call import Session
from port502.transport.handshake import identify, subject_of
from tests.certificates import Authority
from tests.secure import Plant, connected, until


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


async def silent(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def end(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            continue


async def test_the_session_says_who_the_client_is_by_its_certificate(plant: Plant) -> None:
    async with plant.serving() as server, Client(server.url, **plant.files()) as client:
        assert await client.read_holding_registers(0) == [42]
    [session] = plant.sessions
    assert (session.role, session.role_fault, session.transport) == ("operator", "", "tls")
    assert session.subject == "CN=client"
    from cryptography.hazmat.primitives.hashes import SHA256

    assert session.fingerprint == plant.client.x509.fingerprint(SHA256()).hex()


async def test_a_client_has_its_place_before_the_first_byte_of_its_handshake(plant: Plant) -> None:
    async with plant.serving(limits=Limits(connections=1, per_client=1, evict=False)) as server:
        _, writer = await silent(server.port)
        await until(lambda: server.counters.accepted == 1)
        reader, other = await silent(server.port)
        assert await reader.read() == b""
        assert server.counters.refused == 1
        await end(writer, other)


async def test_a_handshake_that_stalls_ends_at_its_deadline_and_gives_its_place_back(plant: Plant) -> None:
    async with plant.serving(limits=Limits(connections=1, evict=False, handshake=0.2)) as server:
        reader, writer = await silent(server.port)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        assert server.counters.causes == {"slow handshake": 1}
        await end(writer)
        async with Client(server.url, **plant.files()) as client:
            assert await client.read_holding_registers(0) == [42]


async def test_a_handshake_makes_room_for_a_newer_client(plant: Plant) -> None:
    async with plant.serving(limits=Limits(connections=2, per_client=2)) as server:
        silents = [await silent(server.port) for _ in range(2)]
        await until(lambda: server.counters.accepted == 2)
        async with Client(server.url, **plant.files()) as client:
            assert await client.read_holding_registers(0) == [42]
        reader, _ = silents[0]
        assert await asyncio.wait_for(reader.read(), 10) == b""
        assert server.counters.causes["made room"] == 1
        await end(*(writer for _, writer in silents))


async def test_a_server_that_stops_does_not_wait_for_handshakes(plant: Plant) -> None:
    async with plant.serving() as server:
        reader, writer = await silent(server.port)
        await until(lambda: server.counters.accepted == 1)
        begun = time.monotonic()
        await server.stop()
        assert time.monotonic() - begun < 5
        assert await asyncio.wait_for(reader.read(), 10) == b""
        await end(writer)
        assert server.counters.closed == 1


async def test_who_goes_away_in_the_handshake_gives_the_place_back(plant: Plant) -> None:
    async with plant.serving() as server:
        sock = socket.create_connection(("127.0.0.1", server.port))
        await until(lambda: server.counters.accepted == 1)
        sock.close()
        await until(lambda: server.counters.closed == 1)
        assert server.counters.causes == {"broken handshake": 1}


async def test_whoever_watches_hears_of_refusals_and_of_roles_that_do_not_count(plant: Plant) -> None:
    heard: list[tuple[str, str, str]] = []

    def watch(cause: str, session: Session, text: str) -> None:
        heard.append((cause, session.host, text))

    from tests.certificates import utf8

    two = plant.authority.client(roles=[utf8("a"), utf8("b")])
    foreign = Authority(plant.folder, "foreign").client()
    async with plant.serving(watch=watch) as server:
        async with Client(server.url, **plant.files(two)) as client:
            await client.read_holding_registers(0)
        context = plant.context()
        context.load_cert_chain(foreign.certificate, foreign.key)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(OSError, match=r"(?i)unknown.ca"):
            async with connected(server.port, context):
                raise AssertionError
        await until(lambda: len(heard) == 2)
    assert [(cause, host) for cause, host, _ in heard] == [
        ("bad role", "127.0.0.1"),
        ("bad certificate", "127.0.0.1"),
    ]
    assert "2 role extensions" in heard[0][2]
    assert "certificate was refused" in heard[1][2]


async def test_a_watcher_that_fails_harms_nobody(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    def watch(cause: str, session: Session, text: str) -> None:
        raise ZeroDivisionError

    limits = Limits(connections=1, evict=False)
    async with (
        plant.serving(watch=watch, limits=limits) as server,
        Client(server.url, **plant.files()) as client,
    ):
        reader, writer = await silent(server.port)
        assert await reader.read() == b""
        await end(writer)
        assert await client.read_holding_registers(0) == [42]
    assert "ZeroDivisionError" in caplog.text


class Tls:
    """What identify asks of an ssl.SSLObject."""

    def __init__(
        self, certificate: bytes | None, *, reused: bool, ends: str = "Jan  1 00:00:00 2020 GMT"
    ) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.session_reused = reused
        self._certificate = certificate
        self._ends = ends

    def getpeercert(self, binary_form: bool = False) -> Any:
        return self._certificate if binary_form else {"notAfter": self._ends}


def test_a_resumed_session_whose_certificate_has_expired_meanwhile_ends(plant: Plant) -> None:
    session = Session()
    assert identify(session, Tls(plant.client.der, reused=False)) == ""
    assert "expired" in identify(session, Tls(plant.client.der, reused=True))
    assert identify(session, Tls(plant.client.der, reused=True, ends="Jan  1 00:00:00 2999 GMT")) == ""
    assert session.role == "operator"


def test_no_certificate_where_one_is_required_ends_the_session() -> None:
    assert "no certificate" in identify(Session(), Tls(None, reused=True))


def test_a_subject_is_one_line() -> None:
    facts = {"subject": ((("commonName", "scada-1"),), (("organizationName", "Acme"),), (("title", "x"),))}
    assert subject_of(facts) == "CN=scada-1, O=Acme, title=x"
    assert subject_of({}) == ""


async def test_a_client_whose_certificate_is_refused_after_the_handshake_is_told_why(plant: Plant) -> None:
    plant.authority.revoke(plant.client)
    async with plant.serving(crl=plant.authority.crl()) as server:
        client = Client(server.url, **plant.files(), retries=0)
        with pytest.raises(LinkError, match=r"TLS: sslv3 alert certificate revoked"):
            await client.read_holding_registers(0)
        await client.close()
