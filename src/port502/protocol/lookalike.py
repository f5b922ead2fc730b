"""What bytes that are no Modbus TCP frame look like, so that a log line can name the likely mistake."""

from __future__ import annotations

from port502.protocol.checksum import crc16

_HTTP = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"DELETE ", b"OPTIONS ", b"CONNECT ", b"PATCH ", b"HTTP/")
_TLS_RECORDS = {0x15: "a TLS alert", 0x16: "a TLS handshake", 0x17: "TLS data"}
_SHORTEST_RTU = 4
_LONGEST_RTU = 256


def looks_like(data: bytes) -> str | None:
    """The name of what a stream starts with: HTTP, TLS, SSH, serial Modbus or text; None when unknown."""
    if data.startswith(_HTTP):
        return "HTTP"
    if data.startswith(b"SSH-"):
        return "SSH"
    if len(data) >= 2 and data[0] in _TLS_RECORDS and data[1] == 3:
        return _TLS_RECORDS[data[0]]
    if _is_rtu(data):
        return "RTU, CRC valid"
    if data[:1] == b":" and data[1:7].isalnum():
        return "Modbus ASCII"
    if data.startswith((b"\r\n", b"\n")):
        return "an empty line of text"
    if _is_text(data):
        return "text"
    return None


def _is_rtu(data: bytes) -> bool:
    """Whether all of it, or one of the usual lengths of a first frame, ends in its right CRC."""
    lengths = {8, len(data)}
    if len(data) > 2:
        lengths.add(data[2] + 5)
    return any(
        _SHORTEST_RTU <= length <= min(len(data), _LONGEST_RTU) and crc16(data[:length]) == 0
        for length in lengths
    )


def _is_text(data: bytes) -> bool:
    return len(data) >= 4 and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in data)
