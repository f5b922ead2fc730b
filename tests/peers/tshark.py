"""tshark, the reference decoder: it reads what was sent and says what it understood, field by field.

Known differences that are not ours: a retransmission is not dissected again, an ADU that spans segments is
listed at its last frame, and ``modbus.func_code`` never shows the exception bit (``modbus.exception_code``
tells).
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.peers import absent, need_program
from tests.peers.pcap import write_capture

FIELDS = (
    "tcp.srcport",
    "mbtcp.trans_id",
    "mbtcp.prot_id",
    "mbtcp.len",
    "mbtcp.unit_id",
    "modbus.func_code",
    "modbus.exception_code",
    "modbus.reference_num",
    "modbus.read_reference_num",
    "modbus.write_reference_num",
    "modbus.word_cnt",
    "modbus.read_word_cnt",
    "modbus.write_word_cnt",
    "modbus.bit_cnt",
    "modbus.byte_cnt",
    "modbus.regval_uint16",
    "modbus.and_mask",
    "modbus.or_mask",
    "modbus.data",
    "modbus.bitval",
    "modbus.diagnostic_code",
    "modbus.reference_type",
    "modbus.byte_cnt_16",
    "modbus.ev_count",
    "modbus.ev_msg_count",
    "modbus.mei",
    "modbus.read_device_id",
    "modbus.conformity_level",
    "modbus.more_follows",
    "modbus.next_object_id",
    "modbus.num_objects",
    "modbus.object_id",
    "modbus.object_str_value",
    "_ws.expert.message",
)
"""What is asked of each Modbus ADU; a field that does not occur is an empty list."""

Record = dict[str, list[str]]


def decode(capture: Path, port: int, fields: Sequence[str] = FIELDS) -> list[Record]:
    """Every frame of a capture that holds Modbus, in order: field name → all values of that field in it."""
    program = need_program("tshark", "Debian package tshark")
    command = [program, "-r", str(capture), "-d", f"tcp.port=={port},mbtcp", "-Y", "mbtcp"]
    command += ["-o", f"mbtcp.tcp.port:{port}"]  # tells requests from replies
    command += ["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;"]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return [
        {field: value.split(";") if value else [] for field, value in zip(fields, row, strict=True)}
        for row in rows
    ]


def decode_bytes(folder: Path, exchanges: Iterable[tuple[bool, bytes]], port: int = 502) -> list[Record]:
    """What tshark makes of TCP payloads, given as (from the client, bytes), each one segment."""
    capture = folder / "exchange.pcap"
    write_capture(capture, exchanges, port)
    return decode(capture, port)


@contextlib.contextmanager
def capturing(folder: Path, port: int) -> Iterator[Path]:
    """Capture the loopback traffic of ``port`` while the block runs; the file is complete after it.

    Needs the right to capture (root, or the capabilities that Debian's wireshark group has).
    """
    program = need_program("tshark", "Debian package tshark")
    capture = folder / "loopback.pcap"
    process = subprocess.Popen(
        [program, "-i", "lo", "-f", f"tcp port {port}", "-w", str(capture), "-F", "pcap"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said: list[str] = []
    try:
        _wait_until_capturing(process, said)
        yield capture
        _wait_until_quiet(capture)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
        assert process.stderr is not None
        process.stderr.close()


def _wait_until_capturing(process: subprocess.Popen[str], said: list[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if "File:" in line:
            return
    absent(f"the right to capture on the loopback interface: {''.join(said).strip()[:200]}", "run as root")


def _wait_until_quiet(capture: Path, quiet: float = 0.5, seconds: float = 10.0) -> None:
    """The kernel hands packets over in blocks: wait until the file has not grown for a while."""
    deadline = time.monotonic() + seconds
    size, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        now = capture.stat().st_size if capture.exists() else 0
        if now != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > quiet:
            return
        threading.Event().wait(0.05)
