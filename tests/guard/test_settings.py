from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from port502.guard.chain import records, verify
from port502.guard.record import WRITE, Record
from port502.guard.settings import AuditSettings


@pytest.mark.parametrize("form", ["json", "cef"])
def test_records_go_to_the_file_and_to_syslog(tmp_path: Path, form: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        settings = AuditSettings(
            tmp_path / "audit.jsonl", key=b"secret", syslog=receiver.getsockname(), format=form
        )
        auditor = settings.auditor()
        auditor.take(Record(event=WRITE, unit=1))
        auditor.close()
        message = receiver.recv(65536).decode()
    assert verify(tmp_path / "audit.jsonl", b"secret").whole
    assert [said["event"] for said in records(tmp_path / "audit.jsonl")] == [WRITE]
    text = message.split(" - ", 1)[1]
    assert text.startswith("CEF:0|port502|guard|") if form == "cef" else json.loads(text)["unit"] == 1


def test_without_a_place_nothing_is_kept() -> None:
    auditor = AuditSettings().auditor()
    auditor.take(Record(event=WRITE))
    auditor.close()
    assert auditor.log_file is None
