"""Modbus/TCP Security v36: one test per requirement, by its number."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import CertificateError, IllegalFunctionError
from port502.guard.gate import Gate
from port502.guard.layer import policy_layer
from port502.guard.pki import SiteAuthority
from port502.server import Server
from port502.service.call import Service
from port502.site.policy_file import load_policy
from port502.transport.certificate import extensions, read_certificates
from port502.transport.role import ROLE_OID, role_of
from port502.transport.tls import bare_context, server_context
from tests.certificates import Authority, rsa_key, utf8
from tests.conformance.requirements import LIMITS, MUST, REQUIREMENTS, shown_by
from tests.peers import need_program
from tests.secure import ANSWER, PATIENCE, READ, Plant, ask, connected, refusal, until

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
READ_ONLY = """
default: deny
clients:
  operators: {role: operator}
  engineers: {role: engineer}
rules:
  - {name: operators read, clients: [operators], functions: [read]}
  - {name: engineers do all, clients: [engineers], functions: [all]}
"""

NIGHT_SHIFT = """
default: deny
clients: {night: {role: night shift}}
rules: [{name: all at night, clients: [night], functions: [all]}]
"""


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


def at(
    plant: Plant, version: ssl.TLSVersion, suites: str = "", *, certificate: bool = True
) -> ssl.SSLContext:
    """A client of one version, with some suites only."""
    context = plant.context(plant.client if certificate else None)
    context.minimum_version = context.maximum_version = version
    if suites:
        context.set_ciphers(suites)
    return context


async def agreed(port: int, context: ssl.SSLContext) -> tuple[str, str]:
    """The suite and the version that a handshake ends in."""
    async with connected(port, context) as (reader, writer):
        writer.write(READ)
        assert await asyncio.wait_for(reader.readexactly(len(ANSWER)), PATIENCE) == ANSWER
        name, version, _ = writer.get_extra_info("cipher")
        return name, version


async def told(port: int, plant: Plant, *words: str) -> str:
    """What openssl s_client tells about the handshake."""
    program = need_program("openssl", "Debian package openssl")
    files = ["-cert", str(plant.client.certificate), "-key", str(plant.client.key), "-CAfile"]
    process = await asyncio.create_subprocess_exec(
        *(
            program,
            "s_client",
            "-connect",
            f"127.0.0.1:{port}",
            *files,
            str(plant.authority.certificate),
            *words,
        ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(b""), PATIENCE)
    return said.decode(errors="replace")


def by_policy(plant: Plant, text: str = READ_ONLY) -> Service:
    """The device behind the rules of a policy file."""
    path = plant.folder / "policy.yaml"
    path.write_text(text)
    return policy_layer(Gate(load_policy(path)))(plant.service)


async def refused(server: Server, plant: Plant, role: str | None, function: int) -> bool:
    """Whether a client with this role gets exception 01."""
    pair = plant.authority.client(role)
    async with Client(server.url, **plant.files(pair)) as client:
        try:
            await (client.read_holding_registers(0) if function == 3 else client.write_register(0, 1))
        except IllegalFunctionError:
            return True
        return False


def suites(*, server_side: bool) -> list[dict[str, object]]:
    return [dict(suite) for suite in bare_context(server_side=server_side).get_ciphers()]


async def test_r01_r32_r33_versions_1_2_and_1_3(plant: Plant) -> None:
    """TLS 1.2 and TLS 1.3 are spoken; the newer one is chosen where both are offered."""
    async with plant.serving() as server:
        assert (await agreed(server.port, at(plant, TLS_1_2)))[1] == "TLSv1.2"
        assert (await agreed(server.port, at(plant, TLS_1_3)))[1] == "TLSv1.3"
        assert (await agreed(server.port, plant.context(plant.client)))[1] == "TLSv1.3"


async def test_r02_r06_r41_both_sides_are_authenticated(plant: Plant, tmp_path: Path) -> None:
    """A client of a foreign authority is refused by the server, a server of one by the client."""
    foreign = Authority(tmp_path, "foreign")
    async with plant.serving() as server:
        context = plant.context(foreign.client())
        assert "ALERT" in await refusal(server.port, context)
        assert await ask(server.port, plant.context(plant.client)) == ANSWER
    async with plant.serving(pair=foreign.server()) as server:
        with pytest.raises(CertificateError):
            async with Client(server.url, **plant.files()):
                raise AssertionError


def test_r03_r47_certificates_are_x509_version_3(tmp_path: Path) -> None:
    """What `pki` makes is X.509v3 as OpenSSL's strict reading of RFC 5280 wants it."""
    import subprocess

    site = SiteAuthority(tmp_path)
    site.init()
    for made, purpose in (
        (site.issue("station", hosts=["plc"]), "sslserver"),
        (site.issue("scada", role="a"), "sslclient"),
    ):
        assert extensions(made.certificate.der)
        program = need_program("openssl", "Debian package openssl")
        words = [
            "verify",
            "-x509_strict",
            "-purpose",
            purpose,
            "-CAfile",
            str(site.certificate),
            str(made.files[0]),
        ]
        done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout.strip().endswith("OK"), done.stderr
        shown = subprocess.run(
            [program, "x509", "-in", str(made.files[0]), "-noout", "-text"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "Version: 3 (0x2)" in shown.stdout


async def test_r04_r16_r17_r30_authorization_uses_the_role_of_the_certificate(plant: Plant) -> None:
    """The server reads the role from the client's certificate, and the rules decide by it."""
    async with plant.serving(by_policy(plant)) as server:
        assert not await refused(server, plant, "operator", 3)
        assert await refused(server, plant, "operator", 6)
        assert not await refused(server, plant, "engineer", 6)
        assert await refused(server, plant, "guest", 3)


async def test_r05_the_frame_inside_of_tls_is_unchanged(plant: Plant) -> None:
    """The same bytes as on port 502 go in and come out."""
    async with plant.serving() as secure, Server(plant.device, "tcp://127.0.0.1:0") as plain:
        reader, writer = await asyncio.open_connection("127.0.0.1", plain.port)
        writer.write(READ)
        answer = await reader.readexactly(len(ANSWER))
        writer.close()
        await writer.wait_closed()
        assert await ask(secure.port, plant.context(plant.client)) == answer == ANSWER


async def test_r07_the_server_asks_for_a_certificate(plant: Plant) -> None:
    """The handshake has a request for a certificate in it."""
    async with plant.serving() as server:
        assert "CertificateRequest" in await told(server.port, plant, "-tls1_2", "-msg")


async def test_r08_the_client_sends_its_certificate(plant: Plant) -> None:
    """What our client showed is what the server saw."""
    async with plant.serving() as server, Client(server.url, **plant.files()) as client:
        await client.read_holding_registers(0)
    [session] = plant.sessions
    assert session.fingerprint == read_certificates(plant.client.certificate)[0].fingerprint


async def test_r10_r44_without_a_certificate_a_fatal_alert_ends_the_connection(plant: Plant) -> None:
    """With TLS 1.2 the handshake fails; with TLS 1.3 the first read gives the alert."""
    async with plant.serving() as server:
        assert "ALERT" in await refusal(server.port, at(plant, TLS_1_2, certificate=False))
        assert "CERTIFICATE_REQUIRED" in await refusal(server.port, at(plant, TLS_1_3, certificate=False))
        assert plant.sessions == []


async def test_r11_no_session_is_resumed_after_a_fatal_alert(plant: Plant) -> None:
    """A session that a broken record ended with an alert is not taken up again."""
    context = at(plant, TLS_1_2)
    async with plant.serving() as server:

        def visit(
            session: ssl.SSLSession | None, *, spoil: bool
        ) -> tuple[ssl.SSLSession | None, bool | None]:
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain:
                mine = plain.dup()
                with mine, context.wrap_socket(plain, server_hostname="localhost", session=session) as secure:
                    secure.sendall(READ)
                    assert secure.recv(260) == ANSWER
                    if spoil:
                        mine.sendall(bytes.fromhex("1703030020") + bytes(32))
                        with pytest.raises(ssl.SSLError, match="ALERT"):
                            secure.recv(1)
                    return secure.session, secure.session_reused

        session, _ = await asyncio.to_thread(visit, None, spoil=False)
        session, reused = await asyncio.to_thread(visit, session, spoil=True)
        assert reused
        _, reused = await asyncio.to_thread(visit, session, spoil=False)
        assert not reused


@pytest.mark.parametrize("server_side", [False, True])
def test_r12_r38_only_registered_suites(server_side: bool) -> None:
    """Every suite that is offered has an IANA name and stands in the registry's ranges."""
    for suite in suites(server_side=server_side):
        number = int(str(suite["id"])) & 0xFFFF
        assert number >> 8 in (0x13, 0xC0, 0xCC), suite["name"]


@pytest.mark.parametrize(
    ("rsa", "suite"),
    [
        pytest.param(True, "ECDHE-RSA-AES128-GCM-SHA256", id="R-14"),
        pytest.param(False, "ECDHE-ECDSA-AES128-GCM-SHA256", id="R-62"),
    ],
)
async def test_r14_r36_r39_r40_r61_r62_the_suites_that_must_be_there(
    plant: Plant, rsa: bool, suite: str
) -> None:
    """AES-128-GCM (a counter mode) by ECDHE with an RSA key, and with an ECDSA key on P-256."""
    pair = plant.authority.server(key=rsa_key()) if rsa else plant.server
    async with plant.serving(pair=pair) as server:
        context = at(plant, TLS_1_2, suite)
        context.set_ecdh_curve("prime256v1")
        assert (await agreed(server.port, context))[0] == suite


def test_r20_r21_r22_r65_pki_gives_clients_one_role_as_a_utf8string(tmp_path: Path) -> None:
    """The extension 1.3.6.1.4.1.50316.802.1 stands once, and its value is one UTF8String: the whole text."""
    assert ROLE_OID == "1.3.6.1.4.1.50316.802.1"
    site = SiteAuthority(tmp_path)
    site.init()
    made = site.issue("scada", role="Operator,Engineer")
    values = [
        value for name, value in extensions(made.certificate.der) if name.hex() == "2b0601040183890c862201"
    ]
    assert values == [utf8("Operator,Engineer")]
    assert role_of(made.certificate.der).text == "Operator,Engineer"


async def test_r23_without_a_role_the_rules_see_the_null_role(plant: Plant) -> None:
    """The connection stays; rules that give the NULL role nothing answer each request with exception 01."""
    pair = plant.authority.client(None)
    async with (
        plant.serving(by_policy(plant)) as server,
        Client(server.url, **plant.files(pair)) as client,
    ):
        for _ in range(3):
            with pytest.raises(IllegalFunctionError):
                await client.read_holding_registers(0)
        assert server.counters.accepted == 1
        assert server.counters.closed == 0


async def test_r24_r25_r26_r27_r28_rules_and_roles_are_the_users(plant: Plant) -> None:
    """A policy file gives rights to any role; an empty one gives no role any right."""
    async with plant.serving(by_policy(plant, NIGHT_SHIFT)) as server:
        assert not await refused(server, plant, "night shift", 6)
        assert await refused(server, plant, "operator", 3)
    async with plant.serving(by_policy(plant, "default: deny\n")) as server:
        for role in ("operator", "engineer", "admin", "ReadOnlySunSpec", None):
            assert await refused(server, plant, role, 3)


async def test_r31_every_unauthorized_request_gets_exception_01(plant: Plant) -> None:
    """Judged request by request, on function and resource, within one connection."""
    async with (
        plant.serving(by_policy(plant)) as server,
        Client(server.url, **plant.files()) as client,
    ):
        for _ in range(2):
            assert await client.read_holding_registers(0) == [42]
            with pytest.raises(IllegalFunctionError):
                await client.write_register(0, 1)
            with pytest.raises(IllegalFunctionError):
                await client.write_registers(0, [1, 2])


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
async def test_r34_older_versions_are_not_negotiated(plant: Plant, version: str) -> None:
    """TLS 1.0 and 1.1 are answered with the alert for a wrong version."""
    context = plant.context(plant.client)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    async with plant.serving() as server:
        assert "PROTOCOL_VERSION" in await refusal(server.port, context)


async def test_r35_ssl_2_and_3_are_not_spoken(plant: Plant) -> None:
    """A hello of SSL 2 or SSL 3 ends the connection."""
    ssl2 = bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0") + bytes(16)
    ssl3 = bytes.fromhex("16030000330100002f0300") + bytes(32) + bytes.fromhex("0000080005000a002f00350100")
    async with plant.serving() as server:
        for number, hello in enumerate((ssl2, ssl3), 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(hello)
            with contextlib.suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), PATIENCE)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            await until(lambda ended=number: server.counters.closed == ended)
        assert plant.sessions == []


@pytest.mark.parametrize("server_side", [False, True])
def test_r37_r50_r51_r53_r55_nothing_weak_is_offered(server_side: bool) -> None:
    """No NULL suite, no MD5, no SHA-1, no suite without a MAC; the oldest function of TLS 1.2 is SHA-256."""
    for suite in suites(server_side=server_side):
        name = str(suite["name"])
        assert not re.search(r"NULL|MD5|SHA$|ADH|AECDH|EXP|RC4|DES", name), name
        assert suite["aead"] or suite["digest"] == "sha256", name


async def test_r42_r43_sessions_are_resumed_from_the_servers_memory(plant: Plant) -> None:
    """A second handshake is short, and its role is the same; the server hands out no tickets in TLS 1.2."""
    context = at(plant, TLS_1_2)
    async with plant.serving() as server:

        def visit(session: ssl.SSLSession | None) -> tuple[ssl.SSLSession | None, bool | None]:
            with (
                socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname="localhost", session=session) as secure,
            ):
                secure.sendall(READ)
                assert secure.recv(260) == ANSWER
                return secure.session, secure.session_reused

        session, reused = await asyncio.to_thread(visit, None)
        assert session is not None
        assert not session.has_ticket
        assert not reused
        _, reused = await asyncio.to_thread(visit, session)
        assert reused
    assert [one.role for one in plant.sessions] == ["operator", "operator"]


async def test_r45_r46_the_chain_is_sent_down_to_the_root(plant: Plant, tmp_path: Path) -> None:
    """Certificates of an intermediate authority come with it and the root; `pki` writes files like that."""
    middle = Authority(tmp_path, "middle", parent=plant.authority)
    async with plant.serving(pair=middle.server()) as server:
        said = await told(server.port, plant, "-showcerts")
        assert said.count("BEGIN CERTIFICATE") >= 3
        assert "Verify return code: 0 (ok)" in said
    site = SiteAuthority(tmp_path / "certs")
    site.init()
    chain = read_certificates(site.issue("station", hosts=["plc"]).files[0])
    assert [one.is_authority for one in chain] == [False, True]


async def test_r48_r49_r66_r67_encryption_is_the_sites_choice(plant: Plant) -> None:
    """Needed by default; where a site allows it, the suite without encryption is the last that is offered."""
    usage = _transporting()
    pair = plant.authority.server(key=rsa_key(), uses=usage)
    only_null = at(plant, TLS_1_2, "NULL-SHA256:@SECLEVEL=0")
    async with plant.serving(pair=pair) as server:
        assert "ALERT" in await refusal(server.port, only_null)
    context = server_context(pair.certificate, pair.key, plant.authority.certificate, allow_null=True)
    async with Server(plant.service, "tls://127.0.0.1:0", tls=context) as server:
        assert (await agreed(server.port, only_null))[0] == "NULL-SHA256"
    offered = [suite["name"] for suite in bare_context(server_side=False, allow_null=True).get_ciphers()]
    below = [name for name in offered if not name.startswith("TLS_")]
    assert below[-1] == "NULL-SHA256"


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA256"])
async def test_r52_r54_hmac_and_pseudo_random_function_with_sha_256(plant: Plant, suite: str) -> None:
    """A suite with HMAC-SHA-256 is there, whose pseudo-random function is SHA-256 too (RFC 5246, clause 5)."""
    async with plant.serving() as server:
        assert (await agreed(server.port, at(plant, TLS_1_2, suite)))[0] == suite


async def test_r57_r58_fragments_of_512_bytes(plant: Plant) -> None:
    """A server agrees to fragments of 512 bytes when a client asks for them."""
    async with plant.serving() as server:
        said = await told(server.port, plant, "-tls1_2", "-maxfraglen", "512", "-tlsextdebug")
        assert 'TLS server extension "max fragment length" (id=1)' in said


async def test_r59_r60_no_compression_and_the_indication_of_renegotiation(plant: Plant) -> None:
    """Compression is off, the indication is there, and a renegotiation that a client begins is not done."""
    async with plant.serving() as server:
        said = await told(server.port, plant, "-tls1_2")
        assert "Compression: NONE" in said
        assert "Secure Renegotiation IS supported" in said
    assert bare_context(server_side=True).options & ssl.OP_NO_RENEGOTIATION


async def test_r63_r64_the_extensions_for_elliptic_curves(plant: Plant) -> None:
    """Our client names its curves and point formats in its hello."""
    outgoing = ssl.MemoryBIO()
    hello = bare_context(server_side=False).wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="plc")
    with pytest.raises(ssl.SSLWantReadError):
        hello.do_handshake()
    data = outgoing.read()
    assert bytes.fromhex("000b0004") in data  # point formats, RFC 4492 clause 5.1.2
    groups = data.index(bytes.fromhex("000a"), 60)  # supported groups, clause 5.1.1
    assert bytes.fromhex("0017") in data[groups : groups + 40]  # P-256


def test_each_requirement_has_its_test() -> None:
    found = shown_by()
    assert set(found) == set(REQUIREMENTS)
    assert all(text for named in found.values() for _, text in named)


def test_a_limit_is_of_a_requirement_and_every_must_is_met_by_servers() -> None:
    assert set(LIMITS) <= set(REQUIREMENTS)
    for number, why in LIMITS.items():
        assert REQUIREMENTS[number][0] != MUST or "Met by servers" in why


def _transporting() -> object:
    from cryptography import x509

    return x509.KeyUsage(True, False, True, False, False, False, False, False, False)
