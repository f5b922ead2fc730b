from __future__ import annotations

import json

import pytest

from port502.errors import UsageError
from port502.web.tools.frames import MOST_FRAMES, MOST_TEXT, Asked, Wanted, built, explained

ASKED = "00 01 00 00 00 06 06 03 00 6B 00 02"
ANSWERED = "0x00,0x01,0x00,0x00,0x00,0x07,0x06,0x03,0x04,0x43,0x67,0x00,0x00"


def test_frames_are_explained_with_their_values_and_the_names_of_a_map() -> None:
    request, response = explained(Asked(f"{ASKED}\n{ANSWERED}"))
    assert request.title.endswith("holding:107..108 = 40108..40109")
    assert "float32" in [one.name for one in response.readings]
    named = explained(Asked("01 04 04 43 67 00 00 7E 75", at="input:0", map="eastron/sdm630"))[0].named
    assert [(one.point.name, one.value) for one in named] == [("voltage_l1", 231.0)]


def test_what_is_wrong_is_said() -> None:
    broken = explained(Asked("01 03 00 6B 00 03 74 18"))[0]
    assert "CRC" in str(broken.decoded.problems[0]).upper()
    hinted = explained(Asked("03 00 6B 00 03", framing="pdu", direction="request"))[0]
    assert hinted.decoded.framing == "pdu"
    assert hinted.doubts == ()


def test_a_record_is_always_json() -> None:
    nan = explained(Asked("01 03 04 7F C0 00 00 FB 8B", every=True))[0]
    json.dumps(nan.record(), allow_nan=False)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked(""), "nothing to decode"),
        (Asked("00 " * MOST_TEXT), "at most"),
        (Asked(ASKED, at="nowhere"), "nowhere"),
        (Asked(ASKED, map="../../etc/passwd"), "no name of a map"),
        (Asked(ASKED, map="mine/site.yaml"), "none of the browser's business"),
        (Asked(ASKED, map="no/such"), "no map is called"),
    ],
)
def test_what_cannot_be_explained(asked: Asked, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        explained(asked)


def test_no_more_frames_than_a_page_takes() -> None:
    assert len(explained(Asked("\n\n".join([ASKED] * 200)))) == MOST_FRAMES


def test_frames_are_built_in_every_framing_and_kind() -> None:
    assert built(Wanted("3", "107 3", unit=6))[0] == "00 01 00 00 00 06 06 03 00 6b 00 03"
    assert built(Wanted("3", "107, 3", "rtu"))[0] == "01 03 00 6b 00 03 74 17"
    assert built(Wanted("3", "107 3", "ascii"))[0] == ":0103006B00038E"
    text, one = built(Wanted("3", "1 2", "pdu", "response"))
    assert text == "03 04 00 01 00 02"
    assert one.readings
    assert built(Wanted("3", framing="pdu", kind="exception", exception=2))[0] == "83 02"
    with pytest.raises(UsageError, match="exception code"):
        built(Wanted("3", kind="exception"))
    with pytest.raises(UsageError, match="takes ADDRESS"):
        built(Wanted("3", ""))
