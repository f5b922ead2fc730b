"""Who drives the transmitter of a two-wire line: the kernel, where its driver can (Linux, TIOCSRS485)."""

from __future__ import annotations

import errno
import logging
import struct
from dataclasses import dataclass

from port502.errors import ConnectError

log = logging.getLogger("port502.link")

SET_RS485 = 0x542F
"""``TIOCSRS485`` of <asm-generic/ioctls.h>."""

_ENABLED, _RTS_ON_SEND, _RTS_AFTER_SEND, _RX_DURING_TX = 1, 2, 4, 16
_LAYOUT = struct.Struct("=8I")
_CANNOT = frozenset({errno.ENOTTY, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})


@dataclass(frozen=True, slots=True)
class Direction:
    """How the kernel switches the direction of an RS-485 line.

    ``rts_on_send`` is the level of RTS while sending, and the opposite follows it; ``before`` and ``after`` are
    milliseconds that the transmitter is on around a frame; ``hear_self`` keeps the receiver on meanwhile.
    """

    rts_on_send: bool = True
    before: int = 0
    after: int = 0
    hear_self: bool = False

    def packed(self) -> bytes:
        """``struct serial_rs485`` of <linux/serial.h>."""
        flags = _ENABLED | (_RTS_ON_SEND if self.rts_on_send else _RTS_AFTER_SEND)
        if self.hear_self:
            flags |= _RX_DURING_TX
        return _LAYOUT.pack(flags, self.before, self.after, 0, 0, 0, 0, 0)


DIRECTIONS = ("on", "inverted", "try")
"""What ``rs485=`` in a url may say: RTS is high while sending, or low; or high where the driver can, else nothing."""


def switch_direction(descriptor: int, wanted: str, port: str) -> None:
    """Do what a url says about RS-485; raises ConnectError where it insists on what the driver cannot."""
    if not wanted or let_kernel_drive(descriptor, Direction(rts_on_send=wanted != "inverted")):
        return
    if wanted != "try":
        raise ConnectError(
            f"the driver of {port} does not switch the direction of RS-485 (rs485={wanted}): leave rs485 out where"
            " the adapter does it by itself, as most do"
        )
    log.info("%s: its driver does not switch the direction: left to the adapter", port)


def let_kernel_drive(descriptor: int, direction: Direction) -> bool:
    """Ask the kernel to switch the direction of an open port; False where its driver cannot.

    An adapter that switches by itself needs nothing of this. Raises ConnectError for a port that is gone.
    """
    try:
        from fcntl import ioctl
    except ImportError:  # Windows
        return False
    try:
        ioctl(descriptor, SET_RS485, direction.packed())
    except OSError as error:
        if error.errno in _CANNOT:
            return False
        raise ConnectError(f"could not set the direction of the serial port: {error}") from error
    return True
