"""Alarms as HTTP requests: one POST of JSON for each."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO
from urllib.parse import urlsplit

from port502 import __version__
from port502.errors import LinkError, UsageError
from port502.outputs.notice import Notice

TIMEOUT = 10.0


def webhook_url(text: str) -> str:
    """An http or https url; raises UsageError for anything else."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{text!r} is no webhook: write https://HOST/PATH")
    return text


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to post, and the headers that go along: they may hold a secret, so nothing shows them."""

    url: str
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, notice: Notice) -> None:
        """Post a notice; blocks. Raises LinkError where nobody answers, or answers anything but success."""
        body = json.dumps(notice.fields(), ensure_ascii=False).encode()
        request = urllib.request.Request(webhook_url(self.url), body, method="POST")  # noqa: S310
        request.add_header("Content-Type", "application/json")
        request.add_header("User-Agent", f"port502/{__version__}")
        for name, value in self.headers:
            request.add_header(name, value)
        handler = urllib.request.HTTPSHandler(context=ssl.create_default_context())
        opener = urllib.request.build_opener(handler, _NoRedirects)
        try:
            with opener.open(request, timeout=TIMEOUT):
                pass
        except urllib.error.HTTPError as error:
            error.close()
            raise LinkError(f"{_place(self.url)} answered {error.code} {error.reason}") from None
        except OSError as error:
            raise LinkError(
                f"{_place(self.url)} cannot be reached: {getattr(error, 'reason', error)}"
            ) from None

    def __repr__(self) -> str:
        return f"Webhook({_place(self.url)!r})"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """What was meant for one place is not told at another."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def _place(url: str) -> str:
    """A url without what may be secret in it: name, password, query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"
