"""CRC and LRC."""

from __future__ import annotations

from port502.protocol.checksum import crc16, lrc


def test_crc_of_known_frames() -> None:
    assert crc16(b"123456789") == 0x4B37
    assert crc16(bytes.fromhex("01 03 00 00 00 0A")) == 0xCDC5
    assert crc16(b"") == 0xFFFF


def test_crc_over_a_frame_with_its_crc_is_zero() -> None:
    for size in range(1, 254):
        data = bytes((7 * index) & 0xFF for index in range(size))
        assert crc16(data + crc16(data).to_bytes(2, "little")) == 0


def test_crc_finds_every_single_bit_error() -> None:
    frame = bytes.fromhex("11 03 00 6B 00 03 76 87")
    for bit in range(8 * len(frame)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        assert crc16(bytes(damaged)) != 0


def test_lrc() -> None:
    assert lrc(bytes.fromhex("11 03 00 6B 00 03")) == 0x7E
    assert lrc(b"") == 0
    assert lrc(b"\xff" * 300 + bytes((lrc(b"\xff" * 300),))) == 0
