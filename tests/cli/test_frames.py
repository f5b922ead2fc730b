"""What passes on the wire, in words."""

from __future__ import annotations

import re

from port502.cli.frames import Frames, listener
from port502.protocol.rtu import RtuFraming

ASKED = bytes.fromhex("00010000000601030000 0002".replace(" ", ""))
REPLY = bytes.fromhex("00010000000701030400 0a0014".replace(" ", ""))


def heard(scheme: str, *passed: tuple[str, bytes], show_bytes: bool = False) -> list[str]:
    lines: list[str] = []
    frames = Frames(scheme, show_bytes=show_bytes, write=lines.append)
    for direction, data in passed:
        frames(direction, data)  # type: ignore[arg-type]
    return [re.sub(r"\(\d+\.\d ms\)", "(T ms)", line) for line in lines]


def test_requests_and_replies_in_words() -> None:
    assert heard("tcp", ("sent", ASKED), ("received", REPLY)) == [
        "-> id 1, unit 1: read holding registers: address 0, quantity 2",
        "<- id 1, unit 1: read holding registers: registers 10 20 (T ms)",
    ]


def test_bytes_stand_before_the_words() -> None:
    assert heard("tcp", ("sent", ASKED), show_bytes=True)[0] == "-> 00 01 00 00 00 06 01 03 00 00 00 02"


def test_replies_may_come_in_pieces() -> None:
    pieces = [("received", REPLY[:5]), ("received", REPLY[5:])]
    assert heard("tcp", ("sent", ASKED), *pieces)[-1].startswith("<- id 1, unit 1: read holding registers")


def test_refusals_and_nonsense_are_told() -> None:
    refused = bytes.fromhex("000100000003018302")
    assert heard("tcp", ("sent", ASKED), ("received", refused))[-1] == (
        "<- id 1, unit 1: read holding registers refused: exception 2, illegal data address (T ms)"
    )
    assert "HTTP" in heard("tcp", ("received", b"HTTP/1.1 400 Bad Request\r\n\r\n"))[-1]
    short = bytes.fromhex("0001000000050103020001")
    assert "expected" in heard("tcp", ("sent", ASKED), ("received", short))[-1]


def test_after_nonsense_the_next_connection_is_understood() -> None:
    lines = heard("tcp", ("received", b"SSH-2.0-x\r\n"), ("sent", ASKED), ("received", REPLY))
    assert lines[-1].startswith("<- id 1, unit 1: read holding registers: registers 10 20")


def test_serial_frames_have_no_id_and_may_be_of_any_function() -> None:
    server, client = RtuFraming("server"), RtuFraming("client")
    asked, reply = client.encode(0, 9, b"\x41\x01"), server.encode(0, 9, b"\x41\x02\x03")
    lines = heard("rtu", ("sent", asked), ("received", reply), ("sent", asked))
    assert lines[0] == "-> unit 9: function 65: data 01"
    assert any(line.startswith("<- unit 9: function 65: data 02 03") for line in lines)


def test_nobody_listens_unless_asked() -> None:
    assert listener("tcp", 0) is None
    assert listener("tcp", 1) is not None
