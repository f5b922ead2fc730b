from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from port502.errors import LinkError, UsageError
from port502.outputs.notice import Notice
from port502.outputs.webhook import Webhook, webhook_url
from tests.outputs.test_notice import EVENT

NOTICE = Notice("station-7", EVENT)


class Hook(HTTPServer):
    """An HTTP server that keeps what is posted to it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 204
        self.posted: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?secret=x"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_notice_is_posted_as_json_with_its_headers(hook: Hook) -> None:
    Webhook(hook.url, (("Authorization", "Bearer abc"),)).send(NOTICE)
    ((path, headers, body),) = hook.posted
    assert path == "/hook?secret=x"
    assert headers["Authorization"] == "Bearer abc"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == NOTICE.fields()


@pytest.mark.parametrize("status", [302, 307, 400, 500])
def test_anything_but_success_is_a_failure_and_a_redirect_is_not_followed(hook: Hook, status: int) -> None:
    hook.status = status
    with pytest.raises(LinkError, match=f"answered {status}") as caught:
        Webhook(hook.url).send(NOTICE)
    assert "secret" not in str(caught.value)
    assert len(hook.posted) == 1


def test_nobody_there_is_a_failure_without_the_secret() -> None:
    hook = Webhook("http://127.0.0.1:1/hook?secret=x", (("Authorization", "Bearer abc"),))
    with pytest.raises(LinkError, match="cannot be reached"):
        hook.send(NOTICE)
    assert repr(hook) == "Webhook('http://127.0.0.1:1')"


@pytest.mark.parametrize("url", ["ftp://x", "file:///etc/passwd", "https://", "x", ""])
def test_what_is_no_webhook(url: str) -> None:
    with pytest.raises(UsageError, match="no webhook"):
        webhook_url(url)
