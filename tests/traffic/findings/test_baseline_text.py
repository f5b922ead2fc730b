from __future__ import annotations

from port502.traffic.findings.baseline import Baseline, Conversation, Usual, Who
from port502.traffic.findings.baseline_text import baseline_text, words
from port502.traffic.findings.spans import Spans

WHO = Who("10.0.0.1", "10.0.0.2", 502, 1)


def conversation() -> Conversation:
    return Conversation(
        WHO,
        {"3", "6", "8/0"},
        {"holding": Spans([(0, 10)])},
        {"holding": Spans([(200, 201)])},
        {("holding", 200): Usual(500, 590, 30, 4), ("holding", 201): Usual(0, 9, 1, 9, counts=True)},
        1.02,
        0.0312,
        3,
        244,
    )


def test_a_conversation_in_words() -> None:
    assert words(conversation()) == (
        "10.0.0.1 asks unit 1 of 10.0.0.2:502, at least every 1.0 s:"
        " reads holding:0*10; writes holding:200; uses function 8/0"
    )
    assert (
        words(Conversation(WHO, pause=0.25)) == "10.0.0.1 asks unit 1 of 10.0.0.2:502, at least every 250 ms"
    )
    assert words(Conversation(WHO, pause=600)).endswith("at least every 10.0 min")
    many = Conversation(WHO, reads={"coil": Spans((place, place + 1) for place in range(0, 20, 2))})
    assert words(many).endswith("coil:10 and 4 more")


def test_the_file_has_all_of_it() -> None:
    baseline = Baseline({WHO: conversation()}, 1_000_000_000, 121_000_000_000)
    text = baseline_text(baseline, "plant")
    assert text.splitlines()[1:] == [
        "baseline: plant",
        'since: "1970-01-01T00:00:01.000000Z"',
        'until: "1970-01-01T00:02:01.000000Z"',
        "conversations:",
        f"  # {words(conversation())}",
        '  - client: "10.0.0.1"',
        '    server: "10.0.0.2"',
        "    port: 502",
        "    unit: 1",
        '    functions: ["3", "6", "8/0"]',
        "    reads: [holding:0*10]",
        "    writes: [holding:200]",
        "    values:",
        "      holding:200: {min: 500, max: 590, step: 30, writes: 4}",
        "      holding:201: {min: 0, max: 9, step: 1, writes: 9, counts: true}",
        "    pause: 1020ms",
        "    response_time: 32ms",
        "    per_second: 3",
        "    requests: 244",
    ]


def test_nothing_learned_is_a_file_too() -> None:
    assert baseline_text(Baseline()) == "baseline: learned\nconversations: []\n"
