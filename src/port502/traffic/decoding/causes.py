"""What is wrong around a PDU, length fields and checksums, and what most likely made it so."""

from __future__ import annotations

from port502.protocol.checksum import crc16
from port502.protocol.lookalike import looks_like
from port502.protocol.mbap import MAX_LENGTH, MIN_LENGTH
from port502.protocol.rtu import MAX_FRAME
from port502.traffic.decoding.cutting import ASCII, RTU, Cut
from port502.traffic.decoding.problem import Problem, number_of
from port502.traffic.decoding.requests import request_layout
from port502.traffic.decoding.responses import response_layout

_HEAD = 6
_GATEWAY = "gateway in the wrong mode: it sends RTU frames inside TCP; set it to Modbus TCP, or ask it with rtu+tcp://"


def frame_problems(cut: Cut) -> list[Problem]:
    """The faults of a frame's header and checksum, in the order of its bytes."""
    problems = list(cut.problems)
    if cut.header is not None:
        problems += _mbap(cut, cut.header)
    elif cut.check is not None and not cut.checked:
        problems.append(_crc(cut) if cut.framing == RTU else _lrc(cut))
    return problems


def is_message(pdu: bytes) -> bool:
    """Whether bytes are a whole request or response."""
    return bool(pdu) and (request_layout(pdu).fits or response_layout(pdu).fits)


def _mbap(cut: Cut, header: tuple[int, int, int]) -> list[Problem]:
    _, protocol, length = header
    problems: list[Problem] = []
    if protocol:
        resemblance = looks_like(cut.raw)
        cause = f"looks like {resemblance}" if resemblance else "no Modbus, or bytes before it were lost"
        problems.append(Problem("protocol", f"protocol id is {protocol:#06x} instead of 0", cause, 2))
    there = len(cut.raw) - _HEAD
    if cut.inside and cut.check is not None:
        problems.append(_crc_inside(cut, length, there))
    elif length != there:
        text = f"length says {length}, there {'is' if there == 1 else 'are'} {there}"
        cause = _too_many(cut, length, there) if there > length else _too_few(cut, length, there)
        problems.append(Problem("length", text, cause, 4))
    elif not MIN_LENGTH <= length <= MAX_LENGTH:
        text = f"length is {length}, a message has {MIN_LENGTH} to {MAX_LENGTH}"
        problems.append(Problem("length", text, "a strict peer closes the connection on that", 4))
    return problems


def _crc_inside(cut: Cut, length: int, there: int) -> Problem:
    if length != there:
        text = f"length says {length}, there are {there}"
        return Problem("length", text, f"two bytes look like an RTU CRC, and it is right: {_GATEWAY}", 4)
    text = f"length says {length}, the message has {length - 2}"
    return Problem("length", text, f"it counts an RTU CRC, and that is right: {_GATEWAY}", 4)


def _too_many(cut: Cut, length: int, there: int) -> str:
    raw, behind = cut.raw, cut.behind
    if int.from_bytes(raw[4:6], "little") == there:
        return "its two bytes are swapped: the high one goes first"
    if length == there - 1 and is_message(raw[7:]):
        return "the sender left the unit id out when it counted"
    if behind and not any(behind):
        return "the zeros behind it are likely the padding of a short Ethernet packet"
    if is_message(raw[7:]):
        return f"the sender counts {there - length} too few"
    if len(behind) == 2:
        return "two bytes look like an RTU CRC, but not that of these bytes"
    return f"{number_of(len(behind), 'byte')} behind it belong to something else, or the length is wrong"


def _too_few(cut: Cut, length: int, there: int) -> str:
    if int.from_bytes(cut.raw[4:6], "little") == there:
        return "its two bytes are swapped: the high one goes first"
    if is_message(cut.pdu):
        if length == there + _HEAD:
            return "the sender counted the header too"
        if length == there + 2:
            return "the sender counted an RTU CRC that it did not send"
        return f"the sender counts {length - there} too many"
    if length > MAX_LENGTH:
        return f"no message is longer than {MAX_LENGTH}: no Modbus, or bytes before it were lost"
    return f"{number_of(length - there, 'byte')} missing: copied in part, or the rest came in the next TCP segment"


def _crc(cut: Cut) -> Problem:
    assert cut.check is not None
    given, right = cut.check
    text = f"CRC is {_bytes(given)}, expected {_bytes(right)}"
    return Problem("crc", text, _crc_cause(cut, given, right), len(cut.raw) - 2)


def _crc_cause(cut: Cut, given: int, right: int) -> str:
    frame = cut.raw[cut.pdu_at - 1 :]
    if given == (right >> 8 | (right & 0xFF) << 8):
        return "its two bytes are swapped: the low one goes first"
    if is_message(frame[1:]) and not is_message(cut.pdu):
        return "there is no CRC at all: it was left out when copied, or this is the inside of a Modbus TCP message"
    place = _flipped(frame)
    if place is not None:
        return f"one flipped bit in byte {place + cut.pdu_at - 1} would explain it: noise, or no termination"
    if not is_message(cut.pdu):
        return (
            "bytes were lost or added: wrong baud rate or parity, two that speak at once, or a copy in part"
        )
    return "bytes were changed on the way: noise, wrong parity, or two that speak at once"


def _flipped(frame: bytes) -> int | None:
    """The byte in which one flipped bit makes the CRC wrong, None where one bit does not explain it.

    What a flipped bit does to the checksum over all depends only on how far it is from the end.
    """
    if len(frame) > MAX_FRAME:
        return None
    wrong = crc16(frame)
    effects = [_stepped(0, 1 << bit) for bit in range(8)]
    for back in range(len(frame)):
        if wrong in effects:
            return len(frame) - 1 - back
        effects = [_stepped(effect, 0) for effect in effects]
    return None


def _stepped(crc: int, byte: int) -> int:
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def _lrc(cut: Cut) -> Problem:
    assert cut.check is not None
    given, right = cut.check
    cause = "characters were changed or lost: noise, or wrong data bits and parity (7E1 is usual)"
    at = max(len(cut.raw.rstrip(b"\r\n \t\0")) - 2, 0) if cut.framing == ASCII else None
    return Problem("lrc", f"LRC is {given:02X}, expected {right:02X}", cause, at)


def _bytes(crc: int) -> str:
    return crc.to_bytes(2, "little").hex(" ")
