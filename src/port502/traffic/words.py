"""What a message says, in a few words, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from port502.errors import Port502Error
from port502.protocol.codes import EXCEPTION_NAMES, exception_name, function_name
from port502.protocol.describe import describe
from port502.protocol.pdu import decode_request, decode_response
from port502.traffic.message import Message

_VALUES_SHOWN: Final = 16
_BYTES_SHOWN: Final = 24
_READS: Final = frozenset({1, 2, 3, 4})


def said(message: Message) -> str:
    """What a message says, in a few words, and what is wrong with it."""
    problems = message.problems
    wrong = f" ! {'; '.join(problems)}" if problems else ""
    code = message.func_code
    if code is None:
        return f"no Modbus: {_hex(message.adu)}{wrong}"
    refused = message.exception_code
    if refused is not None:
        name = f", {exception_name(refused)}" if refused in EXCEPTION_NAMES else ""
        return f"{function_name(code)} refused: exception {refused}{name}{wrong}"
    return f"{'  ' if message.is_response else ''}{_words(message, code)}{wrong}"


def _words(message: Message, code: int) -> str:
    fields = message.fields
    if message.is_response and code in _READS and fields.values is not None:
        return f"= {_values(fields.values)}"
    if not message.is_response and code in _READS and fields.reference_num is not None:
        count = fields.word_cnt if fields.word_cnt is not None else fields.bit_cnt
        return f"{function_name(code)} {fields.reference_num}{'' if count == 1 else f' *{count}'}"
    if code in (5, 6, 15, 16) and fields.reference_num is not None and fields.values is not None:
        return f"{function_name(code)} {fields.reference_num} = {_values(fields.values)}"
    try:
        pdu = message.pdu
        return describe(decode_response(pdu) if message.is_response else decode_request(pdu))
    except Port502Error:
        return f"{function_name(code)}: {_hex(message.pdu[1:])}"


def _values(values: Sequence[int]) -> str:
    shown = " ".join(
        "on" if one is True else "off" if one is False else str(one) for one in values[:_VALUES_SHOWN]
    )
    return f"{shown} ... ({len(values)})" if len(values) > _VALUES_SHOWN else shown


def _hex(data: bytes) -> str:
    return f"{data[:_BYTES_SHOWN].hex(' ')}{' ...' if len(data) > _BYTES_SHOWN else ''}"
