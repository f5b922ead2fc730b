"""One frame explained."""

from __future__ import annotations

from tests.traffic.decoding.frames import ANSWERED, ASKED, explained, one


def test_it_says_who_and_what() -> None:
    asked, answered = explained(f"{ASKED}\n{ANSWERED}")
    assert (asked.unit, asked.function, asked.function_name, asked.exception) == (
        6,
        3,
        "read holding registers",
        None,
    )
    assert answered.request is asked


def test_a_refusal_has_its_code_and_the_plain_function() -> None:
    refused = one("000100000003068302")
    assert (refused.function, refused.exception, refused.is_response) == (3, 2, True)


def test_bytes_that_are_no_frame_have_no_function() -> None:
    nothing = one("00 01")
    assert (nothing.function, nothing.function_name, nothing.exception) == (None, "", None)
    assert nothing.problems
