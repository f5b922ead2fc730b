"""Names for bytes that are something else."""

from __future__ import annotations

import pytest

from port502.protocol.lookalike import looks_like


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"GET / HTTP/1.0\r\n\r\n", "HTTP"),
        (b"OPTIONS * HTTP/1.1\r\n", "HTTP"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"SSH-2.0-dropbear", "SSH"),
        (bytes.fromhex("16 03 01 00 C8"), "a TLS handshake"),
        (bytes.fromhex("15 03 03 00 02 02 28"), "a TLS alert"),
        (bytes.fromhex("17 03 03 00 20"), "TLS data"),
        (bytes.fromhex("01 03 00 00 00 0A C5 CD"), "RTU, CRC valid"),
        (bytes.fromhex("01 03 00 00 00 0A C5 CD 01 03"), "RTU, CRC valid"),
        (bytes.fromhex("11 03 06 AE 41 56 52 43 40 49 AD 00"), "RTU, CRC valid"),
        (b":1103006B00037E\r\n", "Modbus ASCII"),
        (b"\r\n\r\n", "an empty line of text"),
        (b"220 ftp ready\r\n", "text"),
        (b"", None),
        (b"\0\1\0\1\0\6\1\3", None),
        (bytes.fromhex("01 03 00 00 00 0A C5 CE"), None),
        (b"\xff" * 300, None),
    ],
)
def test_looks_like(data: bytes, name: str | None) -> None:
    assert looks_like(data) == name
