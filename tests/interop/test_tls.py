"""TLS with programs that nobody here wrote: OpenSSL's authority and client, pymodbus, tmodbus, tshark."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from port502.client import Client, SyncClient
from port502.errors import CertificateError, IllegalFunctionError
from port502.server import Server
from port502.service.device import Device
from port502.transport.certificate import read_certificates
from port502.transport.role import role_of
from port502.transport.tls import client_context
from tests.certificates import Authority
from tests.peers import need_module, need_program, tmodbus_peer, tshark
from tests.secure import ANSWER, PATIENCE, READ, Plant, by_role
from tests.served import served

pytestmark = pytest.mark.interop


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_openssl_s_client_is_answered(plant: Plant, version: str) -> None:
    program = need_program("openssl", "Debian package openssl")
    files = [
        "-cert",
        plant.client.certificate,
        "-key",
        plant.client.key,
        "-CAfile",
        plant.authority.certificate,
    ]
    async with plant.serving() as server:
        process = await asyncio.create_subprocess_exec(
            *(
                program,
                "s_client",
                "-connect",
                f"127.0.0.1:{server.port}",
                "-quiet",
                version,
                "-verify_return_error",
            ),
            *map(str, files),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(READ * 3)
        answer = await asyncio.wait_for(process.stdout.readexactly(3 * len(ANSWER)), PATIENCE)
        process.kill()
        await process.communicate()
    assert answer == ANSWER * 3
    assert plant.sessions[0].role == "operator"


NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
CONFIGURATION = """
[ca]
default_ca = site
[site]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
crlnumber = crlnumber
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
1.3.6.1.4.1.50316.802.1 = ASN1:UTF8String:operator
"""


class OpensslAuthority:
    """An authority that ``openssl ca`` keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._program = need_program("openssl", "Debian package openssl")
        (folder / "ca.cnf").write_text(CONFIGURATION)
        (folder / "index.txt").touch()
        (folder / "serial").write_text("1000\n")
        (folder / "crlnumber").write_text("01\n")
        self.run(f"req -x509 {NEW_KEY} -subj /CN=plant -days 30 -keyout ca.key -out ca.pem")

    def issue(self, name: str, kind: str) -> dict[str, Path]:
        self.run(f"req {NEW_KEY} -subj /CN={name} -keyout {name}.key -out {name}.csr")
        self.run(f"ca -batch -notext -config ca.cnf -extensions {kind} -in {name}.csr -out {name}.pem")
        found = {"certificate": f"{name}.pem", "key": f"{name}.key", "authority": "ca.pem"}
        return {word: self.folder / file for word, file in found.items()}

    def crl(self) -> Path:
        self.run("ca -gencrl -config ca.cnf -out ca.crl")
        return self.folder / "ca.crl"

    def run(self, words: str) -> None:
        done = subprocess.run(
            [self._program, *words.split()],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr


async def test_what_openssl_ca_issues_and_revokes_is_taken_and_refused(tmp_path: Path) -> None:
    ca = OpensslAuthority(tmp_path)
    station, scada = ca.issue("station", "server"), ca.issue("scada", "client")
    assert role_of(read_certificates(scada["certificate"])[0].der).text == "operator"
    crl = ca.crl()
    service = by_role({"operator": {3}})
    async with Server(service, "tls://127.0.0.1:0", **station, crl=crl) as server:
        async with Client(server.url, **scada, crl=crl) as client:
            assert await client.read_holding_registers(0) == [42]
            ca.run("ca -config ca.cnf -revoke scada.pem")
            ca.crl()
            assert await client.read_holding_registers(0) == [42]
        client = Client(server.url, **scada, crl=crl, retries=0)
        with pytest.raises(OSError, match=r"(?i)revoked"):
            await client.read_holding_registers(0)
        await client.close()
        assert server.counters.causes["bad certificate"] >= 1


def test_pymodbuss_client_on_our_server(plant: Plant) -> None:
    need_module("pymodbus", "PyPI package pymodbus")
    from pymodbus import FramerType
    from pymodbus.client import ModbusTlsClient

    context = plant.context(plant.client)
    context.check_hostname = False
    with served(plant.service, "tls://127.0.0.1:0", **plant.files(plant.server)) as server:
        client = ModbusTlsClient(
            "127.0.0.1", port=server.port, sslctx=context, framer=FramerType.TLS, retries=0
        )
        assert client.connect()
        try:
            assert client.read_holding_registers(0, count=3).registers == [42, 43, 44]
            assert not client.write_register(1, 7).isError()
            assert client.read_holding_registers(1, count=1).registers == [7]
        finally:
            client.close()
    assert {session.role for session in plant.sessions} == {"operator"}


async def test_our_clients_on_pymodbuss_server(plant: Plant) -> None:
    need_module("pymodbus", "PyPI package pymodbus")
    from pymodbus.server import ModbusTlsServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(plant.server.certificate, plant.server.key)
    context.load_verify_locations(plant.authority.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    data = SimData(0, values=[11, 22, 33], datatype=DataType.REGISTERS)
    theirs = ModbusTlsServer(SimDevice(id=0, simdata=[data]), address=("127.0.0.1", 0), sslctx=context)
    await theirs.serve_forever(background=True)
    url = f"tls://127.0.0.1:{theirs.transport.sockets[0].getsockname()[1]}"
    try:
        async with Client(url, **plant.files()) as client:
            assert await client.read_holding_registers(0, 3) == [11, 22, 33]

        def blocking() -> list[int]:
            with SyncClient(url, **plant.files()) as client:
                return client.read_holding_registers(0, 3)

        assert await asyncio.to_thread(blocking) == [11, 22, 33]
        foreign = plant.files() | {"authority": Authority(plant.folder, "foreign").certificate}
        with pytest.raises(CertificateError):
            async with Client(url, **foreign):
                raise AssertionError
    finally:
        await theirs.shutdown()


def test_tmodbuss_client_on_our_server_and_its_role(plant: Plant) -> None:
    service = by_role({"operator": {3}})
    with served(service, "tls://127.0.0.1:0", **plant.files(plant.server)) as server:
        told = tmodbus_peer.call(server.port, plant.authority, plant.client)
    assert told == {"read": "exception 2", "write": "exception 1"}
    device = Device(holding={0: list(range(10))})
    with served(device, "tls://127.0.0.1:0", **plant.files(plant.server)) as server:
        told = tmodbus_peer.call(server.port, plant.authority, plant.client)
    assert told["read"] == list(range(10))
    assert device.holding[3] == 4711


def test_our_client_on_tmodbuss_server_and_its_role(plant: Plant) -> None:
    with tmodbus_peer.server(plant.authority, plant.server) as port:
        url = f"tls://127.0.0.1:{port}"
        with SyncClient(url, **plant.files(), name="localhost") as client:
            assert client.read_holding_registers(0, 4) == [42] * 4
        guest = plant.files(plant.authority.client("guest"))
        with SyncClient(url, **guest) as client, pytest.raises(IllegalFunctionError):
            client.read_holding_registers(0, 4)


@pytest.mark.slow
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_tshark_with_the_session_keys_reads_unchanged_modbus_inside(
    plant: Plant, version: ssl.TLSVersion
) -> None:
    program = need_program("tshark", "Debian package tshark")
    keys = plant.folder / "keys.log"
    files = plant.files()
    holder = client_context(files["certificate"], files["key"], files["authority"])
    context = holder.current()
    context.keylog_filename = str(keys)
    context.maximum_version = version
    with served(plant.service, "tls://127.0.0.1:0", **plant.files(plant.server)) as server:
        with (
            tshark.capturing(plant.folder, server.port) as capture,
            SyncClient(server.url, unit=255, tls=context) as client,
        ):
            client.read_holding_registers(0, 3)
            client.write_register(1, 4711)
        port = server.port
    assert tshark.decode(capture, port) == []
    fields = ["mbtcp.trans_id", "mbtcp.prot_id", "mbtcp.len", "mbtcp.unit_id", "modbus.func_code"]
    wanted: list[Any] = [program, "-r", str(capture), "-o", f"tls.keylog_file:{keys}"]
    wanted += ["-d", f"tcp.port=={port},tls", "-d", f"tls.port=={port},mbtcp", "-Y", "mbtcp"]
    wanted += ["-o", f"mbtcp.tls.port:{port}", "-T", "fields"]
    for field in fields:
        wanted += ["-e", field]
    done = subprocess.run(wanted, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[1:] for row in rows] == [
        ["0", "6", "255", "3"],
        ["0", "9", "255", "3"],
        ["0", "6", "255", "6"],
        ["0", "6", "255", "6"],
    ]
    assert rows[0][0] == rows[1][0] != rows[2][0] == rows[3][0]
