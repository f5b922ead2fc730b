from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.guard.operations import (
    NEVER_IMPLIED,
    OPERATIONS,
    WORDS,
    all_operations,
    operation_name,
    operations_of,
    words_for,
)


def test_every_function_code_is_an_operation_or_several() -> None:
    codes = {int(operation.rstrip("rw").split("/")[0]) for operation in OPERATIONS}
    assert codes == set(range(1, 128))


@pytest.mark.parametrize("word", ["all", "diagnose", "8"])
def test_what_stops_a_device_is_in_no_word_for_several(word: str) -> None:
    assert not operations_of(word) & NEVER_IMPLIED
    assert {"8/1", "8/4", "8/10"} == NEVER_IMPLIED


@pytest.mark.parametrize("named", sorted(NEVER_IMPLIED))
def test_what_stops_a_device_can_be_named(named: str) -> None:
    assert operations_of(named) == {named}


def test_read_and_write_share_function_23() -> None:
    assert "23r" in WORDS["read"]
    assert "23w" in WORDS["write"]
    assert operations_of("23") == {"23r", "23w"}
    assert not WORDS["read"] & WORDS["write"]


def test_words_and_codes_add_up() -> None:
    assert all_operations(["read", "0x10", "43/14"]) == WORDS["read"] | {"16", "43/14"}
    assert operations_of("43") == {"43/13", "43/14"}
    assert operations_of("90") == {"90"}


@pytest.mark.parametrize("word", ["0", "128", "8/9", "43/15", "3/1", "reads", "", "-1", "1000", "8/", "/8"])
def test_what_is_no_function_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        operations_of(word)


@pytest.mark.parametrize(
    "words", [["read"], ["write", "3"], ["all"], ["diagnose", "identify"], ["8/1"], ["23"], ["23r"]]
)
def test_words_for_operations_mean_the_same_again(words: list[str]) -> None:
    meant = all_operations(words)
    assert all_operations(words_for(meant)) == meant


def test_operations_have_names() -> None:
    assert operation_name("6") == "write single register"
    assert operation_name("8/4") == "diagnostics: force listen only mode"
    assert operation_name("43/14") == "read device identification"
    assert operation_name("23w") == "read/write multiple registers (its write)"
    assert operation_name("90") == "function 90"
