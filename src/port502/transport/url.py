"""Where a peer is: urls and bare hosts, parsed once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import parse_qsl, urlsplit

from port502.errors import UsageError
from port502.transport.direction import DIRECTIONS

DEFAULT_PORTS = {"tcp": 502, "tls": 802, "rtu+tcp": 502}
SERIAL_SCHEMES = frozenset({"rtu", "ascii"})
SCHEMES = (*DEFAULT_PORTS, "rtu", "ascii")

_BRACKETED = re.compile(r"\[(?P<host>[^\]]+)\](?::(?P<port>[^:]*))?\Z")


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """How a serial line is set: baud, data bits, parity N, E or O, stop bits (Serial Line V1.02, clause 2.5.1).

    ``rs485`` says whether the kernel switches the direction of a two-wire line (see ``transport.direction``).
    """

    baud: int = 19200
    data_bits: int = 8
    parity: str = "E"
    stop_bits: int = 1
    rs485: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A peer's place: ``host`` and ``port`` on a network, or ``device`` and ``serial`` on a serial line."""

    scheme: str
    host: str = ""
    port: int = 0
    device: str = ""
    serial: SerialSettings = SerialSettings()

    @property
    def is_serial(self) -> bool:
        """Whether this is a serial port of this machine."""
        return self.scheme in SERIAL_SCHEMES

    def __str__(self) -> str:
        if self.is_serial:
            return f"{self.scheme}://{self.device}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_url(text: str) -> Target:
    """The place that a url or a bare host names; ``plc``, ``plc:1502`` and ``[fe80::1%eth0]:502`` mean ``tcp://``.

    Raises UsageError, naming what is wrong, for anything else than the schemes ``tcp``, ``tls``, ``rtu+tcp``,
    ``rtu`` and ``ascii``.
    """
    if not text or len(text) > 1024 or any(ord(character) <= 32 for character in text):
        raise UsageError(
            f"not a target: {text[:60]!r} (a host, HOST:PORT, or a url such as tcp://192.168.1.10:502)"
        )
    scheme, separator, rest = text.partition("://")
    if not separator:
        return _network_target("tcp", text, text)
    scheme = scheme.lower()
    if scheme in SERIAL_SCHEMES:
        return _serial_target(scheme, rest, text)
    if scheme in DEFAULT_PORTS:
        return _network_target(scheme, rest.rstrip("/"), text)
    if scheme in ("udp", "modbus+udp"):
        raise UsageError(
            f"{text}: Modbus over UDP is not offered; it is no part of the specification. Use tcp://"
        )
    raise UsageError(f"{text}: unknown scheme {scheme!r} (there are {', '.join(f'{s}://' for s in SCHEMES)})")


def _network_target(scheme: str, place: str, text: str) -> Target:
    if match := _BRACKETED.match(place):
        host, port = match["host"], match["port"]
        _check_ipv6(host, text)
    elif place.count(":") > 1:
        _check_ipv6(place, text)
        host, port = place, None
    else:
        host, _, port = place.partition(":")
    if not re.fullmatch(r"[^/?#@\[\]]+", host):
        raise UsageError(f"{text}: no host in it (expected {scheme}://HOST:PORT)")
    if port is None or port == "":
        return Target(scheme, host, DEFAULT_PORTS[scheme])
    if not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise UsageError(f"{text}: {port!r} is not a port (0 to 65535)")
    return Target(scheme, host, int(port))


def _check_ipv6(host: str, text: str) -> None:
    try:
        IPv6Address(host.partition("%")[0])
    except ValueError:
        raise UsageError(f"{text}: {host!r} is not an IPv6 address; write [ADDRESS]:PORT") from None


def _serial_target(scheme: str, rest: str, text: str) -> Target:
    parts = urlsplit(f"//{rest}")
    device = (parts.netloc + parts.path) if parts.netloc else parts.path
    if not device or device == "/":
        raise UsageError(
            f"{text}: no serial port in it (expected {scheme}:///dev/ttyUSB0?baud=19200&parity=E)"
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    data_bits = 7 if scheme == "ascii" else 8
    parity = options.pop("parity", "E").upper()
    if parity not in ("N", "E", "O"):
        raise UsageError(f"{text}: parity is N, E or O, not {parity!r}")
    serial = SerialSettings(
        baud=_number(options.pop("baud", "19200"), "baud", range(50, 4_000_001), text),
        data_bits=_number(options.pop("bits", str(data_bits)), "bits", range(7, 9), text),
        parity=parity,
        stop_bits=_number(options.pop("stop", "1" if parity != "N" else "2"), "stop", range(1, 3), text),
        rs485=options.pop("rs485", ""),
    )
    if serial.rs485 not in ("", *DIRECTIONS):
        raise UsageError(
            f"{text}: rs485 is {', '.join(DIRECTIONS[:-1])} or {DIRECTIONS[-1]}, not {serial.rs485!r}"
        )
    if options:
        raise UsageError(
            f"{text}: unknown option {next(iter(options))!r} (there are baud, parity, stop, bits, rs485)"
        )
    return Target(scheme, device=device, serial=serial)


def _number(value: str, name: str, allowed: range, text: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) not in allowed:
        raise UsageError(f"{text}: {name} is a number from {allowed[0]} to {allowed[-1]}, not {value!r}")
    return int(value)
