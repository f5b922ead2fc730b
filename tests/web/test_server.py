from __future__ import annotations

import hashlib
import socket
import ssl
from pathlib import Path

import httpx
import pytest

from port502.errors import ConfigError, ConnectError, UsageError
from port502.site.build import load_site
from port502.site.running import Running
from port502.site.web_model import WebSettings
from port502.web.server import WebServer
from tests.certificates import Authority
from tests.web.serving import SITE, serving

pytestmark = pytest.mark.slow

PLAIN = SITE.replace(", users: users.yaml", "")
"""On this machine alone, without users."""


def site(folder: Path) -> Running:
    path = folder / "site.yaml"
    path.write_text(PLAIN.format(url="tcp://127.0.0.1:1", host="127.0.0.1"))
    return Running(load_site(path))


async def test_a_port_that_is_taken_names_who_has_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with site(tmp_path) as running:
            with pytest.raises(ConnectError, match=rf"127.0.0.1:{port}.*has it; set 'listen' of 'web'"):
                await WebServer(running, WebSettings(port=port)).start()


async def test_nobody_outside_without_users(tmp_path: Path) -> None:
    async with site(tmp_path) as running:
        with pytest.raises(UsageError, match="without users"):
            WebServer(running, WebSettings(host="0.0.0.0"))
        with pytest.raises(ConfigError, match="cannot be read"):
            WebServer(running, WebSettings(host="0.0.0.0", users=tmp_path / "users.yaml"))


async def test_on_this_machine_one_may_look_and_a_link_lets_in(tmp_path: Path) -> None:
    async with (
        site(tmp_path) as running,
        WebServer(running) as web,
        httpx.AsyncClient(base_url=web.url, trust_env=False) as client,
    ):
        assert (await client.get("/api/v1/overview")).status_code == 200
        assert (await client.post("/api/v1/lock", json={})).status_code == 401
        await client.get(web.link())
        csrf = (await client.get("/api/v1/me")).json()["csrf"]
        answer = await client.post("/api/v1/lock", json={}, headers={"X-CSRF-Token": csrf})
        assert answer.status_code == 200


async def test_it_ends_while_somebody_watches(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as client:
        async with client.stream("GET", "/api/v1/live") as answer:
            async for _ in answer.aiter_lines():
                break
            await served.web.stop()
        with pytest.raises(httpx.HTTPError):
            await client.get("/healthz")


async def test_it_speaks_tls_and_knows_people_by_their_certificates(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, client = authority.server(), authority.client(None)
    fingerprint = hashlib.sha256(client.der).hexdigest()
    users = tmp_path / "users.yaml"
    users.write_text(f"users: {{ann: {{role: engineer, certificate: '{fingerprint}'}}}}")
    users.chmod(0o600)
    settings = WebSettings(
        port=0,
        users=users,
        certificate=server.certificate,
        key=server.key,
        authority=authority.certificate,
    )
    context = ssl.create_default_context(cafile=str(authority.certificate))
    async with site(tmp_path) as running, WebServer(running, settings) as web:
        assert web.url.startswith("https://")
        async with httpx.AsyncClient(base_url=web.url, verify=context, trust_env=False) as nobody:
            answer = await nobody.get("/api/v1/me")
            assert answer.json()["way"] == "anonymous"
            assert "max-age" in answer.headers["strict-transport-security"]
        context.load_cert_chain(client.certificate, client.key)
        async with httpx.AsyncClient(base_url=web.url, verify=context, trust_env=False) as ann:
            me = (await ann.get("/api/v1/me")).json()
            assert (me["name"], me["role"], me["way"]) == ("ann", "engineer", "certificate")
    with pytest.raises(ConfigError, match="certificate cannot be used"):
        async with site(tmp_path) as running:
            await WebServer(running, WebSettings(port=0, certificate=users, key=users)).start()
