"""TLS and certificates: everything that a client, a server or a file can have wrong."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from port502.client import Client, SyncClient
from port502.errors import CertificateError, ConfigError, IllegalFunctionError, LinkError, TlsError
from port502.server import Server
from port502.service.admission import Limits
from port502.service.device import Device
from port502.transport import tls
from port502.transport.tls import TlsContext, server_context
from tests.certificates import CLIENT, DAY, ROLE, SERVER, Authority, Pair, rsa_key, utf8, write_key
from tests.peers import need_program
from tests.secure import ANSWER, PATIENCE, READ, Plant, ask, by_role, connected, refusal, until

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
VERSIONS = pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3], ids=["1.2", "1.3"])


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


def showing(plant: Plant, pair: Pair | None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = plant.context(pair)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


async def refused(plant: Plant, pair: Pair, cause: str = "bad certificate", **serving: Any) -> None:
    """A client with this certificate is not served, whatever the version, and the server says why."""
    async with plant.serving(**serving) as server:
        for version in (TLS_1_2, TLS_1_3):
            reason = await refusal(server.port, showing(plant, pair, version))
            assert "ALERT" in reason, reason
        assert server.counters.causes == {cause: 2}
        assert plant.sessions == []


async def role_of_session(plant: Plant, pair: Pair) -> tuple[str | None, str]:
    """What the server makes of the role in this certificate; the connection itself stays."""
    async with plant.serving() as server:
        assert await ask(server.port, showing(plant, pair)) == ANSWER
    session = plant.sessions[-1]
    return session.role, session.role_fault


async def test_h200_without_a_certificate_the_handshake_fails_with_a_fatal_alert(plant: Plant) -> None:
    async with plant.serving() as server:
        with pytest.raises(ssl.SSLError, match="ALERT"):
            async with connected(server.port, showing(plant, None, TLS_1_2)):
                raise AssertionError
        assert server.counters.causes == {"no certificate": 1}


async def test_h201_without_a_certificate_the_first_read_gives_the_alert(plant: Plant) -> None:
    async with (
        plant.serving() as server,
        connected(server.port, showing(plant, None, TLS_1_3)) as (reader, writer),
    ):
        writer.write(READ)
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            await asyncio.wait_for(reader.read(1), PATIENCE)
        assert server.counters.causes == {"no certificate": 1}
        assert plant.sessions == []


async def test_h202_self_signed_and_foreign_certificates_are_refused(plant: Plant, tmp_path: Path) -> None:
    await refused(plant, Authority(tmp_path, "foreign").client())
    alone = Authority(tmp_path, "alone")
    await refused(plant, Pair(alone.certificate, _key_of(alone, tmp_path), alone.x509))


async def test_h202_a_missing_intermediate_is_refused_and_a_sent_one_taken(
    plant: Plant, tmp_path: Path
) -> None:
    middle = Authority(tmp_path, "middle", parent=plant.authority)
    await refused(plant, middle.client(chain=False))
    assert await role_of_session(plant, middle.client()) == ("operator", "")


async def test_h202_exactly_one_certificate_can_be_trusted_by_itself(plant: Plant, tmp_path: Path) -> None:
    foreign = Authority(tmp_path, "foreign")
    pinned, other = foreign.client(chain=False), foreign.client(chain=False)
    files = plant.files(plant.server) | {"authority": pinned.certificate}
    async with Server(plant.service, "tls://127.0.0.1:0", **files) as server:
        assert await ask(server.port, showing(plant, pinned)) == ANSWER
        assert "ALERT" in await refusal(server.port, showing(plant, other))


@pytest.mark.parametrize(
    ("begins", "ends"),
    [(-2 * DAY, -DAY), (DAY, 2 * DAY), (-DAY, timedelta(seconds=-1)), (timedelta(minutes=1), DAY)],
    ids=["expired", "not yet", "a second ago", "in a minute"],
)
async def test_h203_out_of_its_time_a_certificate_is_refused(
    plant: Plant, begins: timedelta, ends: timedelta
) -> None:
    now = datetime.now(UTC)
    await refused(plant, plant.authority.client(begins=now + begins, ends=now + ends))


async def test_h203_inside_of_its_time_by_a_little_it_is_taken(plant: Plant) -> None:
    now = datetime.now(UTC)
    pair = plant.authority.client(begins=now - timedelta(seconds=2), ends=now + timedelta(minutes=2))
    assert await role_of_session(plant, pair) == ("operator", "")


async def test_h204_a_revoked_certificate_is_refused(plant: Plant) -> None:
    plant.authority.revoke(plant.client)
    await refused(plant, plant.client, crl=plant.authority.crl())


async def test_h204_where_lists_are_checked_each_authority_needs_one(plant: Plant, tmp_path: Path) -> None:
    middle = Authority(tmp_path, "middle", parent=plant.authority)
    await refused(plant, middle.client(), crl=plant.authority.crl())


async def test_h204_an_expired_list_refuses_and_was_warned_of(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    crl = plant.authority.crl(made=datetime.now(UTC) - 2 * DAY, lasts=DAY)
    await refused(plant, plant.client, crl=crl)
    assert "the revocation list of CN=site CA ended" in caplog.text


async def test_h204_a_list_written_while_serving_counts_from_the_next_handshake(plant: Plant) -> None:
    crl = plant.authority.crl()
    async with (
        plant.serving(crl=crl) as server,
        connected(server.port, showing(plant, plant.client)) as (reader, writer),
    ):
        writer.write(READ)
        assert await reader.readexactly(len(ANSWER)) == ANSWER
        plant.authority.revoke(plant.client)
        plant.authority.crl()
        assert "REVOKED" in await refusal(server.port, showing(plant, plant.client))
        writer.write(READ)
        assert await reader.readexactly(len(ANSWER)) == ANSWER


async def test_h205_a_certificate_for_another_use_is_refused(plant: Plant) -> None:
    await refused(plant, plant.authority.client(purpose=SERVER))
    unsigned = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    await refused(plant, plant.authority.client(uses=unsigned))
    client = plant.authority.issue("odd", purpose=CLIENT, names=("127.0.0.1",))
    async with plant.serving(pair=client) as server:
        with pytest.raises(CertificateError, match="purpose"):
            await _call(server.url, plant)


async def test_h206_a_server_that_is_not_named_is_refused_by_our_client(plant: Plant) -> None:
    for pair, why in (
        (plant.authority.server("other.local", "10.0.0.1"), "mismatch|not valid"),
        (
            plant.authority.issue("server", subject="127.0.0.1", purpose=SERVER),
            "mismatch|not valid|no appropriate",
        ),
    ):
        async with plant.serving(pair=pair) as server:
            with pytest.raises(CertificateError, match=f"(?i){why}"):
                await _call(server.url, plant)
            with pytest.raises(CertificateError, match=f"(?i){why}"):
                await asyncio.to_thread(_call_blocking, server.url, plant)


async def test_h206_a_server_with_another_name_is_taken_where_that_name_is_said(plant: Plant) -> None:
    async with plant.serving(pair=plant.authority.server("plc.local")) as server:
        assert await _call(server.url, plant, name="plc.local") == [42]
        with pytest.raises(CertificateError):
            await _call(server.url, plant, name="plc2.local")


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
async def test_h207_older_versions_are_refused(plant: Plant, version: str) -> None:
    context = plant.context(plant.client)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    async with plant.serving() as server:
        assert "PROTOCOL_VERSION" in await refusal(server.port, context)


async def test_h207_a_hello_of_ssl_2_or_3_is_no_tls(plant: Plant) -> None:
    ssl2 = bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0") + bytes(16)
    ssl3 = bytes.fromhex("16030000330100002f0300") + bytes(32) + bytes.fromhex("0000080005000a002f00350100")
    async with plant.serving() as server:
        for hello in (ssl2, ssl3):
            assert ANSWER[7:] not in await _raw(server.port, hello)
        await until(lambda: server.counters.closed == 2)
        assert plant.sessions == []


@pytest.mark.parametrize(
    "suites",
    ["NULL", "kRSA", "SHA1:!kRSA", "AES256-SHA256", "ADH", "aNULL", "AES128-SHA", "ECDHE-ECDSA-NULL-SHA"],
)
async def test_h208_weak_suites_are_refused(plant: Plant, suites: str) -> None:
    context = showing(plant, plant.client, TLS_1_2)
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    async with plant.serving() as server:
        assert "ALERT_HANDSHAKE_FAILURE" in await refusal(server.port, context)


async def test_h208_a_suite_without_encryption_is_taken_where_both_sides_allow_it_and_offer_nothing_else(
    plant: Plant,
) -> None:
    pair = plant.authority.server(key=rsa_key(), uses=_transporting())
    context = server_context(pair.certificate, pair.key, plant.authority.certificate, allow_null=True)
    async with Server(plant.service, "tls://127.0.0.1:0", tls=context) as server:
        only_null = showing(plant, plant.client, TLS_1_2)
        only_null.set_ciphers("NULL-SHA256:@SECLEVEL=0")
        async with connected(server.port, only_null) as (reader, writer):
            assert writer.get_extra_info("cipher")[0] == "NULL-SHA256"
            writer.write(READ)
            assert await reader.readexactly(len(ANSWER)) == ANSWER
        async with connected(server.port, showing(plant, plant.client)) as (_, writer):
            assert writer.get_extra_info("cipher")[0] != "NULL-SHA256"
    async with plant.serving(pair=pair) as server:
        assert "ALERT" in await refusal(server.port, only_null)


@pytest.mark.slow
async def test_h209_a_handshake_that_stalls_ends_at_its_deadline(plant: Plant) -> None:
    hello = _hello(plant)
    limits = Limits(connections=8, per_client=8, handshake=0.3)
    async with plant.serving(limits=limits) as server:
        for start in (b"", hello[:1], hello[: len(hello) // 2], hello):
            async with _tcp(server.port) as (reader, writer):
                writer.write(start)
                with contextlib.suppress(ConnectionError):
                    await asyncio.wait_for(reader.read(), PATIENCE)
        assert server.counters.causes == {"slow handshake": 4}
        assert plant.sessions == []


@pytest.mark.slow
async def test_h209_bytes_now_and_then_do_not_prolong_the_deadline(plant: Plant) -> None:
    hello = _hello(plant)
    async with plant.serving(limits=Limits(handshake=0.3)) as server, _tcp(server.port) as (reader, writer):
        ended = asyncio.ensure_future(reader.read())
        for at in range(len(hello)):
            writer.write(hello[at : at + 1])
            done, _ = await asyncio.wait({ended}, timeout=0.02)
            if done:
                break
        await asyncio.wait({ended}, timeout=PATIENCE)
        assert ended.done()
        with contextlib.suppress(ConnectionError):
            ended.result()
        assert server.counters.causes == {"slow handshake": 1}


async def test_h210_half_handshakes_do_not_keep_a_good_client_out(plant: Plant) -> None:
    hello = _hello(plant)[:100]
    async with plant.serving() as server, contextlib.AsyncExitStack() as stack:
        for number in range(500):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            with contextlib.suppress(ConnectionError):
                sock.sendall(hello)
            if number % 50 == 0:
                await asyncio.sleep(0)
        await until(lambda: server.counters.accepted == 500)
        assert len(server._listener.admission) <= 4  # type: ignore[union-attr]
        begun = time.monotonic()
        assert await _call(server.url, plant) == [42]
        assert time.monotonic() - begun < 3
        assert server.counters.causes["made room"] >= 496


async def test_h211_a_chain_of_a_megabyte_is_refused_at_once(plant: Plant) -> None:
    chain = plant.folder / "huge.pem"
    extra = plant.authority.x509.public_bytes(_pem())
    chain.write_bytes(plant.client.certificate.read_bytes() + extra * 2000)
    async with plant.serving() as server:
        begun = time.monotonic()
        reason = await refusal(server.port, showing(plant, Pair(chain, plant.client.key, plant.client.x509)))
        assert time.monotonic() - begun < 5
        assert reason != ""
        assert plant.sessions == []
        assert server.counters.causes == {"broken handshake": 1}


async def test_h211_a_chain_of_a_hundred_authorities_takes_no_long_time(plant: Plant, tmp_path: Path) -> None:
    authority = plant.authority
    for number in range(100):
        authority = Authority(tmp_path, f"level{number}", parent=authority)
    async with plant.serving() as server:
        begun = time.monotonic()
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            await ask(server.port, showing(plant, authority.client()))
        assert time.monotonic() - begun < 5
        assert await _call(server.url, plant) == [42]


def test_h212_nothing_is_renegotiated_or_compressed(plant: Plant) -> None:
    for context in (plant.context(plant.client), tls.bare_context(server_side=True)):
        assert context.options & ssl.OP_NO_COMPRESSION
    assert tls.bare_context(server_side=True).options & ssl.OP_NO_RENEGOTIATION


@VERSIONS
async def test_h213_many_frames_in_one_record_and_one_frame_in_many(
    plant: Plant, version: ssl.TLSVersion
) -> None:
    async with (
        plant.serving() as server,
        connected(server.port, showing(plant, plant.client, version)) as (reader, writer),
    ):
        writer.write(READ * 40)
        assert await asyncio.wait_for(reader.readexactly(40 * len(ANSWER)), PATIENCE) == ANSWER * 40
        for at in range(len(READ)):
            writer.write(READ[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), PATIENCE) == ANSWER
        for cut in range(1, len(READ)):
            writer.write(READ + READ[:cut])
            writer.write(READ[cut:])
            assert await asyncio.wait_for(reader.readexactly(2 * len(ANSWER)), PATIENCE) == ANSWER * 2


async def test_h214_fragments_of_512_bytes_are_agreed_on_and_kept_to(plant: Plant) -> None:
    program = need_program("openssl", "Debian package openssl")
    words = ["s_client", "-tls1_2", "-maxfraglen", "512", "-tlsextdebug", "-msg", "-connect"]
    files = ["-cert", str(plant.client.certificate), "-key", str(plant.client.key)]
    async with plant.serving() as server:
        process = await asyncio.create_subprocess_exec(
            *(program, *words, f"127.0.0.1:{server.port}", *files),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert process.stdin is not None
        process.stdin.write(READ * 100)
        await process.stdin.drain()
        await until(lambda: len(plant.sessions) == 100)
        said, _ = await asyncio.wait_for(process.communicate(b""), PATIENCE)
    text = said.decode(errors="replace")
    assert 'TLS server extension "max fragment length" (id=1)' in text
    records = re.findall(r"<<< TLS 1\.2, RecordHeader \[length 0005\]\n    17 03 03 (\w\w) (\w\w)", text)
    sizes = [int(high + low, 16) for high, low in records]
    assert len(sizes) >= 2
    assert max(sizes) <= 512 + 24 + 16


async def test_h215_an_end_without_goodbye_in_the_middle_of_a_frame_executes_nothing(plant: Plant) -> None:
    async with plant.serving() as server:
        async with connected(server.port, showing(plant, plant.client)) as (_, writer):
            writer.write(READ[:-1])
            await until(lambda: server.counters.accepted == 1)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        await until(lambda: server.counters.closed == 1)
        assert plant.sessions == []


@VERSIONS
async def test_h216_a_resumed_session_keeps_its_role_and_a_change_of_files_ends_it(
    plant: Plant, version: ssl.TLSVersion
) -> None:
    crl = plant.authority.crl()
    async with plant.serving(crl=crl) as server:
        context = showing(plant, plant.client, version)

        def visit(session: ssl.SSLSession | None) -> tuple[bytes, ssl.SSLSession | None, bool | None]:
            with (
                socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname="localhost", session=session) as secure,
            ):
                secure.sendall(READ)
                return secure.recv(260), secure.session, secure.session_reused

        answer, session, reused = await asyncio.to_thread(visit, None)
        assert (answer, reused) == (ANSWER, False)
        answer, session, reused = await asyncio.to_thread(visit, session)
        assert (answer, reused) == (ANSWER, True)
        assert [one.role for one in plant.sessions] == ["operator"] * 2
        assert plant.sessions[0].fingerprint == plant.sessions[1].fingerprint
        plant.authority.crl()
        answer, _, reused = await asyncio.to_thread(visit, session)
        assert (answer, reused) == (ANSWER, False)
        plant.authority.revoke(plant.client)
        plant.authority.crl()
        with pytest.raises(OSError, match=r"(?i)revoked"):
            await asyncio.to_thread(visit, session)


async def test_h217_no_role_is_the_null_role_and_no_reason_to_close(plant: Plant) -> None:
    pair = plant.authority.client(None)
    assert await role_of_session(plant, pair) == (None, "")
    async with (
        plant.serving(by_role({"operator": {3}})) as server,
        Client(server.url, **plant.files(pair)) as client,
    ):
        for _ in range(3):
            with pytest.raises(IllegalFunctionError):
                await client.read_holding_registers(0)
        assert server.counters.closed == 0


@pytest.mark.parametrize("values", [[utf8("a"), utf8("b")], [utf8("operator"), utf8("operator")]])
async def test_h218_two_roles_are_none(plant: Plant, values: list[bytes]) -> None:
    role, fault = await role_of_session(plant, plant.authority.client(roles=values))
    assert (role, "2 role extensions" in fault) == (None, True)


@pytest.mark.parametrize("value", [b"\x13\x08operator", b"\x16\x08operator", b"\x1e\x04\0o\0p", b"operator"])
async def test_h219_a_role_of_another_type_is_none(plant: Plant, value: bytes) -> None:
    role, fault = await role_of_session(plant, plant.authority.client(roles=[value]))
    assert role is None
    assert fault


@pytest.mark.parametrize(
    "value",
    [
        b"\x0c\x00",
        utf8("operator") + b"\0",
        b"\x0c\x81\x08operator",
        b"\x0c\x80operator\0\0",
        b"\x0c\x09operator",
        b"\x0c",
        b"",
    ],
)
async def test_h220_a_role_with_wrong_lengths_is_none(plant: Plant, value: bytes) -> None:
    role, fault = await role_of_session(plant, plant.authority.client(roles=[value]))
    assert role is None
    assert fault


async def test_h221_strange_characters_are_compared_exactly_and_never_reach_a_log_as_they_are(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    for text in ("ops\0root", "line\nbreak", "\u202eoperator", "\x1b[2J"):
        assert await role_of_session(plant, plant.authority.client(text)) == (text, "")
    role, fault = await role_of_session(plant, plant.authority.client(roles=[b"\x0c\x02\xc3\x28"]))
    assert (role, "UTF-8" in fault) == (None, True)
    nasty = plant.authority.client(subject="evil\n\x1b[31mroot", roles=[utf8("a"), utf8("b")])
    await role_of_session(plant, nasty)
    assert "evil" in caplog.text
    assert "\x1b" not in caplog.text
    assert all("\n" not in record.getMessage() for record in caplog.records)


async def test_h222_a_comma_splits_nothing(plant: Plant) -> None:
    assert await role_of_session(plant, plant.authority.client("Operator,Engineer")) == (
        "Operator,Engineer",
        "",
    )


@pytest.mark.parametrize(
    "text", ["Operator", "OPERATOR", " operator", "operator ", "oper\u00e0tor", "opera\u0300tor"]
)
async def test_h223_roles_that_look_alike_are_different(plant: Plant, text: str) -> None:
    async with (
        plant.serving(by_role({"operator": {3}})) as server,
        Client(server.url, **plant.files(plant.authority.client(text))) as client,
    ):
        with pytest.raises(IllegalFunctionError):
            await client.read_holding_registers(0)


async def test_h224_a_role_of_64_kib_is_none(plant: Plant) -> None:
    value = b"\x0c\x83\x01\x00\x00" + b"r" * 65536
    role, fault = await role_of_session(plant, plant.authority.client(roles=[value]))
    assert (role, "65536 bytes" in fault) == (None, True)


async def test_h225_a_role_in_a_servers_certificate_is_nobodys(plant: Plant) -> None:
    pair = plant.authority.server(roles=[utf8("engineer"), utf8("operator")])
    async with plant.serving(pair=pair) as server:
        assert await _call(server.url, plant) == [42]
    assert plant.sessions[-1].role == "operator"


async def test_h226_a_role_in_an_intermediate_certificate_does_not_count(
    plant: Plant, tmp_path: Path
) -> None:
    roled = x509.UnrecognizedExtension(ROLE, utf8("engineer"))
    middle = Authority(tmp_path, "middle", parent=plant.authority, extensions=[roled])
    assert await role_of_session(plant, middle.client(None)) == (None, "")
    assert await role_of_session(plant, middle.client("operator")) == ("operator", "")


def test_h227_open_foreign_and_locked_keys_are_refused_at_the_start(plant: Plant) -> None:
    pair = plant.authority.server()
    pair.key.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        Server(Device(), "tls://127.0.0.1:0", **plant.files(pair))
    foreign = Pair(pair.certificate, plant.client.key, pair.x509)
    with pytest.raises(ConfigError, match="is not the key of"):
        Server(Device(), "tls://127.0.0.1:0", **plant.files(foreign))
    write_key(pair.key, rsa_key(), password=b"swordfish")
    with pytest.raises(ConfigError, match="password") as caught:
        Client("tls://127.0.0.1", **plant.files(pair))
    assert "swordfish" not in str(caught.value)


async def test_h228_a_renewed_certificate_is_used_without_a_break(plant: Plant) -> None:
    async with plant.serving() as server, Client(server.url, **plant.files()) as client:
        assert await client.read_holding_registers(0) == [42]
        fresh = plant.authority.server("renewed.local", "127.0.0.1")
        plant.server.key.write_bytes(fresh.key.read_bytes())
        assert await _call(server.url, plant) == [42]
        plant.server.certificate.write_bytes(fresh.certificate.read_bytes())
        assert await _call(server.url, plant, name="renewed.local") == [42]
        assert await client.read_holding_registers(0) == [42]
        assert server.counters.causes == {}


async def test_h229_an_alert_in_the_middle_of_a_reply_is_a_link_error(plant: Plant) -> None:
    context = tls.bare_context(server_side=True)
    context.load_cert_chain(plant.server.certificate, plant.server.key)
    context.load_verify_locations(plant.authority.certificate)

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.read(260)
        if request:
            writer.write(request[:2] + ANSWER[2:6])
            await writer.drain()
            plain = writer.transport._ssl_protocol._transport  # type: ignore[attr-defined]
            plain.write(bytes.fromhex("15030300020228"))
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0, ssl=context)
    try:
        url = f"tls://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(LinkError):
            await _call(url, plant, retries=0, response_timeout=5.0)
    finally:
        server.close()
        await server.wait_closed()


async def test_h230_weak_keys_are_refused(plant: Plant) -> None:
    context = plant.context()
    pair = plant.authority.client(key=rsa_key(1024))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(pair.certificate, pair.key)
    async with plant.serving() as server:
        assert "ALERT" in await refusal(server.port, context)
        assert server.counters.causes == {"bad certificate": 1}


async def test_h231_plain_modbus_on_a_tls_port_is_closed_and_named(
    plant: Plant, caplog: pytest.LogCaptureFixture
) -> None:
    async with plant.serving() as server:
        answer = await _raw(server.port, READ)
        assert ANSWER[7:] not in answer
        assert server.counters.causes == {"no tls": 1}
        assert "does not speak TLS" in caplog.text
        assert plant.sessions == []
        with pytest.raises(LinkError):
            async with Client(server.url.replace("tls", "tcp"), retries=0) as client:
                await client.read_holding_registers(0)
    async with Server(Device(), "tcp://127.0.0.1:0") as server:
        with pytest.raises(TlsError, match=r"TLS spoken there"):
            await _call(f"tls://127.0.0.1:{server.port}", plant)


async def test_h232_a_jump_of_the_wall_clock_warns_by_the_new_time_and_ends_no_session(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with plant.serving() as server, Client(server.url, **plant.files()) as client:
        assert await client.read_holding_registers(0) == [42]
        later = time.time() + 360 * 86_400
        monkeypatch.setattr(time, "time", lambda: later)
        holder = server._listener._tls  # type: ignore[union-attr]
        assert isinstance(holder, TlsContext)
        assert any("ends in" in warning for warning in holder.warnings(time.time()))
        assert await client.read_holding_registers(0) == [42]
        assert server.counters.closed == 0


async def _call(url: str, plant: Plant, **options: Any) -> list[int]:
    async with Client(url, **(plant.files() | options)) as client:
        return await client.read_holding_registers(0)


def _call_blocking(url: str, plant: Plant) -> list[int]:
    with SyncClient(url, **plant.files()) as client:
        return client.read_holding_registers(0)


def _key_of(authority: Authority, folder: Path) -> Path:
    path = folder / f"{authority.name}-ca.key"
    write_key(path, authority.key)
    return path


def _pem() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.PEM


def _transporting() -> x509.KeyUsage:
    return x509.KeyUsage(True, False, True, False, False, False, False, False, False)


def _hello(plant: Plant) -> bytes:
    """The first bytes of a good client."""
    outgoing = ssl.MemoryBIO()
    client = plant.context(plant.client).wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@contextlib.asynccontextmanager
async def _tcp(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _raw(port: int, data: bytes) -> bytes:
    """Everything that comes back for some plain bytes, up to the end of the connection."""
    found = b""
    async with _tcp(port) as (reader, writer):
        writer.write(data)
        with contextlib.suppress(ConnectionError):
            while piece := await asyncio.wait_for(reader.read(4096), PATIENCE):
                found += piece
    return found
