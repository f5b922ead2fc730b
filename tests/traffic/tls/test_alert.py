from __future__ import annotations

import pytest

from port502.traffic.tls.alert import fatal_alert


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("15 0303 0002 02 46", "protocol version refused"),
        ("15 0303 0002 02 2a", "bad certificate"),
        ("15 0301 0002 02 63", "alert 99"),
        ("15 0303 0002 01 00", ""),
        ("16 0303 0002 02 46", ""),
        ("15 0303 0002 02", ""),
        ("", ""),
    ],
)
def test_only_fatal_alerts_say_why(record: str, said: str) -> None:
    assert fatal_alert(bytes.fromhex(record)) == said
