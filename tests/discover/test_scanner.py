"""Every target, a few at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from port502.discover import knock, scanner
from port502.discover.examine import Knowledge
from port502.discover.found import FoundDevice, Inventory
from port502.discover.scanner import Progress, Scanner
from port502.discover.settings import ScanSettings
from port502.discover.targets import parse_targets
from port502.transport.tls import tls_of
from port502.transport.url import parse_url
from tests.discover.bench import QUICK, meter, serving
from tests.scripted import scripted, silent
from tests.secure import Plant

KNOWLEDGE = Knowledge.of()


@contextlib.asynccontextmanager
async def plant(*hosts: str) -> AsyncIterator[int]:
    """A meter at each of some addresses of 127.0.0.0/8, all at one port."""
    async with contextlib.AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(meter(), hosts[0]))
        for host in hosts[1:]:
            await stack.enter_async_context(serving(meter(), host, port))
        yield port


async def scanned(words: list[str], settings: ScanSettings, **hooks: object) -> Inventory:
    return await Scanner(parse_targets(words), settings, KNOWLEDGE, **hooks).run()  # type: ignore[arg-type]


async def test_devices_are_found_told_at_once_and_listed_in_order() -> None:
    told: list[FoundDevice] = []
    moves: list[int] = []
    async with plant("127.0.91.9", "127.0.91.10", "127.0.91.2") as port:
        inventory = await scanned(
            ["127.0.91.0/27"],
            replace(QUICK, ports=(port,)),
            found=told.append,
            moved=lambda progress: moves.append(progress.probed),
        )
    assert [one.address for one in inventory.devices] == ["127.0.91.2", "127.0.91.9", "127.0.91.10"]
    assert len(told) == 3
    assert moves == list(range(1, 31))
    assert (inventory.probed, inventory.of, inventory.is_complete) == (30, 30, True)
    assert all(one.units[0].map == "schneider/pm5100" for one in inventory.devices)
    assert inventory.started.endswith("Z")


@pytest.mark.slow
async def test_no_more_hosts_at_a_time_than_allowed_and_one_connection_each() -> None:
    open_now = most = 0

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        try:
            await silent(reader, writer)
        finally:
            open_now -= 1

    async with scripted(counted) as port:
        settings = replace(QUICK, ports=(port,), hosts=3, first_timeout=0.02)
        inventory = await scanned(["127.0.0.1"], settings, extra=["127.0.0.1"] * 8)
    assert most <= 3
    assert len(inventory.others) == 9
    assert inventory.others[0].says == "silent to every question"


async def test_a_name_is_looked_up_and_one_that_nobody_knows_is_told() -> None:
    async with plant("127.0.0.1") as port:
        inventory = await scanned(["localhost", "no-such-host.invalid"], replace(QUICK, ports=(port,)))
    (device,) = inventory.devices
    assert (device.address, device.name) == ("127.0.0.1", "localhost")
    assert [(one.address, one.says) for one in inventory.others if one.port == 0] == [
        ("no-such-host.invalid", "the name is not known")
    ]


async def test_the_other_protocol_is_named() -> None:
    async def secure_shell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9\r\n")
        await reader.read()

    async with scripted(secure_shell) as port:
        inventory = await scanned(["127.0.0.1"], replace(QUICK, ports=(port,)))
    assert [(one.port, one.says) for one in inventory.others] == [(port, "SSH")]


async def test_what_was_found_until_it_was_cancelled_is_there() -> None:
    found = asyncio.Event()
    async with plant("127.0.0.1") as port, scripted(silent) as other:
        settings = replace(QUICK, ports=(port, other), first_timeout=30.0)
        scan = Scanner(parse_targets(["127.0.0.1"]), settings, KNOWLEDGE, found=lambda _: found.set())
        running = asyncio.ensure_future(scan.run())
        await asyncio.wait_for(found.wait(), 10)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        inventory = scan.inventory()
    assert [one.address for one in inventory.devices] == ["127.0.0.1"]
    assert not inventory.is_complete


async def test_progress_counts_what_was_sent() -> None:
    last: list[Progress] = []
    async with plant("127.0.0.1") as port:
        await scanned(["127.0.0.1"], replace(QUICK, ports=(port,)), moved=last.append)
    assert (last[-1].probed, last[-1].alive, last[-1].devices, last[-1].connections) == (1, 1, 1, 1)
    assert last[-1].requests > 20


async def test_tls_is_seen_without_a_certificate_and_looked_behind_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = Plant(tmp_path)
    async with plant.serving() as server:
        port = parse_url(server.url).port
        monkeypatch.setattr(knock, "TLS_PORT", port)
        settings = replace(QUICK, ports=(port,))
        stranger = await scanned(["127.0.0.1"], settings)
        tls = tls_of("tls://127.0.0.1", None, **plant.files(), crl=None, server_side=False)
        friend = await scanned(["127.0.0.1"], replace(settings, tls=tls))
    assert stranger.devices == ()
    assert stranger.others[0].says.startswith("TLS")
    (device,) = friend.devices
    assert (device.scheme, device.port, device.units[0].unit) == ("tls", port, 1)


async def test_what_is_open_and_no_modbus_is_kept_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "MOST_FOUND", 2)
    async with scripted(silent) as port:
        inventory = await scanned(
            ["127.0.0.1"], replace(QUICK, ports=(port,), first_timeout=0.02), extra=["127.0.0.1"] * 4
        )
    assert len(inventory.others) == 2
    assert inventory.probed == 5


async def test_a_host_that_does_what_nobody_thought_of_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = scanner.Examination.run
    calls = 0

    async def fails_once(examination: scanner.Examination) -> FoundDevice | None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise RuntimeError("surprise")
        return await real(examination)

    monkeypatch.setattr(scanner.Examination, "run", fails_once)
    async with plant("127.0.93.1", "127.0.93.2") as port:
        inventory = await scanned(["127.0.93.1-2"], replace(QUICK, ports=(port,), hosts=1))
    assert [one.address for one in inventory.devices] == ["127.0.93.2"]
    assert [(one.address, one.says) for one in inventory.others] == [
        ("127.0.93.1", "could not be looked at: RuntimeError('surprise')")
    ]
    assert inventory.is_complete
    assert "nobody thought of" in caplog.text


async def test_a_name_that_can_be_none_is_told_and_not_followed() -> None:
    inventory = await scanned(["a" * 70 + ".example"], QUICK)
    assert inventory.others[0].says == "the name is not known"
