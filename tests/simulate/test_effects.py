"""What faults do to the bytes of a reply."""

from __future__ import annotations

import pytest

from port502.errors import FrameError, UsageError
from port502.protocol.checksum import crc16
from port502.protocol.mbap import MbapFraming
from port502.simulate import effects
from port502.simulate.chance import chance
from port502.transport.wire import Action, Close, Reset, Send

REPLY = bytes.fromhex("1234 0000 0005 01 03 02 002A")
BEFORE = bytes.fromhex("1233 0000 0005 01 03 02 0029")


def done(effect: effects.FrameEffect, before: bytes = BEFORE) -> list[Action]:
    return list(effect.actions(REPLY, before, chance(1)))


def sent(effect: effects.FrameEffect, before: bytes = BEFORE) -> bytes:
    return b"".join(one.data for one in done(effect, before) if isinstance(one, Send))


def test_ids() -> None:
    assert sent(effects.WrongId(3)) == bytes.fromhex("1237") + REPLY[2:]
    assert sent(effects.ZeroId()) == b"\0\0" + REPLY[2:]
    assert sent(effects.PreviousId()) == BEFORE[:2] + REPLY[2:]
    assert sent(effects.PreviousId(), b"") == BEFORE[:2] + REPLY[2:]


def test_units() -> None:
    assert sent(effects.WrongUnit())[6] == 2
    assert sent(effects.WrongUnit(77)) == REPLY[:6] + b"\x4d" + REPLY[7:]


@pytest.mark.parametrize("by", [-1, 1, 250])
def test_a_wrong_length_changes_the_header_only(by: int) -> None:
    spoiled = sent(effects.WrongLength(by))
    assert int.from_bytes(spoiled[4:6], "big") == 5 + by
    assert spoiled[:4] + spoiled[6:] == REPLY[:4] + REPLY[6:]


def test_the_checksum_of_a_serial_line_may_follow() -> None:
    tail = crc16(REPLY[6:]).to_bytes(2, "little")
    assert sent(effects.CrcTail()) == REPLY + tail
    assert sent(effects.CrcTail(counted=True)) == REPLY[:4] + b"\0\x07" + REPLY[6:] + tail


def test_pieces() -> None:
    assert sent(effects.Truncated()) == REPLY[:5]
    assert sent(effects.Truncated(8)) == REPLY[:8]
    assert done(effects.Split(4, 0.5)) == [Send(REPLY[:4]), Send(REPLY[4:], 0.5)]
    assert done(effects.Split(400)) == [Send(REPLY)]
    assert done(effects.Drip(0.1)) == [Send(bytes((byte,)), 0.1) for byte in REPLY]


def test_glue() -> None:
    assert done(effects.Glued()) == [Send(BEFORE + REPLY)]
    assert done(effects.Glued(), b"") == [Send(REPLY + REPLY)]


def test_garbage_is_no_frame() -> None:
    framing = MbapFraming()
    framing.receive(sent(effects.Garbage(20)))
    assert isinstance(framing.failure, FrameError)


def test_ends() -> None:
    assert done(effects.ResetInstead()) == [Reset()]
    assert done(effects.CloseInstead()) == [Close()]
    assert done(effects.CloseInstead(behind=True)) == [Send(REPLY), Close()]


def test_delays_stay_within_their_bounds() -> None:
    dice = chance(1)
    even = [effects.Delay(0.2, 2.0).draw(dice) for _ in range(2000)]
    assert min(even) >= 0.2
    assert max(even) <= 2.0
    assert sum(even) / len(even) == pytest.approx(1.1, abs=0.05)


def test_delays_with_a_typical_value_crowd_there() -> None:
    dice = chance(1)
    delays = sorted(effects.Delay(0.01, 5.0, typical=0.05).draw(dice) for _ in range(2001))
    assert delays[1000] == pytest.approx(0.05, rel=0.15)
    assert delays[-1] > 0.5
    assert delays[0] >= 0.01
    assert delays[-1] <= 5.0


@pytest.mark.parametrize(
    "make",
    [
        lambda: effects.Delay(2.0, 1.0),
        lambda: effects.Delay(-1.0, 1.0),
        lambda: effects.Delay(0.0, 1.0, typical=0.0),
        lambda: effects.Refuse(0),
        lambda: effects.Refuse(256),
        lambda: effects.Stuck(65536),
        lambda: effects.ConnectionLimit(1, "laugh"),
        lambda: effects.ConnectionLimit(-1),
    ],
)
def test_what_cannot_be_is_refused(make: object) -> None:
    with pytest.raises(UsageError):
        make()
