"""The end of every command: whatever happened becomes one line on stderr and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from typer.exceptions import TyperException

from port502.cli import interrupt
from port502.cli.ask import Declined
from port502.cli.exits import DONE, INTERRUPTED, USAGE, Failed, exit_code, message, one_line
from port502.cli.output import put_json, say
from port502.errors import DeviceError
from port502.protocol.codes import exception_name, function_name

TRACEBACK = "PORT502_TRACEBACK"


@contextmanager
def finish(*, as_json: bool = False) -> Iterator[None]:
    """Run what is inside to its exit code, and leave the process with it."""
    _open_closed_streams()
    interrupt.forget()
    try:
        yield
    except typer.Exit as end:
        code = end.exit_code or _done()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Declined as no:
        say(f"port502: {no}")
        code = INTERRUPTED
    except TyperException as wrong:
        say(f"port502: {_usage(wrong)}")
        code = USAGE
        _report_json(as_json, {"error": _usage(wrong), "exit_code": code})
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        code = report(error, as_json=as_json)
    else:
        code = _done()
    sys.exit(code)


def _done() -> int:
    """The exit code where nothing went wrong: what goes on until Ctrl-C was interrupted by it."""
    return INTERRUPTED if interrupt.came() else DONE


def report(error: Exception, *, as_json: bool = False, **known: object) -> int:
    """Say what went wrong, for scripts as JSON too, and return the exit code of it."""
    code = exit_code(error)
    text = message(error)
    say(f"port502: {text}")
    cause = error.error if isinstance(error, Failed) else error
    told: dict[str, object] = {**known, "error": text, "exit_code": code}
    if isinstance(cause, DeviceError):
        told |= {
            "function": cause.function,
            "function_name": function_name(cause.function),
            "exception": cause.code,
            "exception_name": exception_name(cause.code),
        }
    _report_json(as_json, told)
    return code


def _report_json(wanted: bool, told: dict[str, object]) -> None:
    if not wanted:
        return
    try:
        put_json(told)
    except OSError:
        # The result cannot be told either, which stderr has said; the exit code is still right.
        close_stdout()


def _usage(wrong: TyperException) -> str:
    """What was wrong with the words of a command, and where to look."""
    context = getattr(wrong, "ctx", None)
    command = context.command_path if context is not None else "port502"
    text = one_line(wrong.format_message()).rstrip(".")
    return f"{text}; see {command} --help"


def _open_closed_streams() -> None:
    """Python has None for a stream that was closed before it began (``>&-``, ``<&-``).

    What is written there goes nowhere, and what is read there has ended already.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (open as long as the process)


def close_stdout() -> None:
    """Nobody reads: let what is still buffered go nowhere, so that the interpreter does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
