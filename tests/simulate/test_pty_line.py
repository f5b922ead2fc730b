"""A serial line of two pseudo-terminals."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import LinkError, NoReplyError, UsageError
from port502.server import Server, Units
from port502.service.device import Device
from port502.simulate.pty_line import PtyLine

pytestmark = pytest.mark.skipif(not PtyLine.is_possible(), reason="no pseudo-terminals here")


async def test_a_master_and_its_slaves_are_on_it() -> None:
    async with PtyLine() as line:
        near, far = (f"rtu://{end}?baud=19200&parity=N" for end in line.ends)
        units = Units({1: Device(holding={0: [7] * 125}), 2: Device(holding={0: [8]})})
        async with Server(units, far), Client(near, response_timeout=0.2, retries=0) as client:
            assert await client.read_holding_registers(0, 125, unit=1) == [7] * 125
            with pytest.raises(NoReplyError):
                await client.read_holding_registers(0, unit=3)
            assert await client.read_holding_registers(0, unit=2) == [8]
        async with Server(units, far), Client(near) as client:
            assert await client.read_holding_registers(0, unit=2) == [8]
    with pytest.raises(LinkError):
        async with Client(near):
            pass
    line_again = PtyLine()
    assert line_again.ends == ("", "")


async def test_what_nobody_reads_is_lost() -> None:
    async with PtyLine() as line:
        port = os.open(line.ends[0], os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            for _ in range(64):
                try:
                    os.write(port, bytes(4096))
                except BlockingIOError:
                    break
        finally:
            os.close(port)


async def test_a_system_without_them_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "openpty")
    assert not PtyLine.is_possible()
    with pytest.raises(UsageError, match="no pseudo-terminals"):
        PtyLine().start()


async def test_a_name_for_it_is_a_link_as_long_as_it_is_there(tmp_path: Path) -> None:
    name = tmp_path / "line"
    name.symlink_to("/dev/gone")
    async with PtyLine(name) as line:
        assert name.readlink() == Path(line.ends[0])
    assert not name.is_symlink()
    name.touch()
    with pytest.raises(UsageError, match="is no serial line"):
        PtyLine(name).start()
    with pytest.raises(UsageError, match="cannot be made"):
        PtyLine(tmp_path / "nowhere" / "line").start()
