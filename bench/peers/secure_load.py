"""A load for plain and TLS alike: each request in a segment (or record) of its own, blocking sockets in turns."""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path

from bench.peers.counting import cpu_of
from port502.transport.tls import client_context

REQUEST = bytes.fromhex("0007 0000 0006 01 03 0000 000A")
REPLY = 9 + 20


def connect(scheme: str, folder: Path, port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme == "tcp":
        return sock
    holder = client_context(folder / "client.pem", folder / "client.key", folder / "site-ca.pem")
    return holder.current().wrap_socket(sock, server_hostname="127.0.0.1")


def exchange(sock: socket.socket, depth: int) -> None:
    missing = depth * REPLY
    while missing > 0:
        data = sock.recv(65536)
        if not data:
            raise ConnectionError("closed in the middle of the load")
        missing -= len(data)


def main(scheme: str, folder: str, port: str, connections: str, depth: str, seconds: str, pid: str) -> None:
    socks = [connect(scheme, Path(folder), int(port)) for _ in range(int(connections))]
    in_flight, requests = int(depth), 0
    used, began = cpu_of(int(pid)), time.perf_counter()
    end = began + float(seconds)
    while time.perf_counter() < end:
        for sock in socks:
            for _ in range(in_flight):
                sock.sendall(REQUEST)
        for sock in socks:
            exchange(sock, in_flight)
        requests += in_flight * len(socks)
    took = time.perf_counter() - began
    print(json.dumps({"requests": requests, "seconds": took, "cpu": cpu_of(int(pid)) - used}))
    for sock in socks:
        sock.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
