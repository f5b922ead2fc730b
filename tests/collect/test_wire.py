"""The collector on real connections: our own server, over loopback."""

from __future__ import annotations
