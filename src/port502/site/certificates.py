"""The certificates that a site uses: whose they are, and when they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from port502.errors import ConfigError
from port502.site.build import Site
from port502.transport.certificate import read_certificates, read_revocation_lists
from port502.transport.tls import LISTS_SOON, SOON, TlsFiles

CERTIFICATE, AUTHORITY, LIST = "certificate", "authority", "revocation list"


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """A certificate, authority or revocation list in a file, and what uses it.

    ``ends`` is Unix seconds (None: never, or unknown), ``soon`` how many seconds before it one should act, and
    ``fault`` why the file cannot be read.
    """

    used_by: str
    what: str
    file: str
    subject: str = ""
    issuer: str = ""
    ends: float | None = None
    soon: float = SOON
    fault: str = ""

    def left(self, now: float) -> float | None:
        """Seconds until it ends, negative once it has."""
        return None if self.ends is None else self.ends - now


def certificates_of(site: Site) -> list[CertificateStatus]:
    """All of a site's certificates, those that end first at the front; reads the files."""
    found = [one for used_by, files in _users(site) for one in _of_files(used_by, files)]
    web = site.web
    if web.certificate is not None:
        found += _certificates("dashboard", CERTIFICATE, web.certificate, first=True)
    if web.authority is not None:
        found += _certificates("dashboard", AUTHORITY, web.authority)
    return sorted(found, key=lambda one: (not one.fault, one.ends if one.ends is not None else float("inf")))


def _users(site: Site) -> Iterator[tuple[str, TlsFiles]]:
    for listener in site.listeners:
        if listener.tls is not None:
            yield f"listener {listener.name}", listener.tls
    for connection in site.connections:
        if connection.tls is not None:
            yield f"connection {connection.name}", connection.tls


def _of_files(used_by: str, files: TlsFiles) -> Iterator[CertificateStatus]:
    yield from _certificates(used_by, CERTIFICATE, files.certificate, first=True)
    yield from _certificates(used_by, AUTHORITY, files.authority)
    if files.crl is not None:
        try:
            for one in read_revocation_lists(files.crl):
                yield CertificateStatus(
                    used_by, LIST, str(files.crl), "", one.issuer, one.due, soon=LISTS_SOON
                )
        except ConfigError as error:
            yield CertificateStatus(used_by, LIST, str(files.crl), fault=str(error))


def _certificates(used_by: str, what: str, path: Path, *, first: bool = False) -> list[CertificateStatus]:
    """Those of a file; the ``first`` is one's own, what follows it leads to the authority."""
    try:
        found = read_certificates(path)
    except ConfigError as error:
        return [CertificateStatus(used_by, what, str(path), fault=str(error))]
    return [
        CertificateStatus(used_by, what, str(path), one.subject, one.issuer, one.not_after)
        for one in (found[:1] if first else found)
    ]
