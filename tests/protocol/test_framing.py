"""Frames as values, and what no framing sends."""

from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.protocol.ascii import AsciiFraming
from port502.protocol.framing import Frame, Framing, FramingErrors, check_envelope
from port502.protocol.mbap import MbapFraming
from port502.protocol.rtu import RtuFraming


def test_frames_are_values() -> None:
    frame = Frame(1, 2, b"\x07")
    assert frame == Frame(1, 2, b"\x07")
    assert hash(frame) == hash(Frame(1, 2, b"\x07"))
    assert frame != Frame(1, 3, b"\x07")
    assert frame != b"\x07"
    assert repr(frame) == "Frame(1, 2, bytes.fromhex('07'))"


def test_check_envelope() -> None:
    check_envelope(0, b"\x07")
    check_envelope(255, bytes(253))
    for unit, pdu in [(-1, b"\x07"), (256, b"\x07"), (1, b""), (1, bytes(254))]:
        with pytest.raises(UsageError):
            check_envelope(unit, pdu)


@pytest.mark.parametrize(
    "framing", [MbapFraming(), RtuFraming("client"), RtuFraming("server"), AsciiFraming()]
)
def test_every_framing_refuses_what_does_not_fit(framing: Framing) -> None:
    for unit, pdu in [(-1, b"\x07"), (256, b"\x07"), (1, b""), (1, bytes(254))]:
        with pytest.raises(UsageError):
            framing.encode(1, unit, pdu)


@pytest.mark.parametrize(
    "framing", [MbapFraming(), RtuFraming("client"), RtuFraming("server"), AsciiFraming()]
)
def test_every_framing_starts_empty_and_can_be_emptied(framing: Framing) -> None:
    assert (framing.pending, framing.failure, framing.errors) == (0, None, FramingErrors())
    frame = framing.encode(0, 1, b"\x07" if not isinstance(framing, RtuFraming) else b"\x03\0\0\0\1")
    framing.receive(frame[:3])
    assert framing.pending == 3
    assert framing.resemblance() is None
    assert framing.discard() == 3
    assert framing.pending == 0
    assert framing.errors.noise == 3
    assert framing.discard() == 0
