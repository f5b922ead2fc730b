from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections.abc import Iterator

import pytest

from port502.errors import LinkError, UsageError
from port502.outputs.mail import Mail, mail_server
from port502.outputs.notice import Notice
from tests.outputs.test_notice import EVENT


class Postman:
    """An SMTP server of the plainest kind: it takes one mail, or refuses it."""

    def __init__(self, *, refuses: bool = False) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._refuses = refuses
        self.commands: list[str] = []
        self.mail = b""
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._thread.join(10)
        self._listening.close()

    def _serve(self) -> None:
        client, _ = self._listening.accept()
        with client, client.makefile("rwb") as lines:
            self._say(lines, "220 here")
            while line := lines.readline():
                word = line.decode().strip()
                self.commands.append(word)
                if word.lower() == "data":
                    self._say(lines, "354 go on")
                    while (part := lines.readline()) != b".\r\n":
                        self.mail += part
                    self._say(lines, "554 no" if self._refuses else "250 taken")
                elif word.lower() == "quit":
                    self._say(lines, "221 bye")
                    return
                else:
                    self._say(lines, "250 fine")

    def _say(self, lines: object, text: str) -> None:
        lines.write(text.encode() + b"\r\n")  # type: ignore[attr-defined]
        lines.flush()  # type: ignore[attr-defined]


@pytest.fixture
def postman() -> Iterator[Postman]:
    one = Postman()
    yield one
    one.close()


def mail(port: int) -> Mail:
    return Mail(
        f"smtp+plain://127.0.0.1:{port}", "port502@plant.example", ("ann@plant.example", "bob@plant.example")
    )


def test_a_mail_is_handed_over(postman: Postman) -> None:
    mail(postman.port).send(Notice("station-7", EVENT))
    message = email.message_from_bytes(postman.mail, policy=email.policy.default)
    assert message["Subject"] == "[station-7] high alarm raised: Pump runs at 49 Hz"
    assert message["To"] == "ann@plant.example, bob@plant.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "value:    49.0 (limit 48)" in message.get_content()
    assert [one for one in postman.commands if one.lower().startswith("rcpt")] == [
        "rcpt TO:<ann@plant.example>",
        "rcpt TO:<bob@plant.example>",
    ]


def test_a_text_with_a_line_break_makes_no_header(postman: Postman) -> None:
    event = type(EVENT)(0.0, "x", "raised", "unacknowledged", "high", "hot\r\nBcc: eve@evil.example")
    mail(postman.port).send(Notice("s", event))
    message = email.message_from_bytes(postman.mail, policy=email.policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "[s] high alarm raised: hot Bcc: eve@evil.example"


def test_a_server_that_refuses_or_is_not_there() -> None:
    refusing = Postman(refuses=True)
    with pytest.raises(LinkError, match="did not take it"):
        mail(refusing.port).send(Notice("s", EVENT))
    refusing.close()
    with pytest.raises(LinkError, match="did not take it"):
        mail(1).send(Notice("s", EVENT))


def test_a_password_waits_for_tls(postman: Postman) -> None:
    way = Mail(f"smtp://127.0.0.1:{postman.port}", "a@b.example", ("c@d.example",), "ann", "secret")
    with pytest.raises(LinkError):
        way.send(Notice("s", EVENT))
    assert not any("auth" in one.lower() for one in postman.commands)
    assert "secret" not in repr(way)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("smtps://mail.example", ("smtps", "mail.example", 465)),
        ("smtp://mail.example", ("smtp", "mail.example", 587)),
        ("smtp+plain://10.0.0.1:2525", ("smtp+plain", "10.0.0.1", 2525)),
    ],
)
def test_mail_servers(text: str, place: tuple[str, str, int]) -> None:
    assert mail_server(text) == place


@pytest.mark.parametrize(
    "text", ["mail.example", "http://x", "smtp://", "smtp://x:999999", "smtp://ann:pw@x"]
)
def test_what_is_no_mail_server(text: str) -> None:
    with pytest.raises(UsageError, match="no mail server"):
        mail_server(text)
