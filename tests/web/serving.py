"""A device, a site that collects it, and its dashboard, all real, on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from port502.server import Server
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.running import Running
from port502.web.server import WebServer
from port502.web.users import add_token, add_user

PASSWORD = "correct horse battery"

SITE = """
site: test
history: {{path: data}}
web: {{listen: "{host}:0", users: users.yaml}}
connections:
  plc: {{url: "{url}"}}
devices:
  pump:
    connection: plc
    writes: true
    interval: 50ms
    points:
      speed: {{ref: "40001", scale: 0.1, unit: Hz, quantity: frequency}}
      setpoint: {{ref: "40002", write: {{min: 0, max: 50}}}}
      twice: {{expression: "speed * 2"}}
alarms:
  fast: {{point: pump.speed, high: 50, for: 0, clear_for: 0, priority: high, say: "Pump runs at {{pump.speed}} Hz"}}
  gone: {{device: pump, offline: true}}
"""


@dataclass
class Serving:
    """What runs, and a token for each role."""

    device: Device
    running: Running
    web: WebServer
    tokens: dict[str, str]

    def client(self, role: str = "", **headers: str) -> httpx.AsyncClient:
        """A program that asks, with the token of a role."""
        if role:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return httpx.AsyncClient(base_url=self.web.url, headers=headers, trust_env=False)


@cache
def people() -> tuple[str, dict[str, str]]:
    """A users file, and the tokens of the four programs in it; made once, since a password takes a while on purpose."""
    with TemporaryDirectory() as folder:
        users = Path(folder) / "users.yaml"
        add_user(users, "ann", "operator", PASSWORD)
        tokens = {
            role: add_token(users, f"{role}-program", role)
            for role in ("viewer", "operator", "engineer", "admin")
        }
        return users.read_text(), tokens


@asynccontextmanager
async def serving(folder: Path, site: str = SITE, host: str = "127.0.0.1") -> AsyncIterator[Serving]:
    """Everything, at work; on a ``host`` that is not loopback nobody looks without a login."""
    text, tokens = people()
    users = folder / "users.yaml"
    users.touch(0o600)
    users.write_text(text)
    device = Device(holding={0: [481, 7]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        path = folder / "site.yaml"
        path.write_text(site.format(url=server.url, host=host))
        async with Running(load_site(path)) as running, WebServer(running) as web:
            yield Serving(device, running, web, tokens)
