"""One TLS connection as a listener with its secrets sees it: bytes of both directions in, what they carry out."""

from __future__ import annotations

from typing import Final

from port502.traffic.tls import keylog
from port502.traffic.tls.cipher import Cipher, cipher_of
from port502.traffic.tls.hello import (
    CLIENT_HELLO,
    FINISHED,
    KEY_UPDATE,
    SERVER_HELLO,
    TLS_1_3,
    ServerHello,
    client_random,
    server_hello,
)
from port502.traffic.tls.keylog import KeyLog
from port502.traffic.tls.keys import keys_of_tls12, keys_of_tls13, next_secret
from port502.traffic.tls.records import APPLICATION, CHANGE_CIPHER, HANDSHAKE, Handshake, Record, Records
from port502.traffic.tls.suites import SUITES, Suite

_HANDSHAKE_LABELS: Final = {True: keylog.CLIENT_HANDSHAKE, False: keylog.SERVER_HANDSHAKE}
_TRAFFIC_LABELS: Final = {True: keylog.CLIENT_TRAFFIC, False: keylog.SERVER_TRAFFIC}


class _Side:
    """What is known of one direction."""

    __slots__ = ("cipher", "handshake", "records", "secret", "waiting")

    def __init__(self) -> None:
        self.records = Records()
        self.handshake = Handshake()
        self.cipher: Cipher | None = None
        self.waiting: Cipher | None = None
        self.secret = b""


class TlsSession:
    """Follows a connection from its hellos on; ``failure`` says why it cannot be read, if so.

    TLS 1.2 and 1.3 with AES (GCM, CCM, CBC) and ChaCha20. It must see every byte: one lost segment ends it.
    """

    def __init__(self, keys: KeyLog) -> None:
        self.failure = ""
        self._keys = keys
        self._sides = {True: _Side(), False: _Side()}
        self._random: bytes | None = None
        self._hello: ServerHello | None = None
        self._suite: Suite | None = None

    @property
    def buffered(self) -> int:
        """Bytes of records that are not whole."""
        return sum(side.records.pending for side in self._sides.values())

    def feed(self, data: bytes, *, client: bool) -> bytes:
        """The application's bytes that these complete, sent by the client or by the server."""
        side = self._sides[client]
        plain = b""
        for record in side.records.feed(data):
            if self.failure:
                return b""
            plain += self._record(side, record, client=client)
        if side.records.broken:
            self.failure = self.failure or "bytes that are no TLS"
        return plain

    def _record(self, side: _Side, record: Record, *, client: bool) -> bytes:
        kind, body = record.kind, record.body
        if kind == CHANGE_CIPHER:
            if side.waiting is not None:
                side.cipher, side.waiting = side.waiting, None
            return b""
        if side.cipher is not None and not (self._is_tls13 and kind != APPLICATION):
            opened = side.cipher.open(record)
            if opened is None:
                self.failure = "a record that its key does not open"
                return b""
            kind, body = opened
        elif kind == APPLICATION:
            self.failure = self.failure or "its secrets are not in the key log"
            return b""
        if kind == HANDSHAKE:
            for message, content in side.handshake.feed(body):
                self._message(side, message, content, client=client)
        return body if kind == APPLICATION else b""

    @property
    def _is_tls13(self) -> bool:
        return self._hello is not None and self._hello.version == TLS_1_3

    def _message(self, side: _Side, message: int, content: bytes, *, client: bool) -> None:
        if message == CLIENT_HELLO and client:
            self._random = client_random(content)
        elif message == SERVER_HELLO and not client:
            hello = server_hello(content)
            if hello is not None and not hello.asks_again:
                self._begin(hello)
        elif message == FINISHED and self._is_tls13:
            self._switch(side, self._secret(_TRAFFIC_LABELS[client]))
        elif message == KEY_UPDATE and self._is_tls13 and self._suite is not None:
            self._switch(side, next_secret(self._suite, side.secret))

    def _begin(self, hello: ServerHello) -> None:
        self._hello = hello
        self._suite = suite = SUITES.get(hello.suite)
        if suite is None:
            self.failure = f"cipher suite {hello.suite:#06x} is not known"
        elif hello.version == TLS_1_3:
            for client, side in self._sides.items():
                self._switch(side, self._secret(_HANDSHAKE_LABELS[client]))
        else:
            master = self._secret(keylog.MASTER)
            if master and self._random is not None:
                made = keys_of_tls12(suite, master, self._random, hello.random)
                for side, keys in zip(self._sides.values(), made, strict=True):
                    side.waiting = cipher_of(
                        suite, keys, tls13=False, encrypt_then_mac=hello.encrypt_then_mac
                    )

    def _secret(self, label: str) -> bytes:
        """A secret of this session; without it nothing can be read any more."""
        secret = self._keys.secret(self._random, label) if self._random is not None else None
        if secret is None:
            self.failure = "its secrets are not in the key log"
        return secret or b""

    def _switch(self, side: _Side, secret: bytes) -> None:
        if secret and self._suite is not None:
            side.secret = secret
            side.cipher = cipher_of(self._suite, keys_of_tls13(self._suite, secret), tls13=True)
