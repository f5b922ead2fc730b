from __future__ import annotations

import pytest

from port502.errors import UsageError
from port502.traffic.encoding import framed, message_of


def test_a_request_in_every_framing() -> None:
    message = message_of("3", ["107", "3"], None, response=False, exception=None)
    assert framed(message, "pdu", 1, 6).hex() == "03006b0003"
    assert framed(message, "mbap", 1, 6).hex() == "0001000000060603006b0003"
    assert framed(message, "rtu", 1, 1).hex() == "0103006b00037417"
    assert framed(message, "ascii", 1, 1) == b":0103006B00038E\r\n"


def test_a_response_a_refusal_and_bytes_as_they_are() -> None:
    response = message_of("3", ["555", "0", "100"], None, response=True, exception=None)
    assert response.encode().hex() == "0306022b00000064"
    assert message_of("3", [], None, response=False, exception=2).encode().hex() == "8302"
    assert message_of("0x41", [], "0102", response=False, exception=None).encode().hex() == "410102"
    with pytest.raises(UsageError, match="nothing more"):
        message_of("3", ["1"], None, response=False, exception=2)
