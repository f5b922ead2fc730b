"""The tree of errors: whose fault it is."""

from __future__ import annotations

import pytest

from port502 import errors
from port502.errors import DeviceError, Port502Error, UnknownDeviceError, device_error

EVERY = [
    value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Port502Error)
]


def test_every_error_hangs_on_one_root_and_has_words() -> None:
    assert len(EVERY) >= 20
    assert all(error.__doc__ for error in EVERY)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1, "IllegalFunctionError"),
        (2, "IllegalDataAddressError"),
        (3, "IllegalDataValueError"),
        (4, "ServerDeviceFailureError"),
        (5, "AcknowledgeError"),
        (6, "ServerDeviceBusyError"),
        (7, "NegativeAcknowledgeError"),
        (8, "MemoryParityError"),
        (10, "GatewayPathUnavailableError"),
        (11, "GatewayTargetError"),
    ],
)
def test_each_exception_code_has_its_class(code: int, name: str) -> None:
    error = device_error(3, code)
    assert type(error).__name__ == name
    assert (error.function, error.code) == (3, code)
    assert f"exception {code}: {error.meaning}" in str(error)


@pytest.mark.parametrize("code", [0, 9, 12, 255])
def test_other_codes_are_kept_as_they_came(code: int) -> None:
    error = device_error(3, code)
    assert type(error) is UnknownDeviceError
    assert error.code == code
    assert f"exception {code}" in str(error)


def test_errors_are_also_what_python_programs_expect() -> None:
    assert issubclass(errors.NoReplyError, TimeoutError)
    assert issubclass(errors.LinkError, ConnectionError)
    assert issubclass(errors.UsageError, ValueError)
    assert not issubclass(DeviceError, OSError)


def test_a_bad_frame_is_the_peer_s_fault_and_ends_the_link() -> None:
    assert issubclass(errors.FrameError, errors.ProtocolError)
    assert issubclass(errors.FrameError, errors.LinkError)
    assert not issubclass(errors.ReplyError, errors.LinkError)
