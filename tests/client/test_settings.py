"""What a client may be told."""

from __future__ import annotations

from typing import Any

import pytest

from port502 import Client, SyncClient, UsageError
from port502.client.settings import check_unit, client_settings


@pytest.mark.parametrize("client", [Client, SyncClient])
@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"unit": 256}, "unit ids are 0 to 255"),
        ({"response_timeout": 0}, "response_timeout is above 0"),
        ({"connect_timeout": -1}, "connect_timeout is above 0"),
        ({"retries": -1}, "retries is 0 to 10"),
        ({"window": 0}, "window is 1 to 1024"),
        ({"pause": -0.1}, "pause and settle"),
        ({"tolerate": ["anything"]}, "no such tolerance: anything"),
    ],
)
def test_wrong_settings_are_refused_when_the_client_is_made(
    client: type, wrong: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        client("127.0.0.1", **wrong)


def test_a_bad_url_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown scheme"):
        SyncClient("http://plc")


def test_the_longest_call_is_a_connect_and_every_attempt() -> None:
    settings = client_settings("plc", (), connect_timeout=3.0, response_timeout=1.0, retries=2)
    assert settings.longest == 6.0
    assert settings.target.port == 502


def test_units() -> None:
    assert check_unit(255) == 255
    with pytest.raises(UsageError):
        check_unit(-1)
