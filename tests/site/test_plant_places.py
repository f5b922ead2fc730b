"""Where copies listen."""

from __future__ import annotations

from pathlib import Path

import pytest

from port502.errors import UsageError
from port502.site.document import Document
from port502.site.plant_model import DeviceEntry
from port502.site.plant_places import copy_url, listen_faults


@pytest.mark.parametrize(
    ("url", "number", "expected"),
    [
        ("tcp://127.0.2.{n}:1502", 7, "tcp://127.0.2.7:1502"),
        ("tcp://127.0.2.{n}:1502", 254, "tcp://127.0.2.254:1502"),
        ("tcp://127.0.2.{n}:1502", 255, "tcp://127.0.3.1:1502"),
        ("tcp://127.0.2.{n}:1502", 600, "tcp://127.0.4.92:1502"),
        ("tcp://127.0.{n}.1:1502", 7, "tcp://127.0.7.1:1502"),
        ("tcp://127.0.0.1:2{n}", 7, "tcp://127.0.0.1:27"),
        ("tcp://127.0.0.1:2000", 1, "tcp://127.0.0.1:2000"),
        ("tcp://127.0.0.1:2000", 5, "tcp://127.0.0.1:2004"),
        ("tcp://127.0.0.1:0", 5, "tcp://127.0.0.1:0"),
    ],
)
def test_every_copy_has_its_place(url: str, number: int, expected: str) -> None:
    assert copy_url(url, number) == expected


def test_places_run_out() -> None:
    with pytest.raises(UsageError, match="port of copy 3"):
        copy_url("tcp://127.0.0.1:65534", 3)
    with pytest.raises(UsageError, match="no address for copy 300"):
        copy_url("tcp://127.0.255.{n}:1502", 300)


def said(**keys: object) -> list[str]:
    entry = DeviceEntry.model_validate(keys)
    return [fault.message for fault in listen_faults("a", entry, Document(Path("p.yaml"), "plant: p", {}))]


def test_what_is_wrong_with_a_place() -> None:
    assert said(listen="tcp://127.0.0.1:1502") == []
    assert said() == ["listens nowhere"]
    assert "each unit has its own map or file" in said(
        map="a/b", listen="tcp://127.0.0.1:1502", units={"1": "a/b"}
    )
    assert said(listen="tcp://127.0.0.1:1502", units={"0": "a/b", "255": "a/b"}) == []
    assert "no device on a serial line answers unit 0" in said(
        gateway="tcp://127.0.0.1:1502", units={"0": "a/b"}
    )
    assert (
        "'gateway' says already where it listens"
        in said(gateway="tcp://127.0.0.1:1502", listen="tcp://127.0.0.1:1502")[0]
    )
    assert "public address" in said(listen="tcp://8.8.8.8:1502")[0]
    assert "tls" in said(listen="tls://127.0.0.1:1502")[0]
    assert "one serial line" in said(listen="rtu:///dev/ttyS0", copies=2)[0]
    assert "is not a port" in said(listen="tcp://127.0.0.1:99{n}9", copies=200)[0]
