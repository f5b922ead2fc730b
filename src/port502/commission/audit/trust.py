"""Checks of certificates, keys, and of plain Modbus beside TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from port502.commission.audit.facts import Facts, beside
from port502.commission.audit.outcome import Seen, doubtful, failed, fine, unknown
from port502.site.certificates import certificates_of
from port502.site.secrets import SECRETS_FILE

DAY = 86_400.0
_OTHERS, _OTHERS_WRITE = 0o077, 0o022


def certificates(facts: Facts) -> Iterator[Seen]:
    """Certificates and revocation lists are valid, and for a while yet."""
    for one in certificates_of(facts.site):
        what = f"{one.used_by}: {one.what} {Path(one.file).name}"
        left = one.left(facts.now)
        if one.fault:
            yield failed(f"{what} cannot be used: {one.fault}")
        elif left is None:
            yield unknown(f"{what} does not say when it ends")
        elif left <= 0:
            yield failed(f"{what} ended {-left / DAY:.0f} days ago")
        elif left <= one.soon:
            yield doubtful(f"{what} ends in {left / DAY:.0f} days")
        else:
            yield fine(f"{what} is valid for {left / DAY:.0f} days")


def files(facts: Facts) -> Iterator[Seen]:
    """Nobody else may read keys, or change what the site obeys."""
    for file, what in dict.fromkeys(_private(facts)):
        yield _mode(facts, file, what, _OTHERS, "read")
    for file in (facts.site.path, *facts.site.sheets):
        yield _mode(facts, file, "", _OTHERS_WRITE, "change")


def _private(facts: Facts) -> Iterator[tuple[Path, str]]:
    listeners = [one.tls for one in facts.site.listeners]
    for tls in (*listeners, *(one.tls for one in facts.site.connections)):
        if tls is not None:
            yield tls.key, "the private key "
    web = facts.site.web
    if web.key is not None:
        yield web.key, "the private key "
    if web.users is not None:
        yield web.users, "the users of the dashboard, "
    secrets = beside(facts.document, SECRETS_FILE)
    if secrets.exists():
        yield secrets, "the secrets, "


def _mode(facts: Facts, file: Path, what: str, forbidden: int, verb: str) -> Seen:
    try:
        mode = facts.host.mode(file)
    except OSError as error:
        return failed(f"{what}{file.name}: {error.strerror or error}")
    if mode is None:
        return unknown(f"{what}{file.name}: this system does not tell who may {verb} it")
    if mode & forbidden:
        return failed(f"others may {verb} {what}{file.name} (mode {mode:04o})")
    return fine(f"others may not {verb} {what}{file.name} (mode {mode:04o})")


def plain_beside(facts: Facts) -> Iterator[Seen]:
    """Who speaks TLS speaks nothing else beside it."""
    places = list(facts.places())
    secure = {place.target.host for place in places if place.target.scheme == "tls"}
    for place in places:
        if place.target.scheme == "tls":
            if place.connection.fallback is not None:
                yield doubtful(
                    f"{place.name} goes on in plain when TLS fails ({place.connection.fallback.target})"
                )
            yield _seen_beside(facts, place.name, place.target.host)
        elif place.target.host in secure:
            yield failed(f"{place.name} speaks plain Modbus to {place.target.host}, which speaks TLS")
        elif (probe := facts.live.of(place.name) if facts.live else None) is not None and probe.tls_beside:
            yield doubtful(f"{place.name} is called in plain, and answers TLS on port 802 too")
    doors = [door for door in facts.doors() if not door.is_here]
    behind = {
        door.listener.connection: door.name
        for door in doors
        if not door.is_plain and door.listener.connection
    }
    for door in doors:
        if door.is_plain and door.listener.connection in behind:
            other = behind[door.listener.connection]
            yield failed(f"listener {door.name} leads in plain to where {other} leads inside TLS")
        elif not door.is_plain:
            yield fine(f"listener {door.name} takes TLS only")


def _seen_beside(facts: Facts, name: str, host: str) -> Seen:
    probe = facts.live.of(name) if facts.live is not None else None
    if probe is None or probe.plain_beside is None:
        return unknown(f"{name}: whether {host} has port 502 open too: --live connects to it")
    if probe.plain_beside:
        return failed(f"{name}: {host} has port 502 open beside TLS")
    return fine(f"{name}: {host} has no port 502 open beside TLS")
