"""Where words go, and what of them a terminal gets."""

from __future__ import annotations

import csv
import errno
import io
import json

import pytest

from port502.cli.output import console, json_text, printable, put, put_csv, put_json, put_table, say, table

HOSTILE = "a\x1b[31m\r\n\x00\u202eb\x9b"


def test_results_and_remarks_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    put_json({"a": 1})
    say("remark")
    assert capsys.readouterr() == ('{"a": 1}\n', "remark\n")


def test_json_has_no_words_for_what_is_no_number() -> None:
    thing = {"a": [float("nan"), 1.5, {"b": float("inf")}], "c": (True, None, "x")}
    assert json.loads(json_text(thing)) == {"a": [None, 1.5, {"b": None}], "c": [True, None, "x"]}


def test_hostile_text_is_written_out() -> None:
    """H280: escape sequences, control characters and turned writing directions."""
    assert printable(HOSTILE) == "a\\x1b[31m\\r\\n\\x00\\u202eb\\x9b"
    assert printable("°C déjà 水") == "°C déjà 水"


def test_remarks_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """H280."""
    say(HOSTILE)
    assert "\x1b" not in capsys.readouterr().err


def test_csv_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """H280: formulas are text, numbers are numbers."""
    put_csv([["=1+1", -5, 'a "b", c', "@x"]])
    assert next(csv.reader(io.StringIO(capsys.readouterr().out))) == ["'=1+1", "-5", 'a "b", c', "'@x"]


def test_a_table_off_the_terminal_is_neither_wrapped_nor_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    made = table("name", "value", right={"value"})
    made.add_row("x" * 300, "[red]1[/red]")
    put_table(made)
    heading, row = capsys.readouterr().out.splitlines()
    assert row == "x" * 300 + "   [red]1[/red]"
    assert heading.split() == ["name", "value"]
    assert heading.index("value") + len("value") == len(row)


def test_no_colour_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert console().no_color
    assert not console(io.StringIO()).is_terminal


def test_json_commands_no_terminal_either() -> None:
    """H280: the terminal sees escapes, whoever reads the JSON gets the text back."""
    told = json_text({"name": HOSTILE + "\U000e0001°C"})
    assert told.isprintable()
    assert "°C" in told
    assert json.loads(told) == {"name": HOSTILE + "\U000e0001°C"}


def test_a_table_that_goes_on_keeps_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for header in (True, False):
        made = table("reference", "value", right={"value"}, header=header)
        made.add_row("h:0", "10")
        put_table(made)
    _, first, second = capsys.readouterr().out.splitlines()
    assert first == second


def test_a_result_that_nobody_can_take_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stdout", Full())
    with pytest.raises(OSError, match="No space left") as caught:
        put("value")
    assert caught.value.filename == "standard output"
