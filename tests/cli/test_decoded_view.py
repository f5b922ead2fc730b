"""An explained frame on the terminal."""

from __future__ import annotations

import pytest

from port502.cli.decoded_view import STYLES, Shown, bytes_in_colour, doubts, show, title
from port502.traffic.decoding.layout import PLACE
from tests.traffic.decoding.frames import ASKED, one


def test_each_field_has_its_offset_bytes_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    show(Shown(one(ASKED)), quiet=False)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "0 00 01 00 00 00 06 06 03 00 6b 00 03" in lines
    assert "8 00 6b reference_num 107 holding:107 = 40108" in lines


def test_bytes_have_the_colour_of_their_field_and_faults_are_underlined() -> None:
    [line] = bytes_in_colour(one(ASKED))
    styles = {line.plain[span.start : span.end].strip(): str(span.style) for span in line.spans}
    assert styles["6b"] == STYLES[PLACE]
    [broken] = bytes_in_colour(one("01 03 00 00 00 0A C5 CC"))
    assert sum("underline" in str(span.style) for span in broken.spans) == 2


def test_there_is_no_colour_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    show(Shown(one("01 03 00 00 00 0A C5 CC")), quiet=False)
    assert "\x1b" not in capsys.readouterr().out


def test_text_of_a_device_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """H280."""
    show(Shown(one("00010000000e 01 2b 0e 01 01 00 00 01 00 04 1b5b3331")), quiet=False)
    assert "\x1b" not in capsys.readouterr().out


def test_titles_say_what_a_frame_is() -> None:
    assert title(one("000100000003068302")) == (
        "frame 1, Modbus TCP, unit 6, response: read holding registers refused with exception 2, illegal data address"
    )
    assert title(one("00 01")).startswith("frame 1, ")


def test_doubts_are_told_with_the_option_that_ends_them() -> None:
    assert doubts(one("000100000006060500acff00")) == ["its bytes fit a response too: --response says so"]
    assert doubts(one(ASKED)) == []


def test_a_refusal_says_what_to_do_about_it() -> None:
    assert doubts(one("00010000000306860b")) == [
        "the unit behind the gateway does not answer; check --unit, its power and its wiring"
    ]
