"""Logs as Zeek writes them, with the fields of its Modbus analyser and of CISA's ICSNPP parser.

``modbus.log`` and ``modbus_detailed.log``: tab-separated, typed in their heads, so that tools for such logs take them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Final, TextIO

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
            if message.func_code is None:
                continue
            way = message.way
            connection = [
                f"{message.time // 1_000_000_000}.{message.time % 1_000_000_000 // 1000:06d}",
                uid(way),
                way.client,
                str(way.sport if way.asks else way.dport),
                way.server,
                str(way.server_port),
            ]
            kind = "REQ" if way.asks else "RESP"
            function = function_word(message)
            number, unit = _said(message.trans_id), _said(message.unit_id)
            refused = message.exception_code
            exception = _NOTHING if refused is None else _word(exception_name(refused))
            self._plain.write("\t".join([*connection, number, unit, function, kind, exception]) + "\n")
            detailed = [
                *connection,
                "T" if way.asks else "F",
                way.src,
                str(way.sport),
                way.dst,
                str(way.dport),
                number,
                unit,
                function,
                "REQUEST" if way.asks else "RESPONSE",
                _said(message.reference_num),
                _said(message.word_cnt if message.word_cnt is not None else message.bit_cnt),
                _values(message),
                "T" if message.request is not None or way.asks else "F",
            ]
            self._detailed.write("\t".join(detailed) + "\n")

    def close(self) -> None:
        """End both logs."""
        for log in (self._plain, self._detailed):
            log.close()


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


def _values(message: Message) -> str:
    if message.exception_code is not None:
        return _word(exception_name(message.exception_code))
    values = message.values
    if not values:
        return _NOTHING
    return ",".join("T" if one is True else "F" if one is False else str(one) for one in values)


def _said(value: int | None) -> str:
    return _NOTHING if value is None else str(value)


def _opened(path: Path, name: str, columns: tuple[tuple[str, str], ...]) -> TextIO:
    log = path.open("w", encoding="utf-8")
    names, types = ("\t".join(column[at] for column in columns) for at in (0, 1))
    log.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n")
    log.write(f"#path\t{name}\n#fields\t{names}\n#types\t{types}\n")
    return log
