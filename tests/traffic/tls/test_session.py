"""TLS connections of real ends, read with their secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from port502.traffic.dissector import Dissector
from port502.traffic.tls.keylog import KeyLog
from port502.traffic.tls.session import TlsSession
from tests.traffic.tls.talk import MODERN, SUITES, TlsTalk
from tests.traffic.wire import answer, ask


def read(
    talk: TlsTalk, keys: KeyLog | None = None
) -> tuple[list[tuple[int | None, int | None, str]], list[str]]:
    dissector = Dissector((), KeyLog(talk.keys.read_bytes()) if keys is None else keys)
    found = dissector.feed(talk.talk.records) + dissector.end()
    said = [(one.trans_id, one.request.trans_id if one.request else None, one.way.transport) for one in found]
    return said, [one.reason for one in dissector.secured.values()]


@pytest.mark.parametrize("suite", [MODERN, *SUITES])
def test_what_is_said_is_read(tmp_path: Path, suite: str) -> None:
    talk = TlsTalk(tmp_path, suite)
    for number in (1, 2):
        talk.asks(ask(number)).answers(answer(number, 5, 6)[:7]).answers(answer(number, 5, 6)[7:])
    said, unread = read(talk)
    assert said == [(1, None, "tls"), (1, 1, "tls"), (2, None, "tls"), (2, 2, "tls")]
    assert unread == []


def test_without_its_secrets_it_is_named(tmp_path: Path) -> None:
    for suite in (MODERN, "AES128-SHA256"):
        talk = TlsTalk(tmp_path, suite).asks(ask(1))
        assert read(talk, KeyLog(b"")) == ([], ["its secrets are not in the key log"])


def test_with_wrong_secrets_it_is_named(tmp_path: Path) -> None:
    talk = TlsTalk(tmp_path).asks(ask(1))
    wrong = b"\n".join(
        b" ".join([*line.split()[:2], line.split()[2][::-1]]) for line in talk.keys.read_bytes().splitlines()
    )
    assert read(talk, KeyLog(wrong)) == ([], ["a record that its key does not open"])


def test_a_lost_segment_ends_it(tmp_path: Path) -> None:
    talk = TlsTalk(tmp_path).asks(ask(1))
    talk.talk.skip(50)
    for number in range(2, 80):
        talk.asks(ask(number))
    said, unread = read(talk)
    assert [number for number, *_ in said] == [1]
    assert unread == ["a segment of it was lost"]


@given(st.lists(st.tuples(st.binary(max_size=60), st.booleans()), max_size=20))
def test_no_bytes_make_it_raise(pieces: list[tuple[bytes, bool]]) -> None:
    session = TlsSession(KeyLog())
    for data, client in pieces:
        session.feed(b"\x16\x03\x03\x00" + bytes([len(data)]) + data, client=client)
        session.feed(data, client=client)
    assert session.buffered < 2 * 20_000


@given(at=st.integers(0, 3000), value=st.integers(0, 255), client=st.booleans())
def test_no_damage_makes_it_raise(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: int, client: bool
) -> None:
    talk = _remembered(tmp_path_factory)
    session = TlsSession(KeyLog(talk.keys.read_bytes()))
    for record in talk.talk.records:
        side = record[3][20:22] != b"\x03\x22"
        data = bytearray(record[3][40:])
        if side == client and data:
            data[at % len(data)] = value
        session.feed(bytes(data), client=side)


_talks: list[TlsTalk] = []


def _remembered(factory: pytest.TempPathFactory) -> TlsTalk:
    if not _talks:
        _talks.append(TlsTalk(factory.mktemp("tls")).asks(ask(1)).answers(answer(1, 5)))
    return _talks[0]
