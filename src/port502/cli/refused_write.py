"""A refused write out of what was kept of it: an audit log, or a capture of the traffic."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from port502.discover.doctor.failed_write import WRITES, FailedWrite, read_failed_write
from port502.errors import ConfigError, UsageError
from port502.protocol.codes import EXCEPTION_BIT

_CAPTURES = ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "0a0d0d0a")
"""How capture files begin, in hexadecimal: pcap in both byte orders and both resolutions, pcapng."""

_GZIP = "1f8b"


def refused_write(path: Path, host: str, port: int) -> FailedWrite:
    """The last refused write in a file; in a capture, of the target where it is an address and has one there.

    Raises ConfigError for a file that cannot be read, UsageError where none was refused.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4).hex()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    is_capture = start in _CAPTURES or start.startswith(_GZIP)
    found = _in_capture(path, host, port) if is_capture else read_failed_write(path)
    if found is None:
        raise UsageError(f"{path} tells of no refused write")
    return found


def _in_capture(path: Path, host: str, port: int) -> FailedWrite | None:
    from port502.traffic.captures import Captures

    wanted = _address(host)
    anywhere: FailedWrite | None = None
    there: FailedWrite | None = None
    for messages in Captures.of_files([str(path)], [port]).messages():
        for message in messages:
            request, pdu = message.request, message.pdu
            if request is None or len(pdu) != 2 or not pdu[0] & EXCEPTION_BIT:
                continue
            found = _refusal(request.pdu, pdu[1], message.unit_id, f"{path}, frame {message.frame}")
            if found is None:
                continue
            anywhere = found
            if message.src == wanted:
                there = found
    return there or anywhere


def _refusal(request: bytes, exception: int, unit: int | None, told_by: str) -> FailedWrite | None:
    if not request or request[0] not in WRITES:
        return None
    address = int.from_bytes(request[1:3], "big") if len(request) >= 5 else None
    return FailedWrite(request[0], exception, unit, address, told_by=told_by)


def _address(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return ""
