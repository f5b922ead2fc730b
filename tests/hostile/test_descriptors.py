"""A server whose process runs out of descriptors, in a process of its own (row H81)."""

from __future__ import annotations

import asyncio
import sys
import textwrap
from pathlib import Path

import pytest

DESCRIPTORS = """
    import asyncio, logging, resource, sys
    from port502 import Client, Device, Limits, Server

    logging.basicConfig(stream=sys.stdout, format="%(message)s")

    async def main():
        limits = Limits(connections=10_000, per_client=10_000)
        async with Server(Device(holding={0: [42]}), "tcp://127.0.0.1:0", limits=limits) as server:
            async with Client(server.url) as running:
                used = 64
                resource.setrlimit(resource.RLIMIT_NOFILE, (used, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
                held = []
                while True:  # each connection costs this process two
                    try:
                        held.append(await asyncio.open_connection("127.0.0.1", server.port))
                    except OSError:
                        break
                left = len(held)
                for _ in range(3):  # one end here, none there
                    held.pop()[1].close()
                await asyncio.sleep(0)
                while len(server._listener.streams) + len(held) < 40:
                    try:
                        held.append(await asyncio.open_connection("127.0.0.1", server.port))
                    except OSError:
                        break
                assert await running.read_holding_registers(0) == [42]
                print("running connection unharmed", left > 10)
                for _, writer in held:
                    writer.close()
                async with asyncio.timeout(20):
                    while len(server._listener.streams) > 1:
                        await asyncio.sleep(0)
                    async with Client(server.url) as late:
                        assert await late.read_holding_registers(0) == [42]
                print("accepting again")

    asyncio.run(main())
"""


@pytest.mark.slow
async def test_h081_without_descriptors_accepting_pauses_and_resumes(tmp_path: Path) -> None:
    program = tmp_path / "exhausted.py"
    program.write_text(textwrap.dedent(DESCRIPTORS))
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    lines = out.decode().splitlines()
    assert process.returncode == 0, err.decode()
    assert "running connection unharmed True" in lines
    assert "accepting again" in lines
    complaints = [line for line in lines if "ulimit" in line or "resource" in line]
    assert len(complaints) == 1, complaints
    assert not err, err.decode()[:2000]
