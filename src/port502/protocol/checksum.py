"""The checksums of serial lines (Modbus over Serial Line V1.02, clauses 2.5.1.2 and 2.5.2.2)."""

from __future__ import annotations

from typing import Final

_POLYNOMIAL: Final = 0xA001
_START: Final = 0xFFFF


def _crc_of_byte(byte: int) -> int:
    crc = byte
    for _ in range(8):
        crc = crc >> 1 ^ _POLYNOMIAL if crc & 1 else crc >> 1
    return crc


_TABLE = tuple(_crc_of_byte(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """The CRC-16 of an RTU frame, 0-65535; it is sent low byte first, and is 0 over a frame with its CRC."""
    crc = _START
    table = _TABLE
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def lrc(data: bytes) -> int:
    """The longitudinal redundancy check of an ASCII frame, 0-255; it is 0 over a frame with its LRC."""
    return -sum(data) & 0xFF
