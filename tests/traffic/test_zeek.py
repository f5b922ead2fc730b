"""Logs as Zeek writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.traffic.zeek import ZeekLogs
from tests.traffic.files import messages_of, polling


def rows(path: Path) -> list[dict[str, str]]:
    lines = path.read_text().splitlines()
    fields = next(line for line in lines if line.startswith("#fields")).split("\t")[1:]
    types = next(line for line in lines if line.startswith("#types")).split("\t")[1:]
    assert len(fields) == len(types)
    return [dict(zip(fields, line.split("\t"), strict=True)) for line in lines if not line.startswith("#")]


def test_both_logs(tmp_path: Path) -> None:
    logs = ZeekLogs(tmp_path / "logs")
    logs.add(messages_of(polling()))
    logs.close()
    plain = rows(tmp_path / "logs" / "modbus.log")
    assert len(plain) == 13
    assert plain[0] | {"uid": ""} == {
        "ts": "1700000000.003000",
        "uid": "",
        "id.orig_h": "10.0.0.1",
        "id.orig_p": "50000",
        "id.resp_h": "10.0.0.2",
        "id.resp_p": "502",
        "tid": "1",
        "unit": "1",
        "func": "READ_HOLDING_REGISTERS",
        "pdu_type": "REQ",
        "exception": "-",
    }
    assert plain[11]["func"] == "READ_HOLDING_REGISTERS_EXCEPTION"
    assert plain[11]["exception"] == "ILLEGAL_DATA_ADDRESS"
    assert len({row["uid"] for row in plain}) == 1
    detailed = rows(tmp_path / "logs" / "modbus_detailed.log")
    assert (detailed[1]["address"], detailed[1]["values"], detailed[1]["matched"]) == (
        "107",
        "555,0,100",
        "T",
    )
    assert detailed[3]["values"] == "T,F,T"
    assert (detailed[1]["source_h"], detailed[1]["is_orig"]) == ("10.0.0.2", "F")


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write logs"):
        ZeekLogs(tmp_path / "file")
