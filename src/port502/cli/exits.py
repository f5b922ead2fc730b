"""How a command ends: one exit code per kind of failure, and one line that says what happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from port502.errors import (
    ConfigError,
    DeviceError,
    LinkClosedError,
    LinkError,
    NoReplyError,
    Port502Error,
    ProtocolError,
    UsageError,
)
from port502.protocol.codes import (
    FUNCTION_NAMES,
    READ_COILS,
    READ_DISCRETE_INPUTS,
    READ_HOLDING_REGISTERS,
    READ_INPUT_REGISTERS,
    exception_name,
    function_name,
)

DONE = 0
DEVICE_EXCEPTION = 1
USAGE = 2
NOT_CONNECTED = 3
NO_ANSWER = 4
PROTOCOL_BROKEN = 5
FAULTS_FOUND = 6
OUR_FAULT = 70
INTERRUPTED = 130

LONGEST = 1000

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (DeviceError, DEVICE_EXCEPTION),
    (ProtocolError, PROTOCOL_BROKEN),
    (NoReplyError, NO_ANSWER),
    (LinkError, NOT_CONNECTED),
    (Port502Error, USAGE),
    (OSError, USAGE),
)

_READS = frozenset({READ_COILS, READ_DISCRETE_INPUTS, READ_HOLDING_REGISTERS, READ_INPUT_REGISTERS})
_READ_HINTS = {
    1: "the device does not know this function; try the other table (input, holding) or its manual",
    2: "not all of these addresses exist there; read fewer, and mind that references count from 1, addresses from 0",
}
_EXCEPTION_HINTS = {
    1: "the device does not know this function; its manual says which it does",
    2: "it has no such address, or not for this function; mind that references count from 1, addresses from 0",
    3: "the device allows no such quantity or value; ask for less at once",
    4: "the device failed while it carried this out; look at the device itself",
    5: "the device needs long for this; ask again later",
    6: "the device is busy; ask again later",
    10: "the gateway has no way to this unit; check --unit and the gateway's settings",
    11: "the unit behind the gateway does not answer; check --unit, its power and its wiring",
}


class Failed(Exception):  # noqa: N818 (it carries an error, with what was being done)
    """An error with the words for what was tried."""

    def __init__(self, error: Port502Error, tried: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.tried = tried


@contextmanager
def trying(tried: str) -> Iterator[None]:
    """Say what was tried when one of our errors passes; an error of usage speaks for itself."""
    try:
        yield
    except UsageError:
        raise
    except Port502Error as error:
        raise Failed(error, tried) from error


def exit_code(error: BaseException) -> int:
    """The exit code that belongs to an error."""
    if isinstance(error, Failed):
        error = error.error
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return next((code for kind, code in _CODES if isinstance(error, kind)), OUR_FAULT)


def message(error: BaseException) -> str:
    """What was tried, what came back and what to do next, in one line."""
    if isinstance(error, Failed):
        return one_line(_told(error.error, error.tried))
    if isinstance(error, ConfigError):
        return one_line(_faulty(error))
    if isinstance(error, Port502Error):
        return one_line(_told(error, ""))
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return one_line(f"{place}{error.strerror or error}")
    return one_line(
        f"this is a fault of port502 itself: {type(error).__name__}: {error};"
        " PORT502_TRACEBACK=1 shows where, please report it"
    )


def exception_text(error: DeviceError) -> str:
    """A refusal in words: ``exception 2, illegal data address``."""
    number, name = f"exception {error.code}", exception_name(error.code)
    return number if name == number else f"{number}, {name}"


def exception_hint(function: int, code: int) -> str:
    """What a refusal usually means, and what to do about it."""
    hints = _EXCEPTION_HINTS | _READ_HINTS if function in _READS else _EXCEPTION_HINTS
    return hints.get(code, "its manual may know what this code means")


def _faulty(error: ConfigError) -> str:
    """The first fault of a file, and where all of them are named."""
    faults = [fault for fault in getattr(error, "faults", ()) if fault.severity == "error"]
    if len(faults) < 2:
        return str(error)
    return f"{faults[0]}; and {len(faults) - 1} more: `port502 check {faults[0].file}` names all"


def _told(error: Port502Error, tried: str) -> str:
    before = f"{tried}: " if tried else ""
    text = str(error)
    for part in tried.split(", ") if tried else ():
        text = text.removeprefix(f"{part} ")  # "unit 1: unit 1 did not answer" says it twice
    if isinstance(error, DeviceError):
        hint = exception_hint(error.function, error.code)
        name = function_name(error.function)
        number = f" (function {error.function})" if error.function in FUNCTION_NAMES else ""
        return f"{before}{name}{number} was refused with {exception_text(error)}; {hint}"
    if isinstance(error, NoReplyError):
        return f"{before}{text}; check --unit, or give it more time with --timeout"
    if isinstance(error, ProtocolError):
        return f"{before}{text}; -vv shows the bytes"
    if isinstance(error, LinkClosedError):
        return f"{before}{text}; try again, or close other programs that use this device"
    return str(error)


def one_line(text: str) -> str:
    """Text without line breaks, cut where it would fill the screen."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"
