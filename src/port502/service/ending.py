"""How a service gets rid of a client: it raises this in place of answering."""

from __future__ import annotations


class EndConnection(Exception):  # noqa: N818 (no failure of anything: it is what the service wants)
    """The listener closes the connection; replies that are ready are sent, nothing behind the request is served.

    Its text is the reason for the log.
    """
