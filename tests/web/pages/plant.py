"""A site with its dashboard in a process of its own: ``python -m tests.web.pages.plant FOLDER``.

It prints one line of JSON once it is ready, then obeys lines on its standard input: ``ADDRESS VALUE`` sets a register.
``FOLDER FILE`` runs that site file instead, whose devices are somebody else's.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from port502.cli.settling import settle, stay
from port502.server import Server
from port502.service.device import Device
from port502.site.build import load_site
from port502.site.running import Running
from port502.web.roles import Role
from port502.web.server import WebServer
from port502.web.users import add_token, add_user
from tests.web.serving import PASSWORD

SITE = """
site: pump-station-7
history: {{path: data}}
web: {{listen: "127.0.0.1:0", users: users.yaml}}
connections:
  plc: {{url: "{url}"}}
  dead-meter: {{url: "tcp://127.0.0.1:1"}}
devices:
  pump:
    connection: plc
    writes: true
    interval: 100ms
    points:
      speed: {{ref: "40001", scale: 0.1, unit: Hz, quantity: frequency}}
      setpoint: {{ref: "40002", write: {{min: 0, max: 50, critical: true}}}}
      twice: {{expression: "speed * 2"}}
      broken: {{ref: "40900"}}
  meter: {{connection: dead-meter, points: {{power: {{ref: 30001, unit: W, quantity: active_power}}}}}}
alarms:
  fast: {{point: pump.speed, high: 50, for: 0, clear_for: 0, priority: high, say: "Pump runs at {{pump.speed}} Hz"}}
  gone: {{device: "*", offline: true, for: 0, priority: critical}}
listeners:
  safe: {{url: "tcp://127.0.0.1:0", policy: policy.yaml, guard: {{connection: plc}}}}
  station: {{url: "tcp://127.0.0.1:0", findings: false, serve: {{points: {{"holding:0": pump.speed/uint16}}}}}}
"""

POLICY = """
default: deny
clients: {scada: {from: 127.0.0.5}}
rules: [{name: reads, functions: [read], points: ['holding:0*2']}]
"""


async def main(folder: Path, site: Path | None = None) -> None:
    users = folder / "users.yaml"
    add_user(users, "ann", "operator", PASSWORD)
    add_user(users, "eve", "engineer", PASSWORD)
    add_user(users, "zoe", "admin", PASSWORD)
    tokens = {
        role: add_token(users, f"{role}-program", role)
        for role in ("viewer", "operator", "engineer", "admin")
    }
    device = Device(holding={0: [481, 7, *([0] * 100)]})
    async with Server(device, "tcp://127.0.0.1:0") as server:
        path = site or folder / "site.yaml"
        if site is None:
            path.write_text(SITE.format(url=server.url))
            (folder / "policy.yaml").write_text(POLICY)
        settle()
        async with Running(load_site(path)) as running, WebServer(running, pages=True) as web:
            stay()
            links = [web.link(role) for role in (Role.ADMIN, Role.VIEWER)]
            print(
                json.dumps({"url": web.url, "tokens": tokens, "links": links, "site": str(path)}), flush=True
            )
            while line := await asyncio.to_thread(sys.stdin.readline):
                address, value = line.split()
                device.holding.write(int(address), [int(value)])


if __name__ == "__main__":
    asyncio.run(main(*map(Path, sys.argv[1:])))
