"""``port502 watch``: a device or a running site, live on the terminal; one JSON object per poll for scripts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from port502.cli import options
from port502.cli.discovered import Discovered
from port502.cli.exits import OUR_FAULT
from port502.cli.expecting import site_of
from port502.cli.lasting import For, seconds_of
from port502.cli.logs import logging_to
from port502.cli.peer import Peer, Wanted
from port502.cli.read import Show, once, tell_doubts
from port502.cli.secure import Secure
from port502.cli.target import Asked, find, peer_for, resolve, site_path
from port502.cli.through import Through
from port502.cli.watching.book import Book
from port502.cli.watching.heard import OwnTap, SiteTap
from port502.cli.watching.json_lines import SiteLines, on_a_grid
from port502.cli.watching.site_feed import SiteFeed
from port502.errors import ConnectError, UsageError
from port502.site.control import control_path, is_answered

if TYPE_CHECKING:
    from port502.cli.watching.base import WatchApp
    from port502.site.build import Site

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_SITE_FILES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often, and how long."""

    interval: float
    samples: int | None
    seconds: float | None


@app.command()
def watch(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="A host, HOST:PORT, a url, @NAME, or the file of a running site (else ./site.yaml).",
            show_default=False,
        ),
    ] = None,
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="REF...",
            help="What to watch: holding:0*10, 40108/float32:cdab, coil:3, or a point's name.",
            show_default=False,
        ),
    ] = None,
    unit: options.Unit = None,
    timeout: options.Timeout = None,
    site: options.Site = None,
    certificate: options.Certificate = None,
    key: options.Key = None,
    authority: options.Authority = None,
    crl: options.Crl = None,
    name: options.ServerName = None,
    map: options.Map = None,  # noqa: A002
    interval: Annotated[
        float, typer.Option("--interval", min=0.02, max=86400, metavar="S", help="Seconds between two polls.")
    ] = 1.0,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, metavar="N", help="End after N polls.", show_default=False),
    ] = None,
    for_: For = None,
    json: options.Json = False,
) -> None:
    """Watch a device, or a running site, live.

    A device is read by ourselves: values with age, quality and trend, decoded traffic; on the screen references are
    added, types and orders changed, addresses searched, values charted, written down and, after a yes, written. A
    running site is only asked for what it knows: points, connections, traffic, alarms to acknowledge and shelve. The
    key ? tells all keys. With --json, or where there is no terminal, each poll is one JSON object on a line.

    Example:

        port502 watch 192.168.1.10 holding:0*10 40108/float32:cdab --unit 5

        port502 watch site.yaml

        port502 watch @main-incomer "voltage_*" --json --samples 10
    """
    pace = Pace(interval, samples, seconds_of(for_))
    lines = json or not (sys.stdin.isatty() and sys.stdout.isatty())
    words = tuple(refs or ())
    feed = _feed_of(target, words, site)
    if feed is not None:
        if lines:
            raise typer.Exit(asyncio.run(_site_lines(feed, pace)))
        raise typer.Exit(_on_screen(_site_screen(feed, pace)))
    assert target is not None
    secure = Secure(certificate, key, authority, crl, name)
    tap = OwnTap()
    asked = Asked(
        target, unit, timeout, site, patient=True, map=map, secure=secure, hear=None if lines else tap.hear
    )
    peer = peer_for(asked)
    if lines:
        with logging_to(quiet=False):
            raise typer.Exit(asyncio.run(_device_lines(peer, words, pace)))
    raise typer.Exit(asyncio.run(_device_screen(peer, words, tap, pace)))


def _feed_of(target: str | None, words: Sequence[str], given: Path | None) -> SiteFeed | None:
    """What asks a running site, where that is meant; None where a device is to be asked.

    Raises ConnectError for a site file whose site does not run.
    """
    if target is None or (Path(target).suffix in _SITE_FILES and Path(target).exists()):
        path = site_path(Path(target) if target is not None else given)
        control = control_path(site_of(path).history.path)
        if not is_answered(control):
            raise ConnectError(f"{path} is not running; start it with: port502 run {path}")
        return SiteFeed(control, words)
    if not target.startswith("@"):
        return None
    path = site_path(given)
    described = site_of(path)
    control = control_path(described.history.path)
    if not is_answered(control):
        return None
    globs = _globs(target[1:], words, described, path)
    return SiteFeed(control, globs) if globs is not None else None


def _globs(name: str, words: Sequence[str], site: Site, path: Path) -> list[str] | None:
    """The points that words mean on a device, or on all devices of a connection; None where one is a reference."""
    connection, device = find(name, site.connections, path)
    devices = [device] if device is not None else list(connection.devices)
    known = [
        [*(one.name for one in each.points), *(one.name for one in each.expressions)] for each in devices
    ]
    if any(not any(fnmatchcase(one, word) for names in known for one in names) for word in words):
        return None
    return [f"{each.name}.{word}" for each in devices for word in words or ("*",)]


async def _site_lines(feed: SiteFeed, pace: Pace) -> int:
    return await on_a_grid(SiteLines(feed).once, pace.interval, pace.samples, pace.seconds)


async def _device_lines(peer: Peer, words: Sequence[str], pace: Pace) -> int:
    show = Show(json=True, goes_on=True)
    wanted = [] if isinstance(peer, Discovered) else _wanted(peer, words)
    async with peer:
        if isinstance(peer, Discovered):
            wanted = peer.wanted(words)
        tell_doubts(wanted, show)

        async def poll() -> int:
            return await once(peer, wanted, show)

        return await on_a_grid(poll, pace.interval, pace.samples, pace.seconds)


def _wanted(peer: Peer, words: Sequence[str]) -> list[Wanted]:
    """What to read; of a device that is described, all of it where nothing is said."""
    if not words and peer.device is not None:
        words = [one.name for one in peer.device.points] or [one.name for one in peer.device.known]
    if not words:
        raise UsageError("nothing says what to read: holding:0*10, 40001, coil:3, or a point's name")
    return [one for word in words for one in resolve(word, peer.device)]


async def _device_screen(peer: Peer, words: Sequence[str], tap: OwnTap, pace: Pace) -> int:
    _check_textual()
    from port502.cli.watching.ad_hoc import AdHocApp

    book = Book(peer)
    if isinstance(peer, Discovered):
        await peer.__aenter__()
        book.connected = True
        book.add_wanted(peer.wanted(words))
    elif words or peer.device is not None:
        book.add_wanted(_wanted(peer, words))
    heard = SiteTap(peer.control, peer.connection) if isinstance(peer, Through) else tap
    screen = AdHocApp(book, heard, interval=pace.interval, samples=pace.samples, seconds=pace.seconds)
    return _code(await screen.run_async(), screen)


def _site_screen(feed: SiteFeed, pace: Pace) -> WatchApp:
    _check_textual()
    from port502.cli.watching.site_app import SiteApp

    return SiteApp(feed, interval=pace.interval, samples=pace.samples, seconds=pace.seconds)


def _on_screen(screen: WatchApp) -> int:
    return _code(screen.run(), screen)


def _code(result: int | None, screen: WatchApp) -> int:
    """The exit code of a screen; one that fell over has said why."""
    return result if result is not None else screen.return_code or OUR_FAULT


def _check_textual() -> None:
    """Raises UsageError, with what to install, where the screens cannot be drawn."""
    try:
        import textual  # noqa: F401
    except ImportError:
        raise UsageError("the screen needs textual: pip install 'port502[tui]', or use --json") from None
