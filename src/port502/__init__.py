"""port502: everything that happens on a Modbus TCP network.

>>> from port502 import Client
>>> async with Client("tcp://192.168.1.10") as client:
...     registers = await client.read_holding_registers(0, 10)

Names are imported when they are first used, so that ``import port502`` is quick and needs the standard library only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from port502.client import Client, Reading, Reconnect, SyncClient
    from port502.client.typed import MapValue
    from port502.errors import (
        AcknowledgeError,
        CertificateError,
        ConfigError,
        ConnectError,
        DeviceError,
        FrameError,
        GatewayPathUnavailableError,
        GatewayTargetError,
        IllegalDataAddressError,
        IllegalDataValueError,
        IllegalFunctionError,
        LinkClosedError,
        LinkError,
        MemoryParityError,
        NegativeAcknowledgeError,
        NoReplyError,
        Port502Error,
        ProtocolError,
        ReplyError,
        ServerDeviceBusyError,
        ServerDeviceFailureError,
        TlsError,
        UnknownDeviceError,
        UsageError,
    )
    from port502.registers.maps.library import Library
    from port502.registers.maps.model import DeviceMap
    from port502.registers.point import Point
    from port502.registers.reference import Reference, Table, parse_reference
    from port502.server import Server
    from port502.service.admission import Limits
    from port502.service.call import Call, Session
    from port502.service.device import Device
    from port502.service.identity import Identity
    from port502.service.units import Units
    from port502.transport.sockets import Keepalive
    from port502.transport.states import LinkState
    from port502.transport.tls import TlsContext, client_context, server_context

__version__ = "0.1.0"

_HOME = {
    "AcknowledgeError": "port502.errors",
    "Call": "port502.service.call",
    "CertificateError": "port502.errors",
    "Client": "port502.client",
    "ConfigError": "port502.errors",
    "ConnectError": "port502.errors",
    "Device": "port502.service.device",
    "DeviceError": "port502.errors",
    "DeviceMap": "port502.registers.maps.model",
    "FrameError": "port502.errors",
    "GatewayPathUnavailableError": "port502.errors",
    "GatewayTargetError": "port502.errors",
    "Identity": "port502.service.identity",
    "IllegalDataAddressError": "port502.errors",
    "IllegalDataValueError": "port502.errors",
    "IllegalFunctionError": "port502.errors",
    "Keepalive": "port502.transport.sockets",
    "Library": "port502.registers.maps.library",
    "Limits": "port502.service.admission",
    "LinkClosedError": "port502.errors",
    "LinkError": "port502.errors",
    "LinkState": "port502.transport.states",
    "MapValue": "port502.client.typed",
    "MemoryParityError": "port502.errors",
    "NegativeAcknowledgeError": "port502.errors",
    "NoReplyError": "port502.errors",
    "Point": "port502.registers.point",
    "Port502Error": "port502.errors",
    "ProtocolError": "port502.errors",
    "Reading": "port502.client",
    "Reconnect": "port502.client",
    "Reference": "port502.registers.reference",
    "ReplyError": "port502.errors",
    "Server": "port502.server",
    "ServerDeviceBusyError": "port502.errors",
    "ServerDeviceFailureError": "port502.errors",
    "Session": "port502.service.call",
    "SyncClient": "port502.client",
    "Table": "port502.registers.reference",
    "TlsContext": "port502.transport.tls",
    "TlsError": "port502.errors",
    "Units": "port502.service.units",
    "UnknownDeviceError": "port502.errors",
    "UsageError": "port502.errors",
    "client_context": "port502.transport.tls",
    "parse_reference": "port502.registers.reference",
    "server_context": "port502.transport.tls",
}

__all__ = [
    "AcknowledgeError",
    "Call",
    "CertificateError",
    "Client",
    "ConfigError",
    "ConnectError",
    "Device",
    "DeviceError",
    "DeviceMap",
    "FrameError",
    "GatewayPathUnavailableError",
    "GatewayTargetError",
    "Identity",
    "IllegalDataAddressError",
    "IllegalDataValueError",
    "IllegalFunctionError",
    "Keepalive",
    "Library",
    "Limits",
    "LinkClosedError",
    "LinkError",
    "LinkState",
    "MapValue",
    "MemoryParityError",
    "NegativeAcknowledgeError",
    "NoReplyError",
    "Point",
    "Port502Error",
    "ProtocolError",
    "Reading",
    "Reconnect",
    "Reference",
    "ReplyError",
    "Server",
    "ServerDeviceBusyError",
    "ServerDeviceFailureError",
    "Session",
    "SyncClient",
    "Table",
    "TlsContext",
    "TlsError",
    "Units",
    "UnknownDeviceError",
    "UsageError",
    "client_context",
    "parse_reference",
    "server_context",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'port502' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
