"""A large site: ten thousand points of a hundred devices, every second."""

from __future__ import annotations

DEVICES, POINTS = 100, 100
LINES = 4
"""Connections that the devices share."""

HEAD = """
site: large
history: {path: data}
web: {listen: "127.0.0.1:0", users: users.yaml}
"""


def large_site(url: str) -> str:
    """The site file; ``url`` answers for every unit, and register N of each is ``pN``, one hundred of them."""
    connections = [f'  line-{line}: {{url: "{url}"}}' for line in range(LINES)]
    points = ", ".join(f"p{place:02}: {{ref: {40001 + place}}}" for place in range(POINTS))
    devices = [
        f"  meter-{device:02}: "
        f"{{connection: line-{device % LINES}, unit: {device + 1}, interval: 1s, points: {{{points}}}}}"
        for device in range(DEVICES)
    ]
    return "\n".join([HEAD, "connections:", *connections, "devices:", *devices]) + "\n"
