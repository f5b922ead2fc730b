"""RS-485 direction control, where there is a driver for it and where not."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest

from port502.client import Client
from port502.errors import ConnectError
from port502.transport.direction import SET_RS485, Direction, let_kernel_drive, switch_direction

fcntl = pytest.importorskip("fcntl")


def test_the_structure_is_the_one_of_the_kernel() -> None:
    assert struct.unpack("=8I", Direction().packed()) == (0b00011, 0, 0, 0, 0, 0, 0, 0)
    other = Direction(rts_on_send=False, before=1, after=2, hear_self=True)
    assert struct.unpack("=8I", other.packed()) == (0b10101, 1, 2, 0, 0, 0, 0, 0)


def test_a_pseudo_terminal_has_no_direction_to_switch() -> None:
    ours, theirs = os.openpty()
    try:
        assert not let_kernel_drive(ours, Direction())
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_driver_that_can_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(fcntl, "ioctl", lambda *arguments: asked.append(arguments))
    assert let_kernel_drive(7, Direction(before=3))
    assert asked == [(7, SET_RS485, Direction(before=3).packed())]


def test_a_port_that_is_gone_is_no_missing_feature(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.close(descriptor)
    with pytest.raises(ConnectError, match="direction") as caught:
        let_kernel_drive(descriptor, Direction())
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == errno.EBADF


def test_a_url_may_insist_on_it_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    monkeypatch.setattr(fcntl, "ioctl", lambda descriptor, request, packed: asked.append(packed))
    switch_direction(7, "", "/dev/x")
    for wanted in ("on", "inverted", "try"):
        switch_direction(7, wanted, "/dev/x")
    assert asked == [Direction(rts_on_send=high).packed() for high in (True, False, True)]


async def test_a_port_that_cannot_is_not_opened_where_the_url_insists() -> None:
    ours, theirs = os.openpty()
    try:
        url = f"rtu://{os.ttyname(theirs)}?parity=N"
        async with Client(f"{url}&rs485=try"):
            pass
        for wanted in ("on", "inverted"):
            with pytest.raises(
                ConnectError, match=f"does not switch the direction of RS-485 .rs485={wanted}"
            ):
                async with Client(f"{url}&rs485={wanted}"):
                    pass
    finally:
        os.close(ours)
        os.close(theirs)
