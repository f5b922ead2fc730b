"""Bytes cut into frames."""

from __future__ import annotations

from port502.protocol.checksum import crc16
from port502.protocol.rtu import RtuFraming
from port502.traffic.decoding.cutting import cut_ascii, cut_mbap, cut_pdu, cut_rtu

ASKED = bytes.fromhex("0001000000060603006b0003")
REFUSED = bytes.fromhex("000100000003068302")


def rtu(pdu: str, unit: int = 1) -> bytes:
    return RtuFraming("server").encode(0, unit, bytes.fromhex(pdu))


def test_glued_frames_of_tcp_are_parted_by_their_lengths() -> None:
    cuts = cut_mbap(ASKED + REFUSED)
    assert [(cut.start, cut.raw, cut.unit) for cut in cuts] == [(0, ASKED, 6), (12, REFUSED, 6)]
    assert [cut.pdu.hex() for cut in cuts] == ["03006b0003", "8302"]
    assert cuts[0].header == (1, 0, 6)


def test_what_follows_and_is_no_header_stays_with_its_frame() -> None:
    [cut] = cut_mbap(ASKED + b"\x12\x34")
    assert (cut.pdu.hex(), cut.behind) == ("03006b0003", b"\x12\x34")
    [padded] = cut_mbap(REFUSED + bytes(6))
    assert padded.behind == bytes(6)


def test_a_checksum_behind_or_within_the_length_is_noticed() -> None:
    inner = rtu("03006b0003", 6)
    behind = b"\0\1\0\0\0\6" + inner
    within = b"\0\1\0\0\0\x08" + inner
    for data in (behind, within):
        [cut] = cut_mbap(data)
        assert (cut.inside, cut.pdu.hex(), cut.checked) == (True, "03006b0003", True)


def test_a_length_of_255_is_kept() -> None:
    """H250."""
    data = b"\0\1\0\0\0\xff" + bytes((6, 90)) + bytes(253)
    [cut] = cut_mbap(data)
    assert len(cut.pdu) == 254


def test_frames_of_a_serial_line_are_parted_by_function_and_checksum() -> None:
    frames = [rtu("0300000002"), rtu("030400010002"), rtu("8302"), rtu("41010203")]
    assert [cut.raw for cut in cut_rtu(b"".join(frames))] == frames
    assert all(cut.checked for cut in cut_rtu(b"".join(frames)))


def test_a_broken_frame_of_a_serial_line_is_kept_whole() -> None:
    broken = rtu("0300000002")[:-1] + b"\0"
    [cut] = cut_rtu(broken)
    assert cut.raw == broken
    assert cut.check == (int.from_bytes(broken[-2:], "little"), crc16(broken[:-2]))
    assert not cut.checked


def test_noise_before_a_frame_is_cut_off_and_said() -> None:
    [cut] = cut_rtu(b"\x00" + rtu("0300000002"))
    assert (cut.unit, cut.pdu.hex(), cut.pdu_at) == (1, "0300000002", 2)
    assert str(cut.problems[0]).startswith("1 byte before the frame: 00: noise")


def test_lines_of_ascii_are_parted_by_their_colon() -> None:
    cuts = cut_ascii(b"xx:01030000000AF2\r\n:0183027A\r\n")
    assert [(cut.start, cut.pdu.hex(), cut.checked) for cut in cuts] == [
        (2, "030000000a", True),
        (19, "8302", True),
    ]


def test_broken_lines_say_what_is_wrong() -> None:
    assert str(cut_ascii(b":01030000000AF\r\n")[0].problems[0]).startswith("13 digits are an odd number")
    bad = cut_ascii(b":0103x000000AF2\r\n")[0].problems[0]
    assert (bad.text, bad.at) == ("'x' is no hexadecimal digit", 5)
    assert cut_ascii(b"0103")[0].problems[0].text == "there is no ':' that starts a frame"


def test_too_few_bytes_are_no_frame_of_any_kind() -> None:
    for cuts in (cut_mbap(b"\0\1\0"), cut_rtu(b"\1\3"), cut_ascii(b":01\r\n")):
        assert [cut.problems[0].kind for cut in cuts] == ["cut"]
    assert cut_mbap(b"") == cut_rtu(b"") == []


def test_a_bare_pdu_is_all_of_it() -> None:
    assert cut_pdu(b"\3\0")[0].pdu == b"\3\0"
