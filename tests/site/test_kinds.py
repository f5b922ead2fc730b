"""The kinds of values in files: what they take, and what they say about the rest."""

from __future__ import annotations

import re
from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from port502.errors import UsageError
from port502.registers.reference import Table
from port502.site.kinds import Duration, Kind, Name, OneOf, Ref, Section, Size, Text
from port502.site.scalars import resolve
from port502.site.secrets import Hidden


def _refuse(value: str) -> None:
    raise UsageError(f"{value} is nothing for the other room")


class Example(Section):
    name: Name = "x"
    text: Annotated[str, Text(10)] = "x"
    understood: Annotated[str, Text(understood=_refuse)] = "x"
    pause: Annotated[float, Duration(0, 5)] = 0.0
    interval: Annotated[float, Duration(0.05, 60)] = 1.0
    size: Size = 1 << 20
    word: Annotated[str, OneOf("colour", ("red", "green"))] = "red"
    ref: Ref | None = None


def taken(**values: Any) -> Example:
    return Example.model_validate(values)


def reason(**values: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Example.model_validate(values)
    return str(caught.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize("name", ["pump-1", "_x", "Måler_2", "a" * 100])
def test_names(name: str) -> None:
    assert taken(name=name).name == name


@pytest.mark.parametrize(
    "name", ["", "1pump", "-a", "a b", "a.b", "a/b", "../x", "a\0", "a\n", "a" * 101, 7, None]
)
def test_what_is_no_name(name: object) -> None:
    assert re.search(r"is no name|a name", reason(name=name))


def test_texts_are_one_printable_line_within_their_length() -> None:
    assert taken(text="m³/h").text == "m³/h"
    assert "a text of 11 characters; at most 10" in reason(text="x" * 11)
    assert "is no line of text" in reason(text="a\x1b[31m")
    assert "is no line of text" in reason(text="  ")
    assert 'put it into quotes: "1.5"' in reason(text=1.5)
    assert "got None" in reason(text=None)


def test_a_hidden_text_stays_hidden() -> None:
    assert repr(taken(text=Hidden("hunter2"))).count("hunter2") == 0


def test_another_room_may_refuse_a_text() -> None:
    assert reason(understood="it") == "it is nothing for the other room"


def test_durations_within_their_range() -> None:
    assert taken(pause=0, interval="50ms").interval == 0.05
    assert reason(interval="40ms") == "must be from 50ms to 1m, got 40ms"
    assert "needs its unit" in reason(interval=5)


def test_sizes_from_one_mebibyte_on() -> None:
    assert taken(size="64MiB").size == 64 << 20
    assert "at least 1048576 bytes" in reason(size="10kB")


def test_one_of_a_few_words() -> None:
    assert taken(word="green").word == "green"
    assert reason(word="gren") == "unknown colour 'gren'; did you mean 'green'?"
    assert "known here: green, red" in reason(word=["blue"])


def test_references_are_read_as_they_are_written() -> None:
    reference = taken(ref=resolve("00001")).ref
    assert reference is not None
    assert (reference.table, reference.address) == (Table.COIL, 0)
    numbered = taken(ref=40108).ref
    assert numbered is not None
    assert numbered.protocol_form == "holding:107"
    assert "could be a coil" in reason(ref=resolve("0x0001"))
    for wrong in (True, 1.5, [40001]):
        assert "a reference such as" in reason(ref=wrong)


def test_values_are_never_bent_into_shape() -> None:
    class Strict(Section):
        count: int = 0
        on: bool = False

    for values in ({"count": "5"}, {"count": 5.0}, {"count": True}, {"on": 1}, {"on": "true"}):
        with pytest.raises(ValidationError):
            Strict.model_validate(values)


def test_a_bare_kind_takes_nothing() -> None:
    with pytest.raises(ValueError, match="cannot stand here"):
        Kind().check(5)
    assert Kind().schema() == {}
