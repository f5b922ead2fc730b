"""A serial wire with a slave on it, as slow as its baud rate: the other end is linked where the caller says.

The slave knows reads of holding registers. It answers when the request has passed over the wire and the silence behind
it is over, and its reply arrives when the last byte of it would. A wire does not wait for a processor: where that is
allowed, this program goes before all others, and the last moments of each wait are spent awake.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
import tty
from pathlib import Path

from port502.protocol.checksum import crc16
from port502.protocol.timing import RTU_BITS, frame_time, t3_5

REQUEST = 8
AWAKE = 0.000_2
"""Seconds by which a sleep may end late."""


def serve(link: Path, baud: int) -> None:
    """Be the slave until standard input ends."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    link.symlink_to(os.ttyname(theirs))
    print("ready 0", flush=True)
    heard = b""
    while True:
        ready, _, _ = select.select([ours, 0], [], [])
        if 0 in ready and not os.read(0, 1):
            return
        if ours not in ready:
            continue
        heard += os.read(ours, 4096)
        began = time.perf_counter()
        while len(heard) >= REQUEST:
            request, heard = heard[:REQUEST], heard[REQUEST:]
            reply = _reply(request)
            end = (
                began
                + frame_time(REQUEST, baud, RTU_BITS)
                + t3_5(baud)
                + frame_time(len(reply), baud, RTU_BITS)
            )
            time.sleep(max(0.0, end - AWAKE - time.perf_counter()))
            while time.perf_counter() < end:
                pass
            os.write(ours, reply)


def transaction(registers: int, baud: int) -> float:
    """The seconds that a read takes at best: both frames, and the silence behind each."""
    frames = frame_time(REQUEST, baud, RTU_BITS) + frame_time(5 + 2 * registers, baud, RTU_BITS)
    return frames + 2 * t3_5(baud)


def _reply(request: bytes) -> bytes:
    count = 2 * int.from_bytes(request[4:6], "big")
    body = request[:2] + bytes((count,)) + b"\0\1" * (count // 2)
    return body + crc16(body).to_bytes(2, "little")


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
