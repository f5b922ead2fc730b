"""The control socket: who may ask, and what becomes of nonsense."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from port502.errors import (
    ConnectError,
    GatewayTargetError,
    IllegalDataAddressError,
    LinkError,
    Port502Error,
    UsageError,
)
from port502.site.control import (
    MAX_VISITORS,
    Answer,
    AskRead,
    ControlSocket,
    Failure,
    Question,
    ReadValue,
    ask,
    ask_read,
    ask_status,
    control_path,
    inquire,
    is_answered,
)


async def echo(question: Question) -> Answer:
    assert isinstance(question, AskRead)
    if question.device == "broken":
        raise GatewayTargetError(3)
    values = [ReadValue(item, 2**63, "good", "", (1, 2), 12.5) for item in question.items]
    return Answer(values=tuple(values))


@contextlib.asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[Path]:
    control = ControlSocket(control_path(folder), echo)
    await control.start()
    try:
        yield control.path
    finally:
        await control.stop()


async def test_questions_are_answered_with_their_types(tmp_path: Path) -> None:
    async with listening(tmp_path) as path:
        (value,) = await asyncio.to_thread(ask_read, path, "pump", ("speed",))
        assert value == ReadValue("speed", 2**63, "good", "", (1, 2), 12.5)


async def test_who_has_an_event_loop_asks_without_holding_it(tmp_path: Path) -> None:
    async with listening(tmp_path) as path:
        answer = await inquire(path, AskRead("pump", ("speed",)))
        assert answer.values == (ReadValue("speed", 2**63, "good", "", (1, 2), 12.5),)
        with pytest.raises(GatewayTargetError):
            await inquire(path, AskRead("broken", ()))
    with pytest.raises(ConnectError, match="does not run"):
        await inquire(path, AskRead("pump", ()))


async def test_nobody_waits_for_a_mute_site_for_ever(tmp_path: Path) -> None:
    hold = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()
        writer.close()

    path = tmp_path / "control.sock"
    async with await asyncio.start_unix_server(mute, str(path)):
        with pytest.raises(ConnectError, match="does not answer"):
            await inquire(path, AskRead("pump", ()), patience=0.01)
        hold.set()


async def test_a_refusal_comes_back_as_its_class(tmp_path: Path) -> None:
    async with listening(tmp_path) as path:
        with pytest.raises(GatewayTargetError) as refused:
            await asyncio.to_thread(ask_read, path, "broken", ())
        assert (refused.value.function, refused.value.code) == (3, 11)


@pytest.mark.parametrize(
    "line", [b"nonsense", b"{}", b'{"ask": "format disk"}', b'{"ask": "read"}', b"[" * 5000, b"\xff\xfe"]
)
async def test_nonsense_is_told_and_harms_nobody(tmp_path: Path, line: bytes) -> None:
    async with listening(tmp_path) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(line + b"\n")
        answer = json.loads(await reader.readline())
        assert answer["failure"]["kind"] == "UsageError"
        writer.close()
        await writer.wait_closed()
        assert await asyncio.to_thread(ask_read, path, "pump", ("speed",))


async def test_an_endless_line_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("port502.site.control.MAX_LINE", 1000)
    async with listening(tmp_path) as path:
        reader, writer = await asyncio.open_unix_connection(str(path))
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                writer.write(b"x" * 1000)
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_visitors_are_bounded(tmp_path: Path) -> None:
    async with listening(tmp_path) as path:
        visitors = [await asyncio.open_unix_connection(str(path)) for _ in range(MAX_VISITORS)]
        for reader, writer in visitors:
            writer.write(b"nonsense\n")
            assert await reader.readline()
        reader, writer = await asyncio.open_unix_connection(str(path))
        assert await reader.read() == b""
        for _, one in [*visitors, (reader, writer)]:
            one.close()
            await one.wait_closed()


def test_without_a_running_site_it_is_said(tmp_path: Path) -> None:
    assert not is_answered(tmp_path / "control.sock")
    with pytest.raises(ConnectError, match="does not run"):
        ask_status(tmp_path / "control.sock")


async def test_a_second_one_is_refused(tmp_path: Path) -> None:
    async with listening(tmp_path) as path:
        with pytest.raises(UsageError, match="running already"):
            await ControlSocket(path, echo).start()


def test_a_deep_directory_gets_a_short_address(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    path = control_path(deep)
    assert len(str(path)) < 100
    assert path == control_path(deep)
    assert path != control_path(tmp_path)
    assert control_path(tmp_path / "s").name == "control.sock"


@pytest.mark.parametrize(
    "error", [UsageError("wrong"), LinkError("gone"), IllegalDataAddressError(3), Port502Error("any")]
)
def test_errors_survive_the_journey(error: Port502Error) -> None:
    back = Failure.of(error).error()
    assert type(back) is type(error)
    assert str(back) == str(error)


def test_an_unknown_error_is_still_ours() -> None:
    assert type(Failure("SystemExit", "boom").error()) is Port502Error
    assert type(Failure("annotations", "boom").error()) is Port502Error


def test_what_answers_in_another_tongue_is_named(tmp_path: Path) -> None:
    import socket
    import threading

    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def answer() -> None:
            visitor, _ = listening.accept()
            with visitor:
                visitor.recv(100)
                visitor.sendall(b"hello\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ConnectError, match="no port502 of this version"):
            ask(path, AskRead("pump", ()))
        thread.join()
