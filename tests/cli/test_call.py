"""Any function from the command line."""

from __future__ import annotations

import pytest

from port502.cli.call import may_write
from port502.protocol.compose import compose
from tests.cli.conftest import Run
from tests.cli.served import babbler, boiler, served


@pytest.mark.parametrize("function", ["3", "0x03", "read-holding-registers", "READ_HOLDING_REGISTERS"])
def test_a_function_goes_by_number_or_name(run: Run, device: str, function: str) -> None:
    done = run("call", device, function, "0", "3", "--json")
    assert done.code == 0
    assert done.json["function"] == 3
    assert done.json["function_name"] == "read holding registers"
    assert done.json["request"] == {"address": 0, "quantity": 3}
    assert done.json["response"] == {"registers": [10, 20, 30]}
    assert done.json["elapsed_ms"] > 0


def test_the_reply_is_shown_field_by_field(run: Run, device: str) -> None:
    done = run("call", device, "8/0", "A5", "37")
    assert done.out.splitlines()[0].startswith("diagnostics, return query data, answered in ")
    assert done.out.splitlines()[1:] == ["  sub function  0", "  data          a5 37"]


def test_text_of_a_device_cannot_command_the_terminal(run: Run, device: str) -> None:
    """H280: escape sequences and newlines in identification objects are written out."""
    done = run("call", device, "43/14", "2", "0")
    assert "\x1b" not in done.out
    assert "  product name    Evil\\x1b[31m\\nCorp =cmd()" in done.out.splitlines()
    assert run("call", device, "43/14", "2", "0", "--json").json["response"]["objects"]["product_name"] == (
        "Evil\x1b[31m\nCorp =cmd()"
    )


def test_functions_that_write_want_consent(run: Run) -> None:
    device = boiler()
    with served(device) as url:
        refused = run("call", url, "6", "0", "99", stdin="y\n")
        assert (refused.code, device.holding[0]) == (2, 10)
        assert run("call", url, "6", "0", "99", "--yes").code == 0
    assert device.holding[0] == 99


def test_bytes_go_out_as_they_are_and_come_back_decoded(run: Run, device: str) -> None:
    done = run("call", device, "3", "--data", "00 00 00 02", "--json")
    assert done.json["response"] == {"registers": [10, 20]}


def test_an_unknown_function_is_refused_by_the_device_not_by_us(run: Run, device: str) -> None:
    done = run("call", device, "0x41", "--data", "0102", "--yes", "--json")
    assert done.code == 1
    assert (done.json["function"], done.json["exception"]) == (0x41, 1)


def test_a_reply_of_an_unknown_function_is_shown_as_bytes(run: Run) -> None:
    with babbler(bytes.fromhex("000100000005014101aabb")[:6] + bytes.fromhex("0141aabbcc")) as url:
        done = run("call", url, "0x41", "--data", "01", "--yes", "--json")
    assert done.json["response"] == {"data": "aa bb cc"}


def test_a_broken_reply_ends_with_5(run: Run) -> None:
    with babbler(bytes.fromhex("000100000005010304000a")) as url:
        done = run("call", url, "3", "0", "2")
    assert done.code == 5
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "writes"),
    [
        (["3", "0"], False),
        (["5", "0", "on"], True),
        (["8/0", "0000"], False),
        (["8/1"], True),
        (["43/14"], False),
        (["43/13", "00"], True),
    ],
)
def test_what_may_write(words: list[str], writes: bool) -> None:
    assert may_write(compose(words[0], words[1:])) is writes


def test_raw_bytes_of_a_known_function_are_what_they_say() -> None:
    assert not may_write(compose("3", data="00000001"))
    assert may_write(compose("6", data="00000001"))
    assert may_write(compose("100", data=""))
    assert may_write(compose("3", data="00"))


def test_wrong_words_end_with_2(run: Run, device: str) -> None:
    for words in (
        ["3"],
        ["99"],
        ["read-holding", "0"],
        ["3", "0", "999"],
        ["3", "zero"],
        ["3", "0", "--data", "zz"],
    ):
        done = run("call", device, *words)
        assert done.code == 2, words
        assert done.err.count("\n") == 1
