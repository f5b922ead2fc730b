"""What other programs print of their traffic, decoded: the logs of mbpoll, pymodbus and pyModbusTCP."""

from __future__ import annotations

import subprocess
import sys

import pytest

from port502.traffic.decoding.decoded import Decoded
from port502.traffic.decoding.decoding import decode
from port502.traffic.hextext.read import read_text
from tests.cli.served import boiler, served
from tests.peers import need_program

pytestmark = [pytest.mark.interop, pytest.mark.slow]

PYMODBUS = """
import logging, sys
from pymodbus import pymodbus_apply_logging_config
from pymodbus.client import ModbusTcpClient
pymodbus_apply_logging_config(logging.DEBUG)
client = ModbusTcpClient("127.0.0.1", port=int(sys.argv[1]))
client.connect()
print(client.read_holding_registers(0, count=3, device_id=1).registers)
client.read_holding_registers(60000, count=1, device_id=1)
client.close()
"""
PYMODBUSTCP = """
import logging, sys
from pyModbusTCP.client import ModbusClient
logging.basicConfig(level=logging.DEBUG)
client = ModbusClient("127.0.0.1", int(sys.argv[1]))
print(client.read_holding_registers(0, 3))
client.write_single_register(0, 7)
client.close()
"""


def said(frames: list[Decoded]) -> list[tuple[int | None, bool, int | None]]:
    assert [str(problem) for frame in frames for problem in frame.problems] == []
    return [
        (frame.function, frame.is_response, frame.request.frame if frame.request else None)
        for frame in frames
    ]


def decoded(command: list[str], port: str) -> list[Decoded]:
    done = subprocess.run([*command, port], capture_output=True, text=True, timeout=30, check=False)
    return decode(read_text(done.stdout + done.stderr))


def test_mbpoll() -> None:
    program = need_program("mbpoll", "mbpoll")
    with served(boiler()) as url:
        command = [program, "-1", "-v", "-a", "1", "-r", "1", "-c", "3", "-t", "4", "127.0.0.1", "-p"]
        frames = decoded(command, url.rpartition(":")[2])
    assert said(frames) == [(3, False, None), (3, True, 1)]
    assert frames[1].layout.data == bytes.fromhex("000a0014001e")


def test_pymodbus() -> None:
    with served(boiler()) as url:
        frames = decoded([sys.executable, "-c", PYMODBUS], url.rpartition(":")[2])
    assert [(one.function, one.exception) for one in frames if one.is_response] == [(3, None), (3, 2)]


def test_pymodbustcp() -> None:
    with served(boiler()) as url:
        frames = decoded([sys.executable, "-c", PYMODBUSTCP], url.rpartition(":")[2])
    assert said(frames) == [(3, False, None), (3, True, 1), (6, False, None), (6, True, 3)]
