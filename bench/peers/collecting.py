"""What collector programs share: the devices' addresses, and how they report a window of their work."""

from __future__ import annotations

import json
import os
import resource
import time

POINTS = 20
SETTLE = 5.0  # seconds to connect and come into step before the counted window


def address(device: int) -> str:
    """Where the C server listens for a device (250 addresses in each row)."""
    return f"127.1.{device // 250}.{device % 250 + 1}"


def raise_descriptor_limit() -> None:
    """A thousand connections need more than the usual soft limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident_bytes() -> int:
    """The memory this process holds now."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Counted:
    """Totals that a collector adds to, and a window over them."""

    def __init__(self) -> None:
        self.polls = 0.0
        self.samples = 0
        self._memory = resident_bytes()
        self._start = self._cpu = 0.0
        self._polls, self._samples = 0.0, 0

    def open(self) -> None:
        """Begin the window."""
        self._start, self._cpu = time.monotonic(), time.process_time()
        self._polls, self._samples = self.polls, self.samples

    def close(self) -> None:
        """End the window and print it as one line of JSON."""
        end, cpu = time.monotonic(), time.process_time()
        told = {
            "polls": self.polls - self._polls,
            "samples": self.samples - self._samples,
            "start": self._start,
            "end": end,
            "seconds": end - self._start,
            "cpu": cpu - self._cpu,
            "memory": resident_bytes() - self._memory,
        }
        print(json.dumps(told), flush=True)
