"""TLS in a site file: which keys belong together, and whether the files they name can be used."""

from __future__ import annotations

import time
from pathlib import Path

from port502.errors import ConfigError
from port502.site.document import Document
from port502.site.faults import WARNING, Fault
from port502.site.model import Connection, SiteFile, connection_target, fallback_target
from port502.transport.fallback import Fallback
from port502.transport.tls import TlsFiles

REQUIRED = ("certificate", "key", "authority")
KEYS = (*REQUIRED, "crl", "name", "fallback")


def tls_files(connection: Connection, folder: Path) -> TlsFiles | None:
    """The certificate files of a connection, beside the site file unless their paths are absolute."""
    certificate, key, authority, crl = (
        None if value is None else folder / value
        for value in (connection.certificate, connection.key, connection.authority, connection.crl)
    )
    if certificate is None or key is None or authority is None:
        return None
    return TlsFiles(certificate, key, authority, crl, connection.name)


def fallback_of(connection: Connection) -> Fallback | None:
    """Where a connection may go on without TLS."""
    if connection.fallback is None:
        return None
    return Fallback(fallback_target(connection.fallback.url), frozenset(connection.fallback.when))


def tls_faults(site: SiteFile, document: Document) -> list[Fault]:
    """Faults of the keys about TLS, and warnings of what ends soon."""
    faults: list[Fault] = []
    for name, connection in site.connections.items():
        path = ("connections", name)
        if connection_target(connection.url).scheme != "tls":
            faults += [
                document.fault((*path, key), "has a meaning on tls:// only", "remove it", at_key=True)
                for key in KEYS
                if key in connection.model_fields_set
            ]
        elif missing := [key for key in REQUIRED if getattr(connection, key) is None]:
            message = f"both sides of tls:// show a certificate: {' and '.join(missing)} missing"
            faults.append(document.fault((*path, "url"), message, "`port502 pki` makes them"))
        else:
            faults += _file_faults(name, connection, document)
        if connection.fallback is not None and "certificate" in connection.fallback.when:
            message = (
                "goes on in plain also where a certificate was refused: an attacker can bring that about"
            )
            faults.append(document.fault((*path, "fallback", "when"), message, severity=WARNING))
    return faults


def _file_faults(name: str, connection: Connection, document: Document) -> list[Fault]:
    """What is wrong with the files; those that we may not read are left to who may."""
    files = tls_files(connection, document.path.parent)
    assert files is not None
    named = {
        "certificate": files.certificate,
        "key": files.key,
        "authority": files.authority,
        "crl": files.crl,
    }
    try:
        warnings = files.context(server_side=False).warnings(time.time())
    except ConfigError as error:
        if isinstance(error.__cause__, PermissionError):
            return []
        told = str(error)
        at = next(
            (key for key, path in named.items() if path is not None and told.startswith(str(path))),
            "certificate",
        )
        path = named[at]
        return [document.fault(("connections", name, at), told.removeprefix(f"{path}: "))]
    return [document.fault(("connections", name, "certificate"), text, severity=WARNING) for text in warnings]
