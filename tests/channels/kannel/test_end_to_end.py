"""The main job by text through a gateway of one's own, on real processes with the real bot.

Invite, consent, check-ins with numbered choices, PAUSE, RESUME, STOP, START. Kannel and its
fakesmsc are Debian's; fakesmsc's own record of what lay on the phones is the judge.
"""

import re

import pytest

from tests.channels.kannel.served import noon_zone, served

pytestmark = pytest.mark.slow
SAM = "+447700900101"
AGREED = ("--theirs-alone", "--safe-when", "any time", "--if-someone-else", "say nothing")


def test_from_invitation_to_silence_and_back(tmp_path, monkeypatch):
    """A client joins by text, rates by number, pauses, resumes, stops once for all, starts."""
    monkeypatch.chdir(tmp_path)
    with served(tmp_path) as service:
        told = service.typed(
            "invite",
            "Sam",
            "--coach",
            "Ana",
            "--new-coach",
            "--short",
            "--zone",
            noon_zone(),
            *AGREED,
        )
        code = re.search(r"By text, Sam sends (\w{4} \w{4}) to \+447700900000", told)[1]
        sam = service.client()

        def say(words):
            return service.say(SAM, words)

        (asked,) = say(code.lower())
        assert "Sam" not in asked
        first = say("1")
        assert len(first) == 3
        assert "Sam" in first[0]
        assert "Ana" in first[1]
        assert "1 Begin\n2 Not for me" in first[2]
        assert say("1")
        assert service.contact(sam) == ("enrolled", "active")
        assert service.due(sam, SAM)
        assert say("been out more, went up the allotment")
        service.checked_in_before(sam, times=2)
        (asked,) = service.due(sam, SAM)
        assert re.search(r"^1 \w.*\n2 \w.*", asked, re.MULTILINE)
        (stages,) = say("1")
        assert re.search(r"^3 \w", stages, re.MULTILINE)
        assert say("3.")
        assert "record_rating" in service.commands()
        assert len(say("PAUSE")) == 1
        assert service.contact(sam) == ("enrolled", "paused")
        assert service.due(sam, SAM) == []
        assert len(say("resume")) == 1
        assert service.contact(sam) == ("enrolled", "active")
        (last,) = say("STOP")
        assert "START" in last
        assert service.contact(sam) == ("enrolled", "stopped")
        assert say("STOP") == say("hello?") == service.due(sam, SAM) == []
        assert len(say("START")) == 1
        assert service.contact(sam) == ("enrolled", "active")
