"""RS-485 direction control, where there is a driver for it and where not."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest

from port502.errors import ConnectError
from port502.gateway.direction import SET_RS485, Direction, let_kernel_drive

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
