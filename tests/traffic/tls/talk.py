"""A TLS conversation between two real ends, as packets: what is said is Modbus, the secrets go to a key log."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509

from tests.certificates import NAMES, Authority, rsa_key
from tests.traffic.wire import Talk

MODERN = "TLS 1.3"
SUITES = {
    "ECDHE-RSA-AES128-GCM-SHA256": 0xC02F,
    "ECDHE-RSA-AES256-GCM-SHA384": 0xC030,
    "ECDHE-RSA-CHACHA20-POLY1305": 0xCCA8,
    "AES128-CCM": 0xC09C,
    "AES256-CCM8": 0xC0A1,
    "AES128-SHA256": 0x003C,
    "AES256-SHA256": 0x003D,
    "AES256-SHA": 0x0035,
    "ECDHE-RSA-AES256-SHA384": 0xC028,
}
"""Cipher suites of TLS 1.2 by OpenSSL's names."""


_USES = x509.KeyUsage(
    digital_signature=True,
    key_encipherment=True,
    content_commitment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@cache
def _key() -> Any:
    return rsa_key()


class TlsTalk:
    """Both ends in memory; each flight is one segment of ``talk``."""

    def __init__(self, folder: Path, suite: str = MODERN, port: int = 802) -> None:
        self.keys = folder / "keys.log"
        self.talk = Talk(port=port, opened=True)
        pair = Authority(folder).server(key=_key(), uses=_USES)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(pair.certificate, pair.key)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.keylog_filename = str(self.keys)
        for context in (server, client):
            if suite != MODERN:
                context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ciphers(f"{suite}:@SECLEVEL=0")
            else:
                context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._in = {True: ssl.MemoryBIO(), False: ssl.MemoryBIO()}
        self._out = {True: ssl.MemoryBIO(), False: ssl.MemoryBIO()}
        self._ends = {
            True: client.wrap_bio(self._in[True], self._out[True], server_hostname=NAMES[0]),
            False: server.wrap_bio(self._in[False], self._out[False], server_side=True),
        }
        done: set[bool] = set()
        for _ in range(10):
            for side, end in self._ends.items():
                try:
                    end.do_handshake()
                    done.add(side)
                except ssl.SSLWantReadError:
                    pass
                self._carry(side)
        assert done == {True, False}
        self.suite = self._ends[True].cipher()

    def asks(self, data: bytes) -> TlsTalk:
        """The client says something."""
        self._ends[True].write(data)
        self._carry(True)
        return self

    def answers(self, data: bytes) -> TlsTalk:
        """The server says something."""
        self._ends[False].write(data)
        self._carry(False)
        return self

    def _carry(self, side: bool) -> None:
        data = self._out[side].read()
        for at in range(0, len(data), 1000):
            self.talk.segment(data[at : at + 1000], client=side)
        self._in[not side].write(data)
