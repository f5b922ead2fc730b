from __future__ import annotations

import re
import shlex

import pytest

from port502.cli.app import COMMANDS
from port502.discover.explain import Topic, find, finding_topics, topics
from port502.errors import UsageError
from port502.protocol.codes import EXCEPTION_NAMES, FUNCTION_NAMES


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("502", "ports"),
        ("mbap-s", "ports"),
        ("fc 3", "function-3"),
        ("FC03", "function-3"),
        ("function code 16", "function-16"),
        ("3", "function-3"),
        ("0x10", "function-16"),
        ("0x83", "exception-3"),
        ("43/14", "function-43"),
        ("8/1", "function-8"),
        ("Write Single Register", "function-6"),
        ("exception 0B", "exception-11"),
        ("exception 11", "exception-11"),
        ("ex-2", "exception-2"),
        ("0a", "exception-10"),
        ("illegal data address", "exception-2"),
        ("byte order", "byte-order"),
        ("Byte_Order", "byte-order"),
        ("off by one", "registers"),
        ("transaction id", "mbap"),
        ("checklist", "go-live"),
        ("tcp.refused_rst", "TCP.REFUSED_RST"),
    ],
)
def test_a_topic_is_found_whatever_it_is_called(words: str, topic: str) -> None:
    assert find(words).id == topic


def test_what_is_none_gets_what_is_near() -> None:
    with pytest.raises(UsageError, match=r"did you mean timeouts"):
        find("timeoutz")
    for words in ("", "nonsense without a neighbour", "0xFFF"):
        with pytest.raises(UsageError, match="no topic"):
            find(words)


def test_every_public_function_and_every_exception_is_explained() -> None:
    assert {f"function-{code}" for code in FUNCTION_NAMES} <= set(topics())
    assert {f"exception-{code}" for code in EXCEPTION_NAMES} <= set(topics())


@pytest.mark.parametrize("topic", topics().values(), ids=lambda topic: topic.id)
def test_what_a_topic_refers_to_exists(topic: Topic) -> None:
    assert topic.text
    assert set(topic.see) <= set(topics())
    for named in re.findall(r"`explain ([^`]+)`", topic.text):
        find(named)
    for command in topic.commands:
        program, word, *_ = shlex.split(command)
        assert program == "port502"
        assert word in COMMANDS, command


def test_no_two_topics_claim_a_name() -> None:
    names = [name for topic in topics().values() for name in topic.names]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("topic", finding_topics().values(), ids=lambda topic: topic.id)
def test_a_finding_is_told_without_its_measured_places(topic: Topic) -> None:
    assert not re.search(r"\{\w*[:}]", topic.text)
    assert "**To do**" in topic.text


def test_markdown_has_everything() -> None:
    text = find("limits").markdown()
    assert text.startswith("# How many clients a device takes\n")
    assert "```sh\nport502 doctor 192.168.1.100\n" in text
    assert text.endswith("See also: connection, gateway, pipelining")
