"""Every exception of port502, as one tree split by whose fault it is.

``Port502Error`` is the root. Below it: you used it wrong (``UsageError``, ``ConfigError``), the link failed
(``LinkError``), no answer came in time (``NoReplyError``), the peer broke the protocol (``ProtocolError``),
or the device said no (``DeviceError``, one class per exception code).
"""

from __future__ import annotations

from typing import ClassVar


class Port502Error(Exception):
    """The root of every error that port502 raises on purpose."""


class UsageError(Port502Error, ValueError):
    """The caller asked for something Modbus or port502 cannot do: nothing was sent."""


class ConfigError(Port502Error, ValueError):
    """A file written by the user is not valid: nothing of it was applied."""


class LinkError(Port502Error, ConnectionError):
    """The connection to the peer failed; whether a request in flight was executed is unknown."""


class ConnectError(LinkError):
    """No connection could be made: nothing was sent."""


class TlsError(ConnectError):
    """The peer was reached, but the two sides could not agree on a TLS session: nothing was sent."""


class CertificateError(TlsError):
    """A certificate was refused, the peer's by us or ours by the peer: nothing was sent."""


class LinkClosedError(LinkError):
    """The connection ended while a request was waiting for its answer."""


class NoReplyError(Port502Error, TimeoutError):
    """The peer was reached but no answer came in time; the outcome of a write is unknown."""


class ProtocolError(Port502Error):
    """The peer broke the Modbus protocol."""


class FrameError(ProtocolError, LinkError):
    """Bytes arrived that are no frame; on TCP that ends the connection."""


class ReplyError(ProtocolError):
    """A well-framed reply does not answer the request it came for; the outcome of a write is unknown."""


class DeviceError(Port502Error):
    """The device refused the request with an exception code (Application Protocol V1.1b3, clause 7).

    ``function`` is the request's function code, ``code`` the exception code (1-255).
    """

    code: int = 0
    meaning: ClassVar[str] = "exception code outside the specification"

    def __init__(self, function: int, code: int | None = None, message: str | None = None) -> None:
        self.function = function
        if code is not None:
            self.code = code
        super().__init__(
            message or f"function {function} was refused with exception {self.code}: {self.meaning}"
        )


class IllegalFunctionError(DeviceError):
    """Exception 01: the device does not allow or know this function."""

    code = 1
    meaning = "illegal function"


class IllegalDataAddressError(DeviceError):
    """Exception 02: at least one address of the request does not exist in the device."""

    code = 2
    meaning = "illegal data address"


class IllegalDataValueError(DeviceError):
    """Exception 03: the structure of the request or a value in it is not allowed."""

    code = 3
    meaning = "illegal data value"


class ServerDeviceFailureError(DeviceError):
    """Exception 04: the device failed while it carried out the request."""

    code = 4
    meaning = "server device failure"


class AcknowledgeError(DeviceError):
    """Exception 05: accepted, but it takes long; ask later whether it is done."""

    code = 5
    meaning = "acknowledge"


class ServerDeviceBusyError(DeviceError):
    """Exception 06: the device is busy; try again later."""

    code = 6
    meaning = "server device busy"


class NegativeAcknowledgeError(DeviceError):
    """Exception 07: the device cannot perform the programming function."""

    code = 7
    meaning = "negative acknowledge"


class MemoryParityError(DeviceError):
    """Exception 08: the extended file area failed its consistency check."""

    code = 8
    meaning = "memory parity error"


class GatewayPathUnavailableError(DeviceError):
    """Exception 0A: the gateway has no path to that unit."""

    code = 10
    meaning = "gateway path unavailable"


class GatewayTargetError(DeviceError):
    """Exception 0B: the gateway got no answer from that unit."""

    code = 11
    meaning = "gateway target device failed to respond"


class UnknownDeviceError(DeviceError):
    """An exception code that the specification does not list."""


_BY_CODE: dict[int, type[DeviceError]] = {
    cls.code: cls
    for cls in (
        IllegalFunctionError,
        IllegalDataAddressError,
        IllegalDataValueError,
        ServerDeviceFailureError,
        AcknowledgeError,
        ServerDeviceBusyError,
        NegativeAcknowledgeError,
        MemoryParityError,
        GatewayPathUnavailableError,
        GatewayTargetError,
    )
}


def device_error(function: int, code: int, message: str | None = None) -> DeviceError:
    """The error of the class that belongs to an exception code."""
    return _BY_CODE.get(code, UnknownDeviceError)(function, code, message)
