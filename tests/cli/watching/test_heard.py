"""What passes, heard by ourselves or told by the running site."""

from __future__ import annotations

import asyncio
from pathlib import Path

from port502.cli.target import Asked, peer_for, resolve
from port502.cli.watching.heard import OwnTap, SiteTap
from port502.service.device import Device
from port502.site.control import control_path
from port502.site.running import Running


async def test_our_own_connection_is_heard(boiler: tuple[Device, str]) -> None:
    tap = OwnTap()
    assert await tap.look() == ()
    async with peer_for(Asked(boiler[1], hear=tap.hear)) as peer:
        await peer.read(resolve("holding:0*2", None))
    (one,) = await tap.look()
    assert (one.asked, one.answered, one.done) == ("read holding registers 0 *2", "= 10 20", True)
    assert one.took_ms is not None


async def test_a_running_site_tells_what_passes_and_what_is_known_is_kept(
    site: tuple[Device, Running], tmp_path: Path
) -> None:
    tap = SiteTap(control_path(tmp_path / "data"), "plc")
    seen: list[int] = []
    async with asyncio.timeout(20):
        while len(seen) < 4:
            lines = await tap.look()
            seen = [one.number for one in lines]
            await asyncio.sleep(0)
    assert seen == sorted(set(seen))
    assert any("481" in one.answered for one in lines)
    await site[1].stop()
    assert [one.number for one in await tap.look()] == seen
