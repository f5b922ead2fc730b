from __future__ import annotations

import pytest
from pydantic import ValidationError

from port502.site.listener_model import Listener, Serve, syslog_place


def test_what_is_not_written_has_its_default() -> None:
    listener = Listener.model_validate({"url": "tcp://0.0.0.0:502"})
    assert (listener.limits.connections, listener.limits.per_client, listener.limits.idle) == (16, 4, 60.0)
    assert (listener.units, listener.allow, listener.serve, listener.guard) == ((1,), None, None, None)


def test_a_device_file_may_stand_alone() -> None:
    assert Serve.model_validate("plc.yaml").device == "plc.yaml"
    assert Serve.model_validate({"points": {"holding:0": "a.b"}}).points == {"holding:0": "a.b"}


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"url": "ftp://x"},
        {"url": "tcp://x", "limits": {"connections": 0}},
        {"url": "tcp://x", "alow": []},
    ],
)
def test_faults(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Listener.model_validate(written)


def test_syslog_servers() -> None:
    assert syslog_place("udp://10.0.0.5") == ("10.0.0.5", 514)
    assert syslog_place("udp://10.0.0.5:1514") == ("10.0.0.5", 1514)
    assert syslog_place("udp://[fd00::1]:1514") == ("fd00::1", 1514)
    for text in ("10.0.0.5", "tcp://10.0.0.5", "udp://"):
        with pytest.raises(ValueError):
            syslog_place(text)
