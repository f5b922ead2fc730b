"""Whether Ctrl-C ended a command."""

from __future__ import annotations

from port502.cli import interrupt


def test_it_is_known_until_the_next_command_begins() -> None:
    interrupt.forget()
    assert not interrupt.came()
    interrupt.note()
    interrupt.note()
    assert interrupt.came()
    interrupt.forget()
    assert not interrupt.came()
