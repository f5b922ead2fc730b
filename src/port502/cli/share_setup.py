"""Both sides of a shared connection, as the options of ``port502 share`` name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from port502.cli.policed import Policed
from port502.cli.secure import Secure
from port502.cli.target import find, site_path
from port502.errors import UsageError
from port502.gateway.cache import AgeOf, Ages
from port502.gateway.rights import writes_from
from port502.gateway.spans import Span
from port502.registers.reference import parse_reference
from port502.service.access import Networks
from port502.service.call import Layer
from port502.service.layers import read_only as nobody_writes
from port502.site.durations import parse_duration
from port502.transport.link_settings import LinkSettings
from port502.transport.url import parse_url


@dataclass(frozen=True, slots=True)
class Upstream:
    """The device's side: where it is, how its connection behaves, how long an answer may take."""

    url: str
    link: LinkSettings
    timeout: float


@dataclass(frozen=True, slots=True)
class Manners:
    """How the device wants to be treated; None and empty leave it as it is."""

    pause: str | None = None
    settle: str | None = None
    let_go: str | None = None
    window: int | None = None

    @property
    def idle(self) -> float | None:
        """Seconds without a request after which the connection is let go; 0 after each answer."""
        return None if self.let_go is None else seconds_in("--let-go", self.let_go)

    def of(self, link: LinkSettings) -> LinkSettings:
        """The settings with these manners; raises UsageError."""
        return replace(
            link,
            pause=link.pause if self.pause is None else seconds_in("--pause", self.pause),
            settle=link.settle if self.settle is None else seconds_in("--settle", self.settle),
            window=self.window or link.window,
            keep_open=link.keep_open and self.idle != 0,
        )


@dataclass(frozen=True, slots=True)
class Door:
    """The clients' side: where they call, from where, how many, and what they may do."""

    url: str
    allow: tuple[str, ...] | None
    connections: int
    rights: Layer | None
    secure: Secure


def ages_of(words: Sequence[str]) -> Ages:
    """The ages of ``500ms`` and ``holding:0..99=5s``; raises UsageError."""
    usual = 0.0
    spans: list[AgeOf] = []
    for word in words:
        where, equals, age = word.rpartition("=")
        seconds = seconds_in("--cache", age)
        if equals:
            reference = parse_reference(where)
            first = reference.address
            span = Span(reference.table.read_function, first, first + reference.span)
            spans.append(AgeOf(span, seconds))
        else:
            usual = seconds
    return Ages(usual, tuple(spans))


def seconds_in(option: str, text: str) -> float:
    """The seconds of an option such as ``500ms``; raises UsageError."""
    if text == "0":
        return 0.0
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def rights_of(rules: Policed | None, writers: Sequence[str], *, read_only: bool) -> Layer | None:
    """What judges requests before they get anywhere; None lets everything pass. Raises UsageError."""
    if read_only and writers:
        raise UsageError("--read-only lets nobody write, --writers lets some: leave one of them out")
    if rules is not None and (read_only or writers):
        raise UsageError("a policy says who may write: leave --read-only and --writers out")
    if rules is not None:
        return rules.layer
    if read_only:
        return nobody_writes
    return writes_from(Networks(writers)) if writers else None


def upstream_of(target: str, timeout: float | None, site: Path | None, secure: Secure) -> Upstream:
    """The device that a target names; raises UsageError, also of the site file."""
    if not target.startswith("@"):
        url = str(parse_url(target)) if "://" not in target else target
        tls = secure.tls(url)
        return Upstream(url, LinkSettings(connect_timeout=timeout or 3.0, tls=tls), timeout or 1.0)
    from port502.cli.expecting import site_of
    from port502.collect.wire import link_settings
    from port502.site.control import control_path, is_answered

    if given := secure.arguments():
        raise UsageError(f"{target} has its certificates in the site file; leave --{next(iter(given))} out")
    path = site_path(site)
    described = site_of(path)
    connection, _ = find(target[1:], described.connections, path)
    if is_answered(control_path(described.history.path)):
        raise UsageError(
            f"port502 run works on {path} and has the connection {connection.name}: let it share that,"
            f" with a listener that says share: {{connection: {connection.name}}}"
        )
    link = link_settings(connection)
    if timeout is not None:
        link = replace(link, connect_timeout=timeout)
    return Upstream(connection.url, link, timeout or connection.response_timeout)
