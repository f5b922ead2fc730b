"""Frames written down by others: the worked examples of the specifications and of guides, byte for byte."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request PDU and its response PDU, as a clause prints them."""

    clause: str
    name: str
    request: bytes
    response: bytes

    def __str__(self) -> str:
        return f"{self.clause} {self.name}"


@dataclass(frozen=True, slots=True)
class Printed:
    """A whole frame as a document prints it, and what it holds."""

    source: str
    framing: str
    role: str
    transaction_id: int
    unit: int
    pdu: bytes
    frame: bytes

    def __str__(self) -> str:
        return f"{self.source}: {self.frame[:12].hex(' ')}"


def exchanges() -> list[Exchange]:
    """The worked examples of the Application Protocol V1.1b3, clauses 6 and 7."""
    table = tomllib.loads((HERE / "application-protocol.toml").read_text("utf-8"))
    return [
        Exchange(
            entry["clause"],
            entry["name"],
            bytes.fromhex(entry["request"]),
            bytes.fromhex(entry["response"]),
        )
        for entry in table["exchange"]
    ]


def frames() -> list[Printed]:
    """Whole frames of each framing."""
    table = tomllib.loads((HERE / "frames.toml").read_text("utf-8"))
    return [
        Printed(
            entry["source"],
            entry["framing"],
            entry["role"],
            entry.get("transaction_id", 0),
            entry["unit"],
            bytes.fromhex(entry["pdu"]),
            entry["text"].encode("ascii") if "text" in entry else bytes.fromhex(entry["frame"]),
        )
        for entry in table["frame"]
    ]
