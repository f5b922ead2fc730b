"""Whether the clock of this machine is kept in step."""

from __future__ import annotations

import ctypes
import sys

import pytest

from port502.commission.audit import clock


class Kernel:
    def __init__(self, state: int) -> None:
        self.state = state

    def adjtimex(self, room: ctypes.Array[ctypes.c_char]) -> int:
        assert bytes(room) == bytes(len(room))  # no modes: nothing is set
        return self.state


@pytest.mark.parametrize(("state", "in_step"), [(0, True), (1, True), (5, False), (-1, None)])
def test_the_kernel_says_so(monkeypatch: pytest.MonkeyPatch, state: int, in_step: bool | None) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: Kernel(state))
    assert clock.is_in_step() is in_step


def test_other_systems_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert clock.is_in_step() is None


def test_a_library_without_it_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert clock.is_in_step() is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")
def test_this_machine_says_something() -> None:
    assert clock.is_in_step() in (True, False, None)
