"""What is wrong with a frame, to the letter, and what made it so."""

from __future__ import annotations

import pytest

from port502.traffic.decoding.causes import is_message
from port502.traffic.decoding.decoding import Hint
from tests.traffic.decoding.frames import complaints, one

GATEWAY = "gateway in the wrong mode: it sends RTU frames inside TCP; set it to Modbus TCP, or ask it with rtu+tcp://"
FAULTS = {
    "000100000009 06 03 06 022b00000064 234a": (
        f"length says 9, there are 11: two bytes look like an RTU CRC, and it is right: {GATEWAY}"
    ),
    "00010000000b 06 03 06 022b00000064 234a": (
        f"length says 11, the message has 9: it counts an RTU CRC, and that is right: {GATEWAY}"
    ),
    "000100000006 06 03 006b0003 1122": (
        "length says 6, there are 8: two bytes look like an RTU CRC, but not that of these bytes"
    ),
    "000100000600 06 03 006b0003": "length says 1536, there are 6: its two bytes are swapped: the high one goes first",
    "00010000000c 06 03 006b0003": "length says 12, there are 6: the sender counted the header too",
    "000100000005 06 03 006b0003": (
        "length says 5, there are 6: the sender left the unit id out when it counted"
    ),
    "000100000008 06 03 006b0003": "length says 8, there are 6: the sender counted an RTU CRC that it did not send",
    "000100000009 06 03 06 022b": (
        "length says 9, there are 5: 4 bytes missing: copied in part, or the rest came in the next TCP segment"
    ),
    "000100000003 06 83 02 000000000000": (
        "length says 3, there are 9: the zeros behind it are likely the padding of a short Ethernet packet"
    ),
    "01 03 0000 000a c5cc": (
        "CRC is c5 cc, expected c5 cd: one flipped bit in byte 7 would explain it: noise, or no termination"
    ),
    "01 03 0000 000a cdc5": "CRC is cd c5, expected c5 cd: its two bytes are swapped: the low one goes first",
    "01 03 0033 000a c5cd": (
        "CRC is c5 cd, expected 35 c2: bytes were changed on the way: noise, wrong parity, or two that speak at once"
    ),
    ":01030000000AF3": (
        "LRC is F3, expected F2: characters were changed or lost: noise, or wrong data bits and parity (7E1 is usual)"
    ),
    "000100050006 06 03 006b0003": "protocol id is 0x0005 instead of 0: no Modbus, or bytes before it were lost",
}


@pytest.mark.parametrize(("text", "fault"), FAULTS.items())
def test_a_broken_frame_is_told_with_its_cause(text: str, fault: str) -> None:
    assert complaints(text)[0] == fault


def test_one_flipped_bit_is_found_wherever_it_is() -> None:
    frame = bytes.fromhex("01030000000ac5cd")
    for place in range(8):
        for bit in range(8):
            wrong = bytearray(frame)
            wrong[place] ^= 1 << bit
            [problem] = [
                found for found in one(f"0x{wrong.hex()}", Hint("rtu")).problems if found.kind == "crc"
            ]
            assert f"one flipped bit in byte {place} " in problem.cause


def test_a_frame_without_checksum_is_told() -> None:
    found = one("01 03 00 6b 00 03", Hint("rtu"))
    assert "there is no CRC at all" in str(found.problems[0])
    assert found.layout.value("reference_num") == 107


def test_whole_messages_are_known() -> None:
    assert is_message(bytes.fromhex("03006b0003"))
    assert is_message(bytes.fromhex("0302022b"))
    assert not is_message(bytes.fromhex("0302022b0011"))
    assert not is_message(b"")
