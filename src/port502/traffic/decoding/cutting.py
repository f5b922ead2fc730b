"""A run of bytes cut into frames, for each framing that it may be: MBAP, RTU, ASCII, RTU behind an MBAP header.

Cutting is lenient where receiving is strict: a broken frame is kept, with what is wrong. Each step takes bytes, so
that every cutting ends.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field

from port502.protocol.checksum import crc16, lrc
from port502.protocol.lengths import request_length, response_length
from port502.traffic.decoding.problem import Problem, number_of

MBAP, RTU, ASCII, PDU = "mbap", "rtu", "ascii", "pdu"
FRAMINGS = (MBAP, RTU, ASCII, PDU)

_HEAD = 6
_MAX_LENGTH = 254
_CRC = 2
_MIN_RTU, _MAX_RTU = 4, 256
_NOISE = 3


@dataclass(frozen=True, slots=True)
class Cut:
    """One frame of a run: ``raw`` is all of it, from offset ``start`` of the run; ``pdu`` starts at ``pdu_at`` of it.

    ``check`` is the checksum that stands there and the one that belongs there. ``behind`` are bytes after the PDU that
    are not part of the frame as its header counts it. ``inside`` says that an RTU frame stands behind an MBAP header.
    """

    framing: str
    start: int
    raw: bytes
    unit: int | None
    pdu: bytes
    pdu_at: int
    header: tuple[int, int, int] | None = None
    check: tuple[int, int] | None = None
    behind: bytes = b""
    inside: bool = False
    problems: tuple[Problem, ...] = field(default=())

    @property
    def checked(self) -> bool:
        """Whether its checksum is right (MBAP has none)."""
        return self.check is None or self.check[0] == self.check[1]


def cut_mbap(data: bytes) -> list[Cut]:
    """The frames of a TCP stream; what follows a frame and is no header belongs to it as bytes behind."""
    cuts: list[Cut] = []
    start = 0
    while start < len(data):
        stop = _end_of_mbap(data, start)
        cuts.append(_mbap(data[start:stop], start))
        start = stop
    return cuts


def _end_of_mbap(data: bytes, start: int) -> int:
    """Where the frame ends: by its length, unless what follows cannot be a header: then where the bytes end."""
    if len(data) - start < _HEAD + 1:
        return len(data)
    stop = start + _HEAD + (data[start + 4] << 8 | data[start + 5])
    if stop >= len(data) or stop < start + _HEAD + 1:
        return len(data)
    following = data[stop : stop + _HEAD]
    plausible = len(following) >= 4 and following[2:4] == b"\0\0" and any(following)
    return stop if plausible else len(data)


def _mbap(raw: bytes, start: int) -> Cut:
    if len(raw) < _HEAD + 1:
        text = f"{number_of(len(raw), 'byte')} are no MBAP header, which has 7"
        return Cut(MBAP, start, raw, None, b"", len(raw), problems=(Problem("cut", text, at=0),))
    header = (raw[0] << 8 | raw[1], raw[2] << 8 | raw[3], raw[4] << 8 | raw[5])
    end = min(max(_HEAD + header[2], _HEAD + 1), len(raw))
    pdu, behind = raw[_HEAD + 1 : end], raw[end:]
    unit = raw[_HEAD]
    # The checksum of RTU may stand behind what the length counts, or be counted by it.
    if len(behind) == _CRC and pdu and crc16(raw[_HEAD:]) == 0:
        return Cut(MBAP, start, raw, unit, pdu, 7, header, _given(raw[_HEAD:]), inside=True)
    if (
        not behind
        and len(pdu) > _CRC + 1
        and crc16(raw[_HEAD:]) == 0
        and not _fits(pdu)
        and _fits(pdu[:-_CRC])
    ):
        return Cut(MBAP, start, raw, unit, pdu[:-_CRC], 7, header, _given(raw[_HEAD:]), inside=True)
    return Cut(MBAP, start, raw, unit, pdu, 7, header, behind=behind)


def _fits(pdu: bytes) -> bool:
    return len(pdu) in (request_length(pdu), response_length(None, pdu))


def _given(frame: bytes) -> tuple[int, int]:
    """The CRC that stands at the end of a frame, and that of the bytes before it."""
    return int.from_bytes(frame[-_CRC:], "little"), crc16(frame[:-_CRC])


def cut_rtu(data: bytes) -> list[Cut]:
    """The frames of a serial line: where the function says that one ends, else where a checksum is right."""
    cuts: list[Cut] = []
    start = 0
    while start < len(data):
        noise, length = _rtu_length(data[start : start + _MAX_RTU + _NOISE])
        if length is None:
            cuts.append(_rtu(data[start:], start, 0))
            break
        cuts.append(_rtu(data[start : start + noise + length], start, noise))
        start += noise + length
    return cuts


def _rtu_length(data: bytes) -> tuple[int, int | None]:
    """How many bytes of noise stand before the next frame with a right checksum, and its length."""
    for noise in range(_NOISE + 1):
        frame = data[noise:]
        if len(frame) < _MIN_RTU:
            break
        pdu = frame[1:]
        expected = {
            length + 1 + _CRC
            for length in (request_length(pdu), response_length(None, pdu))
            if length is not None
        }
        for length in sorted(expected):
            if _MIN_RTU <= length <= len(frame) and crc16(frame[:length]) == 0:
                return noise, length
        if noise == 0 or len(frame) <= _MAX_RTU:
            whole = _whole(frame[:_MAX_RTU], noise)
            if whole is not None:
                return noise, whole
    return 0, None


def _whole(frame: bytes, noise: int) -> int | None:
    """The whole of it when its checksum is right; behind noise nothing shorter is believed."""
    if crc16(frame) == 0:
        return len(frame)
    if noise:
        return None
    crc = 0xFFFF
    for place, byte in enumerate(frame, 1):
        crc = _next(crc, byte)
        if crc == 0 and place >= _MIN_RTU:
            return place
    return None


def _next(crc: int, byte: int) -> int:
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def _rtu(raw: bytes, start: int, noise: int) -> Cut:
    frame = raw[noise:]
    problems: tuple[Problem, ...] = ()
    if noise:
        text = f"{number_of(noise, 'byte')} before the frame: {raw[:noise].hex(' ')}"
        problems = (
            Problem("noise", text, "noise while the line was turned round: bias resistors or the adapter", 0),
        )
    if len(frame) < _MIN_RTU:
        text = f"{number_of(len(frame), 'byte')} are no RTU frame, which has at least {_MIN_RTU}"
        return Cut(
            RTU,
            start,
            raw,
            frame[0] if frame else None,
            frame[1:],
            noise + 1,
            problems=(Problem("cut", text),),
        )
    return Cut(RTU, start, raw, frame[0], frame[1:-_CRC], noise + 1, check=_given(frame), problems=problems)


def cut_ascii(data: bytes) -> list[Cut]:
    """The lines of an ASCII link; each ``:`` starts a frame."""
    cuts: list[Cut] = []
    start = data.find(b":")
    if start < 0:
        return [
            Cut(
                ASCII,
                0,
                data,
                None,
                b"",
                0,
                problems=(Problem("cut", "there is no ':' that starts a frame"),),
            )
        ]
    while start >= 0:
        stop = data.find(b":", start + 1)
        raw = data[start : stop if stop >= 0 else len(data)]
        cuts.append(_ascii(raw, start))
        start = stop
    return cuts


def _ascii(raw: bytes, start: int) -> Cut:
    line = raw[1:].rstrip(b"\r\n \t\0")
    problems: list[Problem] = []
    try:
        content = binascii.unhexlify(line)
    except (binascii.Error, ValueError):
        bad = next((at for at, char in enumerate(line) if char not in b"0123456789abcdefABCDEF"), None)
        if bad is None:
            problems.append(
                Problem("digits", f"{len(line)} digits are an odd number", "one was lost or added", 1)
            )
            content = bytes.fromhex(line[:-1].decode())
        else:
            text = f"{chr(line[bad])!r} is no hexadecimal digit"
            problems.append(Problem("digits", text, "parity or bit errors, or another baud rate", bad + 1))
            content = bytes.fromhex(line[: bad // 2 * 2].decode())
    if len(content) < 3:
        problems.append(
            Problem("cut", f"{number_of(len(content), 'byte')} are no ASCII frame, which has at least 3")
        )
        return Cut(
            ASCII, start, raw, content[0] if content else None, content[1:], 3, problems=tuple(problems)
        )
    check = (content[-1], lrc(content[:-1]))
    return Cut(ASCII, start, raw, content[0], content[1:-1], 3, check=check, problems=tuple(problems))


def cut_pdu(data: bytes) -> list[Cut]:
    """All of it as one PDU without a frame around it."""
    return [Cut(PDU, 0, data, None, data, 0)]
