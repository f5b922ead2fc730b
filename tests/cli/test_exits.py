"""One exit code per kind of failure, one line per error."""

from __future__ import annotations

import pytest

from port502 import errors
from port502.cli.exits import Failed, exception_hint, exception_text, exit_code, message, trying
from port502.site.faults import Fault, SiteFileError

REFUSED = errors.device_error(3, 2)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (REFUSED, 1),
        (errors.device_error(3, 99), 1),
        (errors.UsageError("x"), 2),
        (errors.ConfigError("x"), 2),
        (FileNotFoundError(2, "no such file", "x"), 2),
        (errors.ConnectError("x"), 3),
        (errors.LinkClosedError("x"), 3),
        (errors.NoReplyError("x"), 4),
        (errors.ReplyError("x"), 5),
        (errors.FrameError("x"), 5),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("x"), 70),
        (Failed(REFUSED, "tried"), 1),
    ],
)
def test_every_error_has_its_code(error: BaseException, code: int) -> None:
    assert exit_code(error) == code


@pytest.mark.parametrize(
    "error",
    [
        REFUSED,
        Failed(REFUSED, "plc, unit 1"),
        Failed(errors.NoReplyError("no answer"), "plc, unit 1"),
        Failed(errors.ReplyError("odd"), "plc, unit 1"),
        Failed(errors.LinkClosedError("gone"), "plc, unit 1"),
        PermissionError(13, "permission denied", "kept.csv"),
        errors.ConfigError("one\ntwo"),
        ZeroDivisionError("x"),
    ],
)
def test_every_message_is_one_line(error: BaseException) -> None:
    assert "\n" not in message(error)


def test_a_unit_is_named_once() -> None:
    error = errors.NoReplyError("unit 7 did not answer function 6")
    assert message(Failed(error, "plc:502, unit 7")).startswith(
        "plc:502, unit 7: did not answer function 6; "
    )
    written = message(Failed(error, "plc:502, unit 7, writing holding:5"))
    assert written.startswith("plc:502, unit 7, writing holding:5: did not answer function 6; ")
    assert message(Failed(error, "plc:502")).startswith("plc:502: unit 7 did not answer")


def test_a_message_does_not_fill_the_screen() -> None:
    """H281."""
    assert len(message(errors.UsageError("x" * 1_000_000))) < 1100


def test_a_refusal_says_what_was_tried_what_came_back_and_what_to_do() -> None:
    text = message(Failed(REFUSED, "tcp://plc:502, unit 1"))
    assert text.startswith("tcp://plc:502, unit 1: read holding registers (function 3) was refused with ")
    assert "exception 2, illegal data address; " in text


def test_a_function_without_a_name_is_not_named_twice() -> None:
    assert message(errors.device_error(0x41, 1)).startswith("function 65 was refused with exception 1")


def test_a_file_with_many_faults_names_the_first_and_where_all_are() -> None:
    faults = [Fault("site.yaml", line, 1, "a", "is wrong") for line in (3, 1, 2)]
    assert message(SiteFileError(faults)) == (
        "site.yaml:1:1 a: is wrong; and 2 more: `port502 check site.yaml` names all"
    )
    assert message(SiteFileError(faults[:1])) == "site.yaml:3:1 a: is wrong"


def test_errors_of_usage_speak_for_themselves() -> None:
    with pytest.raises(errors.UsageError), trying("plc"):
        raise errors.UsageError("wrong")
    with pytest.raises(Failed) as caught, trying("plc"):
        raise errors.NoReplyError("silence")
    assert isinstance(caught.value.error, errors.NoReplyError)


def test_an_exception_in_words() -> None:
    assert exception_text(errors.device_error(3, 6)) == "exception 6, server device busy"


def test_a_code_without_a_name_is_not_named_twice() -> None:
    assert exception_text(errors.device_error(3, 99)) == "exception 99"


@pytest.mark.parametrize(("function", "told"), [(3, True), (1, True), (6, False), (0x41, False), (24, False)])
def test_only_a_read_is_advised_to_read_elsewhere(function: int, told: bool) -> None:
    assert ("try the other table" in message(errors.device_error(function, 1))) is told
    assert ("read fewer" in message(errors.device_error(function, 2))) is told


def test_a_hint_knows_the_function() -> None:
    assert "fewer" in exception_hint(3, 2)
    assert "fewer" not in exception_hint(6, 2)
    assert "manual" in exception_hint(3, 99)
