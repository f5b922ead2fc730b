"""Frames explained on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.cli.decode import pieces_of
from tests.cli.conftest import Run

ASKED = "0001000000060603006B0003"
ANSWERED = "000100000009060306022B00000064"


@pytest.mark.parametrize(
    "words",
    [
        ("000100000006060300", "6B0003"),
        ("00 01 00 00 00 06", "06 03", "00", "6B 00 03"),
        ("00:01:00:00:00:06:06:03:00:6B:00:03",),
        ("0x00 0x01 0x00 0x00 0x00 0x06\n0x06 0x03 0x00 0x6B 0x00 0x03",),
    ],
)
def test_the_spelling_does_not_matter(run: Run, words: tuple[str, ...]) -> None:
    done = run("decode", *words, "--json")
    assert done.code == 0
    wanted = {
        "trans_id": 1,
        "unit_id": 6,
        "func_code": 3,
        "reference_num": 107,
        "reference": "40108",
        "word_cnt": 3,
    }
    assert {name: done.json[name] for name in wanted} == wanted


def test_files_logs_and_what_is_piped_in(run: Run, tmp_path: Path) -> None:
    Path("frames.log").write_text(f"10:00:01 Tx {ASKED}\n10:00:01 Rx {ANSWERED}\n")
    Path("frames.bin").write_bytes(bytes.fromhex(ASKED + ANSWERED))
    for done in (
        run("decode", "frames.log", "--json"),
        run("decode", "frames.bin", "--json"),
        run("decode", "-", "--json", stdin=f"{ASKED}\n{ANSWERED}\n"),
        run("decode", "--json", stdin=f"{ASKED}{ANSWERED}"),
        run("decode", ASKED, ANSWERED, "--json"),
    ):
        assert [line["is_response"] for line in done.lines] == [False, True]
        assert done.lines[1]["values"] == [555, 0, 100]
        assert done.code == 0


def test_a_broken_frame_ends_with_5_and_says_why(run: Run) -> None:
    done = run("decode", "01 03 00 00 00 0A C5 CC")
    assert done.code == 5
    assert "! byte 6: CRC is c5 cc, expected c5 cd" in done.out


def test_values_are_shown_as_every_plausible_type_and_on_demand_as_all(run: Run) -> None:
    frame = "00010000000706030443661 99A".replace(" ", "")
    types = [one["type"] for one in run("decode", frame, "--json").json["readings"]]
    assert (types[0], "float32" in types, "float16" in types) == ("uint16", True, False)
    assert "bcd16" not in types
    every = [one["type"] for one in run("decode", frame, "--all", "--json").json["readings"]]
    assert len(every) > len(types)


def test_a_map_names_the_values(run: Run) -> None:
    done = run(
        "decode",
        "000100000006 01 04 0000 0002",
        "000100000007 01 04 04 43661999",
        "--map",
        "eastron/sdm630",
        "--json",
    )
    [point] = done.lines[1]["points"]
    assert (point["address"], point["unit_of_measure"]) == (0, "V")
    assert point["value"] == pytest.approx(230.1, abs=0.001)


def test_a_place_and_a_direction_can_be_given(run: Run) -> None:
    lone = run("decode", ANSWERED, "--at", "40108", "--json").json
    assert (lone["address"], lone["table"]) == (107, "holding")
    assert run("decode", "000100000006060500ACFF00", "--response", "--json").json["is_response"] is True
    assert run("decode", ASKED, "--framing", "rtu", "--json").json["framing"] == "rtu"


def test_quiet_is_one_line_a_frame(run: Run) -> None:
    done = run("decode", ASKED, ANSWERED, "--quiet")
    assert done.out.splitlines() == [
        "frame 1, Modbus TCP, unit 6, request: read holding registers holding:107..109 = 40108..40110",
        "frame 2, Modbus TCP, unit 6, response to frame 1: read holding registers holding:107..109 = 40108..40110",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("00 01 0g 00 06",), "line 1, column 7: '0g' is no byte"),
        (("000",), "odd number of digits"),
        (("hello",), "there are no bytes"),
        (("missing.log",), "there is no file 'missing.log'"),
        ((ASKED, "--at", "0x0001"), "could be a coil"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run("decode", *words)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert said in done.err


def test_a_capture_is_for_inspect(run: Run) -> None:
    Path("plant.pcap").write_bytes(b"\xd4\xc3\xb2\xa1" + bytes(20))
    done = run("decode", "plant.pcap")
    assert (done.code, "port502 inspect plant.pcap" in done.err) == (2, True)


def test_a_file_whose_name_could_be_bytes_needs_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cafe").write_text("00 01")
    assert pieces_of(["cafe"])[0].data == b"\xca\xfe"
    assert pieces_of(["./cafe"])[0].data == b"\x00\x01"
