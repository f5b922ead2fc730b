from __future__ import annotations

import pytest

from port502.collect.words import reason_of
from port502.errors import LinkClosedError, NoReplyError, Port502Error, ReplyError, device_error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (device_error(3, 4), "exception 4: server device failure"),
        (device_error(3, 11), "exception 11: gateway target device failed to respond"),
        (NoReplyError("unit 5 did not answer within 1 s"), "timeout: unit 5 does not answer"),
        (LinkClosedError("reset by peer"), "link down: reset by peer"),
        (ReplyError("two bytes too few"), "bad reply: two bytes too few"),
    ],
)
def test_reasons_are_words_that_stay_the_same(error: Port502Error, reason: str) -> None:
    assert reason_of(error, 5) == reason
