"""A write before it is made."""

from __future__ import annotations

import pytest

from port502.cli.peer import Written
from port502.cli.target import Asked, peer_for
from port502.cli.watching.writing import facts_of, prepared, written_words
from port502.cli.write import change_of
from port502.errors import UsageError
from port502.service.device import Device


async def test_old_new_and_what_is_sent_are_shown(boiler: tuple[Device, str]) -> None:
    async with peer_for(Asked(boiler[1])) as peer:
        facts = dict(facts_of(await prepared(change_of("holding:300/float32:cdab", "2.5", peer), peer)))
        assert (facts["now"], facts["new"], facts["registers"]) == ("21.5", "2.5", "0000 4020")
        assert facts["function"] == "16, write multiple registers"
        coil = dict(facts_of(await prepared(change_of("coil:3", "on", peer), peer)))
        assert (coil["now"], coil["new"], coil["bits"]) == ("off", "on", "1")
        unknown = dict(facts_of(await prepared(change_of("holding:999", "1", peer), peer)))
        assert unknown["now"] == "?"
        with pytest.raises(UsageError):
            facts_of(await prepared(change_of("input:0", "1", peer), peer))
    assert list(boiler[0].holding[0:3]) == [10, 20, 30]


def test_what_became_of_it_is_said(boiler: tuple[Device, str]) -> None:
    change = change_of("holding:0", "5", peer_for(Asked(boiler[1])))
    change.written = Written((5,), 5, True)
    assert written_words(change) == "holding:0 reads back 5"
    change.written = Written((5,), 6, False, "holds 6 after 5 was written to it")
    assert "holds 6" in written_words(change)
    change.written = Written((5,))
    assert "nobody looked" in written_words(change)
