"""Asking before something is changed."""

from __future__ import annotations

import sys
from getpass import getpass

from port502.errors import UsageError


class Declined(Exception):  # noqa: N818 (nothing went wrong)
    """The person at the terminal said no."""


def check_consent(*, yes: bool) -> None:
    """Raises UsageError where nobody said ``--yes`` and there is no terminal to ask at."""
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("there is no terminal to ask at, so nothing was sent; --yes says that it is meant")


def confirm(question: str, *, yes: bool) -> None:
    """Go on only with consent: ``--yes``, or a ``y`` at the terminal.

    Raises Declined after any other answer, and UsageError where there is no terminal to ask at.
    """
    if yes:
        return
    check_consent(yes=yes)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        sys.stderr.write("\n")  # what follows does not begin behind the question
        raise
    if answer.strip().lower() not in ("y", "yes"):
        raise Declined("nothing was sent")


def ask_password(prompt: str) -> str:
    """A new password: typed twice, unseen, at a terminal; else the one line that is piped in. Raises UsageError."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass(f"{prompt}: ", stream=sys.stderr)
    if getpass("Once more: ", stream=sys.stderr) != password:
        raise UsageError("that was not the same password twice; nothing was changed")
    return password
