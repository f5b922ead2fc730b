"""Loopback ports for peers that cannot choose one by themselves, and waiting until somebody listens."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

LOOPBACK = "127.0.0.1"


def free_port(host: str = LOOPBACK) -> int:
    """A port that the system just had free; for peers that cannot take port 0 and say what they got."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(port: int, host: str = LOOPBACK, seconds: float = 20.0) -> None:
    """Return once a connection to ``port`` is accepted; raise TimeoutError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1.0):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody listens on {host}:{port} after {seconds} s")
        threading.Event().wait(0.02)
