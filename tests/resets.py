"""Ending a connection the rude way."""

from __future__ import annotations

import socket
import struct


def abort(sock: socket.socket) -> None:
    """Close with a reset, so that nothing half-sent lingers."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
