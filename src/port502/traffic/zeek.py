"""Logs as Zeek writes them, with the fields of its Modbus analyser and of CISA's ICSNPP parser.

``modbus.log`` and ``modbus_detailed.log``: tab-separated, typed in their heads, so that tools for such logs take them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Final, TextIO, TypeAlias

from port502.errors import UsageError
from port502.protocol.codes import exception_name, function_name
from port502.traffic.message import Message
from port502.traffic.way import Way

_CONNECTION: Final = (
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
)
_PLAIN: Final = (
    *_CONNECTION,
    ("tid", "count"),
    ("unit", "count"),
    ("func", "string"),
    ("pdu_type", "string"),
    ("exception", "string"),
)
_DETAILED: Final = (
    *_CONNECTION,
    ("is_orig", "bool"),
    ("source_h", "addr"),
    ("source_p", "port"),
    ("destination_h", "addr"),
    ("destination_p", "port"),
    ("tid", "count"),
    ("unit", "count"),
    ("func", "string"),
    ("request_response", "string"),
    ("address", "count"),
    ("quantity", "count"),
    ("values", "string"),
    ("matched", "bool"),
)
_NOTHING: Final = "-"

ZeekRecord: TypeAlias = dict[str, str | int | float | bool]
"""A line of a log by its fields."""


class ZeekLogs:
    """Writes both logs into a folder, which is made where it is missing; close them with ``close``.

    Raises UsageError where that cannot be.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._plain = _opened(folder / "modbus.log", "modbus", _PLAIN)
            self._detailed = _opened(folder / "modbus_detailed.log", "modbus_detailed", _DETAILED)
        except OSError as error:
            raise UsageError(f"cannot write logs to {folder}: {error.strerror}") from error

    def add(self, messages: Iterable[Message]) -> None:
        """A line in each log for every message that is Modbus."""
        for message in messages:
            if message.func_code is not None:
                self._plain.write(_line(plain_record(message), _PLAIN))
                self._detailed.write(_line(detailed_record(message), _DETAILED))

    def close(self) -> None:
        """End both logs."""
        for log in (self._plain, self._detailed):
            log.close()


def plain_record(message: Message) -> ZeekRecord:
    """A message by the names of Zeek's ``modbus.log``; what is not known is left out."""
    refused = message.exception_code
    record = _connection(message) | {
        "tid": message.trans_id,
        "unit": message.unit_id,
        "func": function_word(message),
        "pdu_type": "RESP" if message.is_response else "REQ",
        "exception": None if refused is None else _word(exception_name(refused)),
    }
    return {name: value for name, value in record.items() if value is not None}


def detailed_record(message: Message) -> ZeekRecord:
    """A message by the names of ICSNPP's ``modbus_detailed.log``; what is not known is left out."""
    way = message.way
    record = _connection(message) | {
        "is_orig": way.asks,
        "source_h": way.src,
        "source_p": way.sport,
        "destination_h": way.dst,
        "destination_p": way.dport,
        "tid": message.trans_id,
        "unit": message.unit_id,
        "func": function_word(message),
        "request_response": "RESPONSE" if message.is_response else "REQUEST",
        "address": message.reference_num,
        "quantity": message.word_cnt if message.word_cnt is not None else message.bit_cnt,
        "values": _values(message),
        "matched": way.asks or message.request is not None,
    }
    return {name: value for name, value in record.items() if value is not None}


def _connection(message: Message) -> dict[str, str | int | float | bool | None]:
    way = message.way
    return {
        "ts": round(message.time / 1e9, 6),
        "uid": uid(way),
        "id.orig_h": way.client,
        "id.orig_p": way.sport if way.asks else way.dport,
        "id.resp_h": way.server,
        "id.resp_p": way.server_port,
    }


def _line(record: ZeekRecord, columns: tuple[tuple[str, str], ...]) -> str:
    return "\t".join(_cell(record.get(name)) for name, _ in columns) + "\n"


def _cell(value: str | int | float | bool | None) -> str:
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "T" if value else "F"
    return f"{value:.6f}" if isinstance(value, float) else str(value)


def uid(way: Way) -> str:
    """A name for a conversation, the same in every run."""
    ends = f"{way.client} {way.server} {way.server_port} {way.stream}"
    return "C" + blake2b(ends.encode(), digest_size=8).hexdigest()


def function_word(message: Message) -> str:
    """The function as Zeek writes it: ``READ_HOLDING_REGISTERS``, with ``_EXCEPTION`` behind a refusal."""
    word = _word(function_name(message.func_code or 0))
    return f"{word}_EXCEPTION" if message.exception_code is not None else word


def _word(name: str) -> str:
    return name.upper().replace(" ", "_").replace("/", "_")


def _values(message: Message) -> str | None:
    if message.exception_code is not None:
        return _word(exception_name(message.exception_code))
    values = message.values
    if not values:
        return None
    return ",".join("T" if one is True else "F" if one is False else str(one) for one in values)


def _opened(path: Path, name: str, columns: tuple[tuple[str, str], ...]) -> TextIO:
    log = path.open("w", encoding="utf-8")
    names, types = ("\t".join(column[at] for column in columns) for at in (0, 1))
    log.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n")
    log.write(f"#path\t{name}\n#fields\t{names}\n#types\t{types}\n")
    return log
