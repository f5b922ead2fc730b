"""A site of many meters with its dashboard, in one process: ``port502_dashboard PORT DEVICES``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from bench.peers.collecting import POINTS, address, raise_descriptor_limit
from bench.peers.loops import until_input_ends
from port502.cli.settling import settle, stay
from port502.site.build import load_site
from port502.site.running import Running
from port502.site.web_model import WebSettings
from port502.web.mounting import load
from port502.web.server import WebServer


def site_file(port: int, devices: int) -> str:
    """A connection for each device, with twenty floats of it every second."""
    points = ", ".join(
        f"value{point:02}: {{ref: holding:{2 * point}, type: float32, interval: 1s}}"
        for point in range(POINTS)
    )
    connections = [
        f'  meter{device:04}: {{url: "tcp://{address(device)}:{port}", response_timeout: 400ms}}'
        for device in range(devices)
    ]
    meters = [
        f"  meter{device:04}: {{connection: meter{device:04}, points: {{{points}}}}}"
        for device in range(devices)
    ]
    head = ["site: hall", "history: {path: data}"]
    return "\n".join([*head, "connections:", *connections, "devices:", *meters]) + "\n"


async def serve(port: int, devices: int, folder: Path) -> None:
    """Collect and show until standard input ends."""
    path = folder / "site.yaml"
    path.write_text(site_file(port, devices), encoding="utf-8")
    site = load_site(path)
    load()
    settle()
    async with Running(site) as running, WebServer(running, WebSettings(port=0), pages=True) as web:
        stay()
        await until_input_ends(int(web.url.rpartition(":")[2]))


def main() -> None:
    raise_descriptor_limit()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), Path(folder)))


if __name__ == "__main__":
    main()
