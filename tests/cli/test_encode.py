"""Frames built on the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

BUILT = {
    "3 107 3 --unit 6": "00 01 00 00 00 06 06 03 00 6b 00 03",
    "3 107 3 --unit 6 --id 258": "01 02 00 00 00 06 06 03 00 6b 00 03",
    "3 0 10 --framing rtu": "01 03 00 00 00 0a c5 cd",
    "read-holding-registers 0 10 --framing ascii": ":01030000000AF2",
    "3 0 10 --framing pdu": "03 00 00 00 0a",
    "3 0 10 --framing rtu --quiet": "01030000000ac5cd",
    "3 555 0 100 --response --unit 6": "00 01 00 00 00 09 06 03 06 02 2b 00 00 00 64",
    "3 --exception 2 --unit 6": "00 01 00 00 00 03 06 83 02",
    "0x41 --data 0102": "00 01 00 00 00 04 01 41 01 02",
    "0x41 --data 0102 --response": "00 01 00 00 00 04 01 41 01 02",
}


@pytest.mark.parametrize(("words", "frame"), BUILT.items())
def test_words_become_a_frame(run: Run, words: str, frame: str) -> None:
    done = run("encode", *words.split())
    assert (done.code, done.out) == (0, f"{frame}\n")


def test_what_is_built_can_be_decoded(run: Run) -> None:
    frame = run("encode", "16", "1", "10", "258", "--framing", "rtu").out
    decoded = run("decode", "-", "--json", stdin=frame).json
    assert (decoded["framing"], decoded["reference_num"], decoded["values"]) == ("rtu", 1, [10, 258])


def test_fields_can_be_shown_too(run: Run) -> None:
    assert run("encode", "3", "107", "3", "--json").json["hex"] == "0001000000060103006b0003"
    assert "holding:107 = 40108" in run("encode", "3", "107", "3", "--explain").out
    assert run("encode", "3", "0", "10", "--framing", "ascii", "--json").json["framing"] == "ascii"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("3", "takes ADDRESS"),
        ("3 0 200", "quantity"),
        ("3 1 --exception 2", "nothing more"),
        ("raed-coils", "did you mean"),
        ("3 0 1 --unit 300", "255"),
    ],
)
def test_wrong_words_end_with_2(run: Run, words: str, said: str) -> None:
    done = run("encode", *words.split())
    assert done.code == 2
    assert said in done.err
