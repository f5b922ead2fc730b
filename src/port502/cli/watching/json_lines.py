"""``watch`` for scripts: one JSON object per poll on a line of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from port502.cli.alarm_view import alarm_json
from port502.cli.exits import DONE
from port502.cli.finish import report
from port502.cli.output import put_json
from port502.cli.watching.site_feed import SiteFeed, row_of
from port502.collect.alarms.alarm import NORMAL
from port502.collect.status import ConnectionStatus
from port502.errors import ConnectError
from port502.history.when import format_time


async def on_a_grid(
    once: Callable[[], Awaitable[int]], interval: float, samples: int | None, seconds: float | None
) -> int:
    """Do something each ``interval`` seconds; what takes longer leaves places out. The first exit code that is not 0.

    It ends after so many ``samples`` or ``seconds``, whichever comes first.
    """
    start = time.monotonic()
    end = None if seconds is None else start + seconds
    code = DONE
    done = 0
    while True:
        ended = await once()
        code = code or ended
        done += 1
        now = time.monotonic()
        due = start + max(done, int((now - start) / interval) + 1) * interval
        if done == samples or (end is not None and due >= end):
            if end is not None and done != samples:
                await asyncio.sleep(max(0.0, end - now))
            return code
        await asyncio.sleep(max(0.0, due - now))


class SiteLines:
    """A running site as JSON; once it was reached, a site that is gone is told of and waited for."""

    def __init__(self, feed: SiteFeed) -> None:
        self._feed = feed

    async def once(self) -> int:
        """One object; the exit code. Raises ConnectError for a site that was never reached."""
        feed = self._feed
        await feed.look()
        if feed.fault:
            error = ConnectError(feed.fault)
            if feed.status is None:
                raise error
            return report(error, as_json=True, site=feed.status.site, time=format_time(time.time()))
        assert feed.status is not None
        put_json(
            {
                "site": feed.status.site,
                "time": format_time(time.time()),
                "values": [
                    {**row_of(one).json(), "age_s": round(one.age, 3)} for one in feed.current.values()
                ],
                "connections": [_connection(one) for one in feed.status.collector.connections],
                "alarms": [alarm_json(one) for one in feed.alarms if one.state != NORMAL or one.silent],
            }
        )
        return DONE


def _connection(one: ConnectionStatus) -> dict[str, object]:
    return {
        "name": one.name,
        "state": one.state,
        "since_s": round(one.since, 3),
        "last_error": one.last_error,
        "load": round(one.load, 4),
        "requests": one.requests,
        "timeouts": one.timeouts,
        "exceptions": one.exceptions,
        "response_p50_ms": None if one.response_p50 is None else round(one.response_p50 * 1000, 3),
        "response_p95_ms": None if one.response_p95 is None else round(one.response_p95 * 1000, 3),
    }
